"""Lambda's Runtime API, and an artifact that asks it for work under AWS's own client.

with Sandbox(artifact, "functions.sync.handler.handler", variables) as sandbox:
    answer = sandbox.invoke({})

The API is what "Using the Lambda runtime API" of AWS's Lambda docs describes; the client is
`awslambdaric`, which Lambda's Python runtime runs as well.
"""

import json
import subprocess
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from tests.infra import client

_PREFIX: Final = "/2018-06-01/runtime"
_START_SECONDS: Final = 30.0
_ANSWER_SECONDS: Final = 30.0
_TIMEOUT_SECONDS: Final = 60
_POLL_SECONDS: Final = 0.05
"""How long the API may go on after it was told to stop."""
_FUNCTION: Final = "clip-saver"
_ESTABLISHED: Final = "01"
"""A state of /proc/net/tcp (Linux docs, proc_net_tcp)."""


class Outcome(NamedTuple):
    """What the function did with an event.

    Attributes:
        kind: `response`, or `error`: it raised; or `init/error`: it did not even start; or
            `restore/error`: it failed after its restore.
        document: What it returned, or the error as Lambda reports it.
    """

    kind: str
    document: Any


class Sandbox:
    """One execution environment of a built artifact.

    Args:
        artifact: The folder of the artifact; the working directory, as on Lambda.
        handler: `package.module.function`.
        variables: The environment, beyond what Lambda itself sets.
        snapstart: Whether it stops where Lambda takes a snapshot, until `restore` is called.

    Attributes:
        logs: Everything it wrote, once it has ended.
    """

    def __init__(
        self,
        artifact: Path,
        handler: str,
        variables: Mapping[str, str],
        *,
        snapstart: bool = False,
    ) -> None:
        self.events: Queue[bytes | None] = Queue()
        self.outcomes: Queue[Outcome] = Queue()
        self.logs = ""
        self.restored = threading.Event()
        self._asked = threading.Event()
        self._artifact = artifact
        self._handler = handler
        self._variables = variables
        self._initialization = "snap-start" if snapstart else "on-demand"
        self._server = _Server(self)
        # Not a pipe: nobody would empty it, and a full one would stop the function.
        self._written = TemporaryFile()  # noqa: SIM115 -- it is closed with the sandbox

    def __enter__(self) -> Self:
        """Start it and wait until it asks for its first event, or a restore, or fails to."""
        threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True
        ).start()
        self._process = subprocess.Popen(
            [client.interpreter(), "-m", "awslambdaric", self._handler],
            cwd=self._artifact,
            env={**self._lambda_variables(), **self._variables},
            stdout=self._written,
            stderr=subprocess.STDOUT,
        )
        if not self._asked.wait(_START_SECONDS):
            self.close()
            raise AssertionError(f"The function did not start:\n{self.logs}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def invoke(self, event: Any) -> Outcome:
        """Hand over an event, and wait for what comes of it."""
        self.events.put(json.dumps(event).encode())
        return self.outcomes.get(timeout=_ANSWER_SECONDS)

    def peers(self) -> list[int]:
        """The ports that its open connections lead to."""
        held = {str(path.readlink()) for path in Path(f"/proc/{self._process.pid}/fd").iterdir()}
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return [
            int(peer.rpartition(":")[2], base=16)
            for _, _, peer, state, *rest in rows
            if state == _ESTABLISHED and f"socket:[{rest[5]}]" in held
        ]

    def restore(self) -> None:
        """Let it go on, as if it had been made from its snapshot just now."""
        self.restored.set()

    def close(self) -> None:
        """End the process and the API, and keep what it wrote; a second time does nothing."""
        if self._written.closed:
            return
        self._process.kill()
        self._process.wait()
        self.events.put(None)
        self.restored.set()
        self._server.shutdown()
        self._server.server_close()
        with self._written as written:
            written.seek(0)
            self.logs = written.read().decode()

    @property
    def port(self) -> int:
        """Where the API listens."""
        return int(self._server.server_port)

    def asks(self) -> None:
        """Note that the client asked for work, or reported that it never will."""
        self._asked.set()

    def _lambda_variables(self) -> dict[str, str]:
        return {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.port}",
            "AWS_LAMBDA_FUNCTION_NAME": _FUNCTION,
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_INITIALIZATION_TYPE": self._initialization,
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_REGION": "eu-central-1",
            "LAMBDA_TASK_ROOT": str(self._artifact),
            "_HANDLER": self._handler,
            "PATH": "/usr/bin:/bin",
            # A function's folder is read-only.
            "PYTHONDONTWRITEBYTECODE": "1",
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sandbox = sandbox

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a function that was ended leaves its connections broken."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Otherwise each answer waits 40 ms for an acknowledgement of its first half.
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *_: object) -> None:
        """Say nothing: pytest shows what a failing test needs."""

    def do_GET(self) -> None:
        """`/invocation/next`, the next event as soon as there is one; `/restore/next`."""
        self.server.sandbox.asks()
        if self.path == f"{_PREFIX}/restore/next":
            self.server.sandbox.restored.wait()
            self._send(200, b"{}")
            return
        assert self.path == f"{_PREFIX}/invocation/next"
        event = self.server.sandbox.events.get()
        if event is None:
            self._send(410, b"{}")
            return
        self._send(
            200,
            event,
            {
                "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + _TIMEOUT_SECONDS) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": (
                    f"arn:aws:lambda:eu-central-1:123456789012:function:{_FUNCTION}:live"
                ),
                "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
            },
        )

    def do_POST(self) -> None:
        """`/invocation/ID/response` or `/error`, `/init/error`, `/restore/error`."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.path.rpartition("/")[2]
        if self.path in (f"{_PREFIX}/init/error", f"{_PREFIX}/restore/error"):
            kind = self.path.removeprefix(f"{_PREFIX}/")
            self.server.sandbox.asks()
        self.server.sandbox.outcomes.put(Outcome(kind, json.loads(body)))
        self._send(202, b'{"status": "OK"}')

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
