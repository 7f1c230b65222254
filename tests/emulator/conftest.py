from collections.abc import Iterator

import httpx
import pytest

from clipsaver.emulator import problems
from clipsaver.emulator.people import User
from clipsaver.emulator.routes.table import API
from clipsaver.emulator.routing import Router
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World
from tests.emulator import openapi_schema
from tests.emulator.receiver import Receiver

USER_AGENT = "DiscordBot (https://clips.example, 1.0)"
_API_ROUTER = Router(API)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ada(world: World) -> User:
    return world.add_user("ada")


@pytest.fixture
def discord(world: World) -> Iterator[DiscordServer]:
    with DiscordServer(world) as server:
        yield server


@pytest.fixture
def bot(discord: DiscordServer) -> Iterator[httpx.Client]:
    """A client with the bot's token; every JSON answer it gets is checked against OpenAPI."""
    with httpx.Client(
        base_url=discord.api_url,
        headers={
            "Authorization": f"Bot {discord.world.application.bot_token}",
            "User-Agent": USER_AGENT,
        },
        event_hooks={"response": [_check]},
        trust_env=False,
    ) as client:
        yield client


@pytest.fixture
def receiver(world: World) -> Iterator[Receiver]:
    """An application that checks signatures; each test says what it answers."""
    with Receiver(world.application.public_key) as application:
        yield application


def _check(response: httpx.Response) -> None:
    response.read()
    path = response.request.url.path.removeprefix("/api/v10")
    try:
        route = _API_ROUTER.match(response.request.method, path).endpoint.name
    except problems.ApiError:
        return
    if route not in openapi_schema.NOT_DESCRIBED:
        media_type = response.headers.get("Content-Type", "")
        openapi_schema.check(route, response.status_code, media_type, response.content)
