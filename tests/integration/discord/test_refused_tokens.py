"""A bot token that Discord refuses: another one is tried if there is one, and once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from functions.shared import errors
from functions.shared.discord import routes
from functions.shared.discord.rate_limits import RateLimits
from functions.shared.discord.transport import Transport
from tests.rotation import Rotating

ME = routes.GET_CURRENT_USER.compile()
EDIT = routes.EDIT_ORIGINAL.compile(application_id=1, interaction_token="aW50")
REFUSED = {"message": "401: Unauthorized", "code": 0}
PATIENCE_SECONDS = 5.0


class Discord:
    """Takes the tokens that are valid at the moment."""

    def __init__(self, *valid: str) -> None:
        self.valid = set(valid)
        self.seen: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bot ")
        self.seen.append(token)
        await asyncio.sleep(0)
        is_known = token in self.valid
        return httpx.Response(200 if is_known else 401, json={} if is_known else REFUSED)


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., Transport]]:
    made: list[Transport] = []

    def build(discord: Discord, token: Rotating) -> Transport:
        limits = RateLimits(1.0, jitter=lambda: 0.0)
        wire = httpx.MockTransport(discord)
        made.append(Transport("http://discord.test", token, limits, wire=wire))
        return made[-1]

    yield build
    for transport in made:
        await transport.aclose()


async def test_a_newer_token_is_tried_at_once_and_kept(connect: Any) -> None:
    discord, token = Discord("new"), Rotating("old", "new")
    transport = connect(discord, token)
    assert await transport.request(ME) == {}
    assert await transport.request(ME) == {}
    assert discord.seen == ["old", "new", "new"]
    assert token.refused == ["old"]


async def test_the_same_token_is_not_tried_again(connect: Any) -> None:
    discord, token = Discord(), Rotating("old")
    with pytest.raises(errors.Unauthorized, match="401: Unauthorized"):
        await connect(discord, token).request(ME)
    assert discord.seen == token.refused == ["old"]


async def test_however_many_newer_ones_there_are_one_is_tried(connect: Any) -> None:
    discord, token = Discord(), Rotating("one", "two", "three", "four")
    with pytest.raises(errors.Unauthorized, match="401: Unauthorized"):
        await connect(discord, token).request(ME)
    assert discord.seen == ["one", "two"]


async def test_a_token_that_comes_later_is_found_by_a_later_request(connect: Any) -> None:
    discord, token = Discord("new"), Rotating("old")
    transport = connect(discord, token)
    with pytest.raises(errors.Unauthorized):
        await transport.request(ME)
    with pytest.raises(errors.Unauthorized, match="not sent"):
        await transport.request(ME)
    token._values.append("new")
    assert await transport.request(ME) == {}
    assert discord.seen == ["old", "new"]


async def test_requests_that_are_under_way_meanwhile_all_arrive(connect: Any) -> None:
    discord, token = Discord("new"), Rotating("old", "new")
    transport = connect(discord, token)
    calls = [routes.GET_GUILD.compile(guild_id=number) for number in range(1, 9)]
    answers = await asyncio.gather(*(transport.request(call) for call in calls))
    assert answers == [{}] * 8
    assert discord.seen.count("new") == 8


async def test_what_is_sent_without_the_token_says_nothing_about_it(connect: Any) -> None:
    discord, token = Discord(), Rotating("old")
    transport = connect(discord, token)
    for call in (EDIT, ME, EDIT):
        with pytest.raises(errors.Unauthorized):
            await transport.request(call)
    assert discord.seen == ["", "old", ""]
    assert token.refused == ["old"]


async def test_a_token_that_is_long_in_coming_is_not_waited_for(connect: Any) -> None:
    class Slow(Rotating):
        async def renewed(self, refused: str) -> str:
            await asyncio.sleep(60)
            return refused

    transport = connect(Discord(), Slow("old"))
    transport.deadline = asyncio.get_running_loop().time() + 0.1
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(errors.DiscordUnreachable, match="deadline"):
            await transport.request(ME)
