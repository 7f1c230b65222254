"""The deployed function, asked over a connection that is silent for minutes."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from clipsaver import aws
from clipsaver.operations import invocation
from clipsaver.operations.stack import Stack

_STACK = Stack("clips", "eu-central-1", {}, {"OperationsFunction": ("AWS::Lambda::Function", "f")})


class _Lambda(BaseHTTPRequestHandler):
    """Answers an invocation, or hangs up on one that asks for it."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if b"hang up" in body:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def _endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), _Lambda) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "something")
        yield
        server.shutdown()


def test_a_silent_connection_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: dict[tuple[int, int], Any] = {}
    plain = socket.socket.setsockopt

    def note(self: socket.socket, level: int, option: int, value: int) -> None:
        wanted[level, option] = value
        plain(self, level, option, value)

    monkeypatch.setattr(socket.socket, "setsockopt", note)
    assert invocation.run({"operation": "doctor"}, {}, _STACK) == {}
    assert wanted[socket.SOL_SOCKET, socket.SO_KEEPALIVE] == 1
    assert wanted[socket.IPPROTO_TCP, socket.TCP_KEEPIDLE] < 350
    assert wanted[socket.IPPROTO_TCP, socket.TCP_KEEPINTVL] < 350


def test_a_connection_that_is_lost_says_that_the_operation_may_go_on() -> None:
    with pytest.raises(aws.AnswerLost, match="may still be running") as lost:
        invocation.run({"operation": "hang up"}, {}, _STACK)
    assert "clipsaver logs operations --stack clips" in str(lost.value)
