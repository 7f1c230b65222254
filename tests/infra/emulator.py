"""AWS's own runtime interface emulator, which ends a function that outlives its time.

with Emulator(artifact, "functions.purge.handler.handler", {}, timeout_seconds=5) as emulator:
    answer = emulator.invoke({})

AWS publishes the program inside of aws-sam-cli, of which nothing else is installed here.
"""

import hashlib
import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from types import TracebackType
from typing import Any, Final, Self

from tests.infra import artifacts, client

_ROOT: Final = Path(__file__).parents[2]
_CACHE: Final = _ROOT / ".cache" / "emulator"
_LOCK: Final = _ROOT / "requirements" / "infra.txt"
_PACKAGE: Final = re.compile(r"^aws-sam-cli==.*?(?<!\\)\n", re.MULTILINE | re.DOTALL)
"""The package's lines of the lock, hashes included."""
_HOST: Final = "127.0.0.1"
_INVOKE: Final = "/2015-03-31/functions/function/invocations"
_START_SECONDS: Final = 10.0
_ANSWER_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.05


def program() -> Path:
    """Its path; it is downloaded anew when the lock changed."""
    (package,) = _PACKAGE.findall(_LOCK.read_text())
    name = f"aws-lambda-rie-{artifacts.architecture()}"
    found = _CACHE / hashlib.sha256(package.encode()).hexdigest()[:16] / name
    if not found.exists():
        found.parent.mkdir(parents=True, exist_ok=True)
        # Elsewhere first, so that an interrupted download leaves nothing that looks complete.
        with TemporaryDirectory(dir=_CACHE) as folder:
            wheel = _download(package, Path(folder))
            with zipfile.ZipFile(wheel) as content:
                unpacked = Path(content.extract(f"samcli/local/rapid/{name}", folder))
            unpacked.chmod(0o755)
            unpacked.rename(found)
    return found


def _download(package: str, folder: Path) -> Path:
    wanted = folder / "requirements.txt"
    wanted.write_text(package)
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--only-binary=:all:", "--no-deps"),
        *(f"--requirement={wanted}", f"--dest={folder}"),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


class Emulator:
    """A built artifact behind the emulator.

    Args:
        artifact: The folder of the artifact; the working directory, as on Lambda.
        handler: `package.module.function`.
        variables: The environment, beyond what the emulator itself sets.
        timeout_seconds: How long an invocation may take.

    Attributes:
        logs: Everything that both wrote, once they have ended.
    """

    def __init__(
        self,
        artifact: Path,
        handler: str,
        variables: Mapping[str, str],
        *,
        timeout_seconds: int,
    ) -> None:
        self.logs = ""
        self._artifact = artifact
        self._handler = handler
        self._variables = variables
        self._timeout_seconds = timeout_seconds

    def __enter__(self) -> Self:
        """Start the emulator, which starts the function at the first event."""
        self._port, api_port = _free_ports()
        # Not a pipe: nobody would empty it, and a full one would stop the function.
        self._written = TemporaryFile()
        self._process = subprocess.Popen(
            [
                program(),
                *("--runtime-interface-emulator-address", f"{_HOST}:{self._port}"),
                *("--runtime-api-address", f"{_HOST}:{api_port}"),
                *(client.interpreter(), "-m", "awslambdaric", self._handler),
            ],
            cwd=self._artifact,
            env={
                "AWS_LAMBDA_FUNCTION_TIMEOUT": str(self._timeout_seconds),
                "AWS_REGION": "eu-central-1",
                "PATH": "/usr/bin:/bin",
                "PYTHONDONTWRITEBYTECODE": "1",
                **self._variables,
            },
            stdout=self._written,
            stderr=subprocess.STDOUT,
        )
        self._wait_until_listening()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # It ends the function, and then itself.
        self._process.terminate()
        self._process.wait(_STOP_SECONDS)
        with self._written as written:
            written.seek(0)
            self.logs = written.read().decode()

    def invoke(self, event: Any) -> str:
        """Hand over an event; what the emulator answers, the function's result or its own words."""
        request = urllib.request.Request(
            f"http://{_HOST}:{self._port}{_INVOKE}", json.dumps(event).encode()
        )
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as response:
            answer: str = response.read().decode()
        return answer

    def _wait_until_listening(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex((_HOST, self._port)) == 0:
                    return
            time.sleep(_POLL_SECONDS)
        self.__exit__(None, None, None)
        raise AssertionError(f"The emulator did not start:\n{self.logs}")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind((_HOST, 0))
        other.bind((_HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]
