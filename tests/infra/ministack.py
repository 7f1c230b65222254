"""An AWS on this machine that runs the functions it is given: ministack, on Lambda's Python.

It differs from AWS: it neither checks permissions nor knows limits, its scheduler ignores time
zones, and its HTTP APIs have no routes until somebody adds them.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import botocore.session

from tests.infra import tools

REGION: Final = "us-east-1"

_HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 30
_NOWHERE: Final = f"http://{_HOST}:9"
"""The discard port, where nobody listens."""


class Ministack:
    """A running one.

    Args:
        folder: Where it keeps its files and its own log.

    Attributes:
        variables: What leads AWS's clients to it, and any other request for another machine
            nowhere.
        port: Where it listens on 127.0.0.1.
    """

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self.variables: dict[str, str] = {
            "AWS_ENDPOINT_URL": f"http://{_HOST}:{self.port}",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": REGION,
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), _NOWHERE),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), _HOST),
        }
        self._folder = folder

    def __enter__(self) -> Self:
        self._log = (self._folder / "ministack.log").open("wb")
        self._process = subprocess.Popen(
            [tools.program("ministack", "ministack")],
            cwd=self._folder,
            env={
                "PATH": os.defpath,
                "HOME": str(self._folder),
                "TMPDIR": str(self._folder),
                "BIND_HOST": _HOST,
                "MINISTACK_HOST": _HOST,
                "GATEWAY_PORT": str(self.port),
                **self.variables,
            },
            stdout=self._log,
            stderr=subprocess.STDOUT,
            # The workers that run functions outlive it, but not its group.
            start_new_session=True,
        )
        self._wait_until_it_listens()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # It would end its workers itself, one after the other; nothing of it is needed any more.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._log.close()

    def client(self, service: str) -> Any:
        """A client of one of its services."""
        session = botocore.session.Session()
        return session.create_client(
            service,
            region_name=REGION,
            endpoint_url=self.variables["AWS_ENDPOINT_URL"],
            aws_access_key_id=self.variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.variables["AWS_SECRET_ACCESS_KEY"],
        )

    def _wait_until_it_listens(self) -> None:
        give_up = time.monotonic() + _START_SECONDS
        while time.monotonic() < give_up and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex((_HOST, self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError((self._folder / "ministack.log").read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port
