"""Where every request comes in: Cloudflare's view of it, Discord's checks, then its route."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from dataclasses import replace
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request

from clipsaver.emulator import problems
from clipsaver.emulator.calls import Call, Reply, answer
from clipsaver.emulator.request_log import LoggedRequest

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from clipsaver.emulator.application import Grant
    from clipsaver.emulator.platform import Platform
    from clipsaver.emulator.routing import Auth, Match, Router

_VERSIONED: Final = re.compile(r"/api/v(\d+)(/.*)")
_VERSIONS: Final = frozenset({"9", "10"})
_USER_AGENT: Final = re.compile(r"DiscordBot \(\S+, \S+\)")
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_BODY_TYPES: Final = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
)
_LINGER_NOT_AT_ALL: Final = struct.pack("ii", 1, 0)
_FLUSH_SECONDS: Final = 0.05
_BROWSER_PATHS: Final = ("/oauth2/", "/attachments/", "/ephemeral-attachments/")


class FrontDoor:
    """The ASGI application."""

    def __init__(self, platform: Platform, api: Router, browser: Router) -> None:
        self._platform = platform
        self._api = api
        self._browser = browser

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        clock = self._platform.world.clock
        arrived = clock.time()
        name, reply = await self._reply(request)
        self._platform.requests.append(
            LoggedRequest(
                route=name,
                path=request.url.path,
                query=request.url.query,
                status=reply.status,
                at=arrived,
                seconds=clock.time() - arrived,
            )
        )
        await _send(request, reply, send, date=formatdate(clock.time(), usegmt=True))

    async def _reply(self, request: Request) -> tuple[str, Reply]:
        path = request.url.path
        if path.startswith(_BROWSER_PATHS):
            return await self._browse(request, path)
        address = request.client.host if request.client else ""
        limits = self._platform.rate_limits
        name = f"{request.method} {path}"
        reply = limits.blocked(address)
        if reply is None:
            try:
                match = self._matched(request)
                name = match.endpoint.name
                reply = await self._disturbed(request, match, address)
            except problems.ApiError as problem:
                reply = answer(problem.body, problem.status)
            limits.count(address, reply)
            reply.headers.setdefault("Via", "1.1 google")
        return name, reply

    async def _browse(self, request: Request, path: str) -> tuple[str, Reply]:
        try:
            match = self._browser.match(request.method, path)
            call = await self._call(request, match, None)
            return match.endpoint.name, match.endpoint.handler(call)
        except problems.ApiError as problem:
            return f"{request.method} {path}", answer(problem.body, problem.status)

    def _matched(self, request: Request) -> Match:
        if not _USER_AGENT.match(request.headers.get("User-Agent", "")):
            raise problems.ApiError(
                403, "Cloudflare is blocking your request. Set a User-Agent.", 40333
            )
        versioned = _VERSIONED.fullmatch(request.url.path)
        if versioned is None:
            raise problems.not_found()
        if versioned[1] not in _VERSIONS:
            raise problems.ApiError(400, "Invalid API version provided.", 50041)
        return self._api.match(request.method, versioned[2])

    async def _disturbed(self, request: Request, match: Match, address: str) -> Reply:
        fault = self._platform.faults.take(match)
        if fault is None:
            return await self._admitted(request, match, address)
        await asyncio.sleep(fault.delay)
        reply = fault.instead() or await self._with_problems(request, match, address)
        return fault.on_top(reply)

    async def _with_problems(self, request: Request, match: Match, address: str) -> Reply:
        try:
            return await self._admitted(request, match, address)
        except problems.ApiError as problem:
            return answer(problem.body, problem.status)

    async def _admitted(self, request: Request, match: Match, address: str) -> Reply:
        limits = self._platform.rate_limits
        endpoint = match.endpoint
        if not endpoint.is_exempt:
            caller = request.headers.get("Authorization") or address
            refusal = limits.admit_globally(caller)
            if refusal is not None:
                return refusal
        headers: dict[str, str] = {}
        if endpoint.has_bucket:
            headers, refusal = limits.admit(match)
            if refusal is not None:
                return refusal
        await self._platform.latency.wait()
        try:
            reply = await self._handled(request, match)
        except problems.ApiError as problem:
            reply = answer(problem.body, problem.status)
        return replace(reply, headers=headers | reply.headers)

    async def _handled(self, request: Request, match: Match) -> Reply:
        grant = _authenticate(self._platform, request, match.endpoint.auth)
        call = await self._call(request, match, grant)
        if match.endpoint.blocks:
            return await asyncio.to_thread(match.endpoint.handler, call)
        return match.endpoint.handler(call)

    async def _call(self, request: Request, match: Match, grant: Grant | None) -> Call:
        body, files = await _body(request)
        return Call(
            self._platform, match.params, request.query_params, request.headers, body, files, grant
        )


def _authenticate(platform: Platform, request: Request, auth: Auth) -> Grant | None:
    if auth == "none":
        return None
    application = platform.world.application
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind == "Bot" and token == application.bot_token:
        if auth == "bearer":
            raise problems.ApiError(403, "Bots cannot use this endpoint", 20001)
        return None
    grant = application.grant_of(token, platform.world.clock.time()) if kind == "Bearer" else None
    if grant is None or auth == "bot":
        raise problems.unauthorized()
    if auth == "commands" and "applications.commands.update" not in grant.scopes:
        raise problems.ApiError(403, "Missing required OAuth2 scope", 50026)
    return grant


async def _body(request: Request) -> tuple[bytes, dict[str, tuple[str, bytes]]]:
    """The JSON or form body; of a multipart request its `payload_json`, and its files."""
    if request.method not in _WITH_BODY:
        return b"", {}
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip()
    if media_type == "multipart/form-data":
        return await _multipart(request)
    body = await request.body()
    if body and media_type not in _BODY_TYPES:
        raise problems.invalid(
            "",
            "CONTENT_TYPE_INVALID",
            f'Expected "Content-Type" header to be one of {_BODY_TYPES}.',
        )
    return body, {}


async def _multipart(request: Request) -> tuple[bytes, dict[str, tuple[str, bytes]]]:
    files: dict[str, tuple[str, bytes]] = {}
    async with request.form() as form:
        payload = form.get("payload_json", "{}")
        body = payload.encode() if isinstance(payload, str) else await payload.read()
        for name, value in form.items():
            if name.startswith("files[") and not isinstance(value, str):
                files[name] = (value.filename or "unknown", await value.read())
    return body, files


async def _send(request: Request, reply: Reply, send: Send, *, date: str) -> None:
    transport = request.scope.get("state", {}).get("transport")
    if reply.breaks_off == "at once":
        await _reset(transport)
        return
    headers = {"Date": date, "Content-Length": str(len(reply.body)), **reply.headers}
    if reply.media_type is not None:
        headers["Content-Type"] = reply.media_type
    if reply.status == 204:
        del headers["Content-Length"]
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    if reply.breaks_off == "midway":
        half = reply.body[: len(reply.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await asyncio.sleep(_FLUSH_SECONDS)
        transport.abort()
        return
    await send({"type": "http.response.body", "body": reply.body})


async def _reset(transport: Any) -> None:  # noqa: ANN401 -- asyncio's own, by way of ASGI's state.
    """Let the client see "connection reset by peer", which takes a close without lingering."""
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT_AT_ALL
    )
    transport.abort()
    # The server notices the loss in the loop's next round; until then it would answer 500.
    await asyncio.sleep(_FLUSH_SECONDS)
