import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from functions.shared.discord import transport as transport_module
from functions.shared.discord.client import DiscordClient
from functions.shared.discord.rate_limits import RateLimits
from functions.shared.discord.transport import Transport

TOKEN = "MTIz.secret.token"
API_URL = "https://discord.test/api/v10"


class Wire:
    """Discord as scripted answers, in their order; the last one repeats."""

    def __init__(self) -> None:
        self.script: list[httpx.Response | Exception] = []
        self.requests: list[httpx.Request] = []

    def then(
        self, status: int = 200, document: Any = None, *, text: str | None = None, **headers: object
    ) -> "Wire":
        names = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        content = json.dumps(document) if text is None else text
        self.script.append(httpx.Response(status, headers=names, content=content))
        return self

    def then_raise(self, error: Exception) -> "Wire":
        self.script.append(error)
        return self

    def then_limit(self, retry_after: float = 0.5, scope: str = "user") -> "Wire":
        document = {
            "message": "You are being rate limited.",
            "retry_after": retry_after,
            "global": scope == "global",
        }
        return self.then(429, document, x_ratelimit_scope=scope)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        await asyncio.sleep(0)  # Others get a turn meanwhile, as they do on a network.
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def paths(self) -> list[str]:
        return [request.url.path.removeprefix("/api/v10") for request in self.requests]


class FakeTime:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 5_000.0
        self.sleeps: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
async def transport(wire: Wire, fake_time: FakeTime) -> AsyncIterator[Transport]:
    limits = RateLimits(0.8, clock=fake_time.clock, jitter=lambda: 0.0)
    made = Transport(
        API_URL,
        TOKEN,
        limits,
        wire=httpx.MockTransport(wire),
        clock=fake_time.clock,
        sleep=fake_time.sleep,
    )
    yield made
    await made.aclose()


@pytest.fixture
async def connect(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., DiscordClient]]:
    # These clients go by the real clock, which their tests have no time for.
    monkeypatch.setattr(transport_module, "_FIRST_BACKOFF_SECONDS", 0.01)
    made: list[DiscordClient] = []

    def build(
        api_url: str = API_URL,
        *,
        wire: httpx.AsyncBaseTransport | None = None,
        rate_share: float = 0.8,
    ) -> DiscordClient:
        made.append(
            DiscordClient(api_url=api_url, bot_token=TOKEN, rate_share=rate_share, transport=wire)
        )
        return made[-1]

    yield build
    for client in made:
        await client.aclose()


@pytest.fixture
def client(connect: Callable[..., DiscordClient], wire: Wire) -> DiscordClient:
    return connect(wire=httpx.MockTransport(wire))
