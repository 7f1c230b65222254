"""A small application to be called by the local Discord, sharing no code with the product."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = tuple[int, Any]


class Receiver:
    """Answers PINGs of both kinds, refuses bad signatures, and leaves the rest to `answer`.

    Attributes:
        answer: Status and JSON body (None for no body) for a payload.
        checks_signatures: Whether it does its duty.
        pong: The answer to an interaction's PING.
        event_pong: The status for a webhook event's PING.
        delay: Seconds it takes.
        calls: How often it was called, badly signed calls included.
        payloads: What arrived with a good signature, PINGs left out.
        headers: The headers of the last request.
        arrived: Set when one of those has arrived.
    """

    def __init__(self, public_key: str) -> None:
        self.answer: Callable[[dict[str, Any]], Answer] = lambda _: (204, None)
        self.checks_signatures = True
        self.pong: dict[str, Any] = {"type": 1}
        self.event_pong = 204
        self.delay = 0.0
        self.calls = 0
        self.payloads: list[dict[str, Any]] = []
        self.headers: dict[str, str] = {}
        self.arrived = threading.Event()
        self._key = VerifyKey(bytes.fromhex(public_key))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def reply(self, headers: dict[str, str], body: bytes) -> Answer:
        self.headers = headers
        self.calls += 1
        time.sleep(self.delay)
        signed = headers["x-signature-timestamp"].encode() + body
        try:
            self._key.verify(signed, bytes.fromhex(headers["x-signature-ed25519"]))
        except BadSignatureError:
            if self.checks_signatures:
                return 401, {"error": "bad signature"}
        payload = json.loads(body)
        if payload["type"] == 1 and "event" not in payload:
            return 200, self.pong
        if payload["type"] == 0:
            return self.event_pong, None
        self.payloads.append(payload)
        self.arrived.set()
        return self.answer(payload)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, data = receiver.reply(headers, body)
                content = b"" if data is None else json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
