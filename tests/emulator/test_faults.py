import time

import httpx
import pytest

from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.people import User
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World
from tests.emulator.conftest import USER_AGENT

_CHANNELS = "GET /guilds/{guild_id}/channels"


@pytest.fixture
def guild(world: World, ada: User) -> Guild:
    guild = world.add_guild("Arcade", owner=ada)
    guild.add_channel("general")
    return guild


@pytest.fixture
def path(guild: Guild) -> str:
    return f"/guilds/{guild.id}/channels"


def test_a_fault_lasts_as_often_as_it_is_told(
    bot: httpx.Client, discord: DiscordServer, path: str
) -> None:
    discord.faults.add(_CHANNELS, status=500, times=2)

    assert [bot.get(path).status_code for _ in range(3)] == [500, 500, 200]
    assert discord.requests.count(_CHANNELS) == 3


def test_a_fault_can_be_meant_for_one_guild(
    bot: httpx.Client, discord: DiscordServer, guild: Guild, path: str, ada: User
) -> None:
    other = discord.world.add_guild("Basement", owner=ada)
    fault = discord.faults.add(_CHANNELS, status=503, guild=guild)

    assert bot.get(path).status_code == 503
    assert bot.get(f"/guilds/{other.id}/channels").status_code == 200
    discord.faults.remove(fault)
    assert bot.get(path).status_code == 200


def test_cloudflare_answers_in_html(discord: DiscordServer, path: str) -> None:
    discord.faults.add("*", html="<h1>502 Bad Gateway</h1>", status=502, times=1)

    answer = _get(discord, path)

    assert (answer.status_code, answer.text) == (502, "<h1>502 Bad Gateway</h1>")
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_connection_is_reset(discord: DiscordServer, path: str) -> None:
    discord.faults.add(_CHANNELS, reset=True, times=1)

    with pytest.raises(httpx.ReadError):
        _get(discord, path)

    assert [request.status for request in discord.requests] == [0]
    assert _get(discord, path).status_code == 200


def test_an_answer_is_cut_short(discord: DiscordServer, path: str) -> None:
    discord.faults.add(_CHANNELS, truncate=True, times=1)

    with pytest.raises(httpx.RemoteProtocolError):
        _get(discord, path)

    assert _get(discord, path).status_code == 200


def test_an_answer_is_delayed(bot: httpx.Client, discord: DiscordServer, path: str) -> None:
    discord.faults.add(_CHANNELS, delay=0.1, times=1)
    started = time.monotonic()

    assert bot.get(path).status_code == 200
    assert time.monotonic() - started >= 0.1


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
def test_a_limit_of_each_scope_with_any_wait(
    bot: httpx.Client, discord: DiscordServer, path: str, scope: str
) -> None:
    match scope:
        case "user":
            discord.faults.add(_CHANNELS, scope="user", retry_after=1.25)
        case "shared":
            discord.faults.add(_CHANNELS, scope="shared", retry_after=1.25)
        case _:
            discord.faults.add(_CHANNELS, scope="global", retry_after=1.25)

    answer = bot.get(path)

    assert answer.json()["retry_after"] == 1.25
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["X-RateLimit-Scope"] == scope
    assert answer.json()["global"] is (scope == "global")


def test_headers_can_lie_or_be_missing(
    bot: httpx.Client, discord: DiscordServer, path: str
) -> None:
    discord.faults.add(
        _CHANNELS, headers={"X-RateLimit-Remaining": "7", "X-RateLimit-Bucket": None}, scope="user"
    )

    answer = bot.get(path)

    assert answer.status_code == 429
    assert answer.headers["X-RateLimit-Remaining"] == "7"
    assert "X-RateLimit-Bucket" not in answer.headers


def test_guilds_and_channels_go_missing_though_they_are_there(
    bot: httpx.Client, discord: DiscordServer, guild: Guild, path: str
) -> None:
    (channel,) = guild.channels.values()
    bot.get(path)
    discord.faults.missing_guilds.add(guild.id)
    discord.faults.missing_channels.add(channel.id)

    assert bot.get("/users/@me/guilds").json() == []
    assert bot.get(path).json() == []
    assert bot.get(f"/guilds/{guild.id}").status_code == 200
    assert bot.get(f"/channels/{channel.id}").status_code == 200
    discord.faults.clear()
    assert len(bot.get(path).json()) == 1


def _get(discord: DiscordServer, path: str) -> httpx.Response:
    headers = {
        "User-Agent": USER_AGENT,
        "Authorization": f"Bot {discord.world.application.bot_token}",
    }
    return httpx.get(f"{discord.api_url}{path}", headers=headers, trust_env=False)
