"""CloudFormation, as a custom resource sees it: requests, and an address for the answers."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.events import files


class CloudFormation:
    """Makes requests and takes their answers, as S3 does for it.

    Attributes:
        answers: What was put, and understood.
        refusals: How many of the next answers are refused with 503.
    """

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.refusals = 0

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where an answer goes; the query is what makes it a credential."""
        return f"http://127.0.0.1:{self._server.server_port}/answer?Signature=0123456789abcdef"

    def request(self, task: str, kind: str = "Create", **properties: str) -> dict[str, Any]:
        """A request for a resource with these properties beside those that every one has."""
        event = files.lambda_event("custom_resource")
        event["RequestType"], event["ResponseURL"] = kind, self.url
        event["LogicalResourceId"] = task.capitalize()
        event["ResourceProperties"] |= {"Task": task, **properties}
        if kind != "Create":
            event["PhysicalResourceId"] = "what-it-was-first"
        return event

    @staticmethod
    def rollback(event: dict[str, Any], **undone: str) -> dict[str, Any]:
        """An update of `event`'s resource, back from these properties."""
        old = event["ResourceProperties"] | undone
        return event | {"RequestType": "Update", "OldResourceProperties": old}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        cloudformation = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = 200 if self._is_as_signed(body) else 403
                if status == 200 and cloudformation.refusals:
                    cloudformation.refusals -= 1
                    status = 503
                if status == 200:
                    cloudformation.answers.append(json.loads(body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _is_as_signed(self, body: bytes) -> bool:
                return (
                    self.path.endswith("Signature=0123456789abcdef")
                    and not self.headers.get("Content-Type")
                    and len(body) <= 4096
                )

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
