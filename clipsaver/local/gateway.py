"""API Gateway's HTTP API on this machine: an HTTP server in front of one function."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

import uvicorn
from starlette import requests, responses, types
from starlette.concurrency import run_in_threadpool

from clipsaver.local import errors, http_events
from clipsaver.local.lambda_environment import LambdaEnvironment

_HOST: Final = "127.0.0.1"
_MAX_BODY_BYTES: Final = 10_000_000
"""API Gateway docs, Quotas for HTTP APIs: payload size 10 MB."""
_POLL_SECONDS: Final = 0.01
_STOP_SECONDS: Final = 5

_logger: Final = logging.getLogger(__name__)


class Gateway:
    """Serves one function over HTTP from a thread of its own, for as long as a `with` block lasts.

    Args:
        new_environment: Makes an environment of the function. The gateway calls it when a request
            finds none free, up to `concurrency` times, and closes what it made.
        port: The port on 127.0.0.1; 0 for any free one.
        concurrency: How many requests the function takes at a time; further ones wait.
    """

    def __init__(
        self,
        new_environment: Callable[[], LambdaEnvironment],
        *,
        port: int = 0,
        concurrency: int = 1,
    ) -> None:
        self._new_environment = new_environment
        self._idle: list[LambdaEnvironment] = []
        self._slots = threading.Semaphore(concurrency)
        self._port = port

    def __enter__(self) -> Self:
        """Start to serve.

        Raises:
            CannotBind: The port is taken, or this user may not use it.
        """
        try:
            listener = _listen(self._port)
        except OSError as error:
            raise errors.CannotBind(self._port) from error
        self._port = listener.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._serve,
                interface="asgi3",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="gateway", daemon=True
        )
        self._thread.start()
        while not self._server.started:
            time.sleep(_POLL_SECONDS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        for environment in self._idle:
            environment.close()

    @property
    def port(self) -> int:
        """The port that it serves on."""
        return self._port

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://{_HOST}:{self._port}"

    async def _serve(self, scope: types.Scope, receive: types.Receive, send: types.Send) -> None:
        request = requests.Request(scope, receive)
        answer = await self._answer(request)
        message = responses.Response(answer.body, answer.status)
        message.raw_headers.extend(
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers
        )
        await message(scope, receive, send)

    async def _answer(self, request: requests.Request) -> http_events.Response:
        body = await _body(request)
        if body is None:
            return http_events.TOO_LARGE
        event = http_events.event(
            http_events.Request(
                method=request.method,
                path=request.scope["path"],
                query=request.scope["query_string"].decode("latin-1"),
                headers=request.headers.items(),
                body=body,
                client=request.client.host if request.client else _HOST,
                port=self._port,
            )
        )
        return await run_in_threadpool(self._invoke, event)

    def _invoke(self, event: http_events.Event) -> http_events.Response:
        with self._environment() as environment:
            try:
                return http_events.response(environment.invoke(event))
            except (errors.FunctionFailed, errors.MalformedResult):
                _logger.exception("The function gave no answer")
                return http_events.INTERNAL_SERVER_ERROR

    @contextmanager
    def _environment(self) -> Iterator[LambdaEnvironment]:
        with self._slots:
            try:
                environment = self._idle.pop()
            except IndexError:
                environment = self._new_environment()
            try:
                yield environment
            finally:
                self._idle.append(environment)


async def _body(request: requests.Request) -> bytes | None:
    """The request's body, or None for one that is too large, which is read to its end as well."""
    body = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= _MAX_BODY_BYTES:
            body += chunk
    return bytes(body) if size <= _MAX_BODY_BYTES else None


def _listen(port: int) -> socket.socket:
    # asyncio switches Nagle's delay off only for sockets that name TCP; it costs 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener
