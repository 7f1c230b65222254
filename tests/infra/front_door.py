"""The HTTP API of a stack on ministack, under an address that everything on this machine reaches.

It stands for a custom domain. ministack does not read the routes out of an API's definition, as AWS
does, so the first request adds them.
"""

import json
import threading
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

from tests.infra.ministack import Ministack

_HOST: Final = "127.0.0.1"
_SECONDS: Final = 30
"""What API Gateway gives a function at most."""
_OF_A_CONNECTION: Final = {"connection", "host", "keep-alive", "transfer-encoding"}


class FrontDoor:
    """Serves one stack's API.

    Args:
        ministack: Where the stack is, or will be.
        stack: Its name.
        template: The template as plain CloudFormation.
    """

    def __init__(self, ministack: Ministack, stack: str, template: Mapping[str, Any]) -> None:
        self._ministack = ministack
        self._stack = stack
        self._template = template
        self._server = _Server(self)
        self._opening = threading.Lock()
        self._api_id: str | None = None

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://{_HOST}:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def connect(self) -> tuple[HTTPConnection, str]:
        """A connection to ministack, and the host under which it knows the API."""
        with self._opening:
            self._api_id = self._api_id or self._add_routes()
        host = f"{self._api_id}.execute-api.{_HOST}:{self._ministack.port}"
        return HTTPConnection(_HOST, self._ministack.port, timeout=_SECONDS), host

    def _add_routes(self) -> str:
        pages = self._ministack.client("cloudformation").get_paginator("list_stack_resources")
        physical = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages.paginate(StackName=self._stack)
            for resource in page["StackResourceSummaries"]
        }
        api_id: str = physical["HttpApi"]
        gateway = self._ministack.client("apigatewayv2")
        integration = gateway.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=physical["InteractionsFunctionAliaslive"],
            PayloadFormatVersion="2.0",
        )["IntegrationId"]
        paths = self._template["Resources"]["HttpApi"]["Properties"]["Body"]["paths"]
        for path, methods in paths.items():
            for method, operation in methods.items():
                told = json.dumps(operation["x-amazon-apigateway-integration"])
                assert "${InteractionsFunctionAliaslive}" in told
                gateway.create_route(
                    ApiId=api_id,
                    RouteKey=f"{method.upper()} {path}",
                    Target=f"integrations/{integration}",
                )
        return api_id


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, door: FrontDoor) -> None:
        super().__init__((_HOST, 0), _Handler)
        self.door = door

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: Discord waits for three seconds and may have gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        """Say nothing: pytest shows what a failing test needs."""

    def do_GET(self) -> None:
        """Hand the request on, and its answer back."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in _OF_A_CONNECTION
        }
        connection, host = self.server.door.connect()
        with closing(connection):
            connection.request(self.command, self.path, body, {**headers, "Host": host})
            answer = connection.getresponse()
            content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _OF_A_CONNECTION | {"content-length", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        """The same."""
        self.do_GET()
