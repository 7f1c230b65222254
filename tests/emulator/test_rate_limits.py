import math

import httpx
import pytest

from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.people import User
from clipsaver.emulator.rate_limits import Limit
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World
from tests.emulator.conftest import USER_AGENT

_CHANNELS = "GET /guilds/{guild_id}/channels"


@pytest.fixture
def guild(world: World, ada: User) -> Guild:
    return world.add_guild("Arcade", owner=ada)


def test_each_answer_tells_its_bucket(bot: httpx.Client, guild: Guild) -> None:
    headers = bot.get(f"/guilds/{guild.id}/channels").headers

    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("1000", "999")
    assert 0 < float(headers["X-RateLimit-Reset-After"]) <= 1
    assert headers["Via"] == "1.1 google"
    assert "X-RateLimit-Scope" not in headers


def test_a_bucket_runs_empty_and_fills_again(
    bot: httpx.Client, discord: DiscordServer, guild: Guild
) -> None:
    discord.rate_limits.routes[_CHANNELS] = Limit(2, 5.0)
    path = f"/guilds/{guild.id}/channels"

    answers = [bot.get(path) for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    refused = answers[-1]
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    body = refused.json()
    assert body["global"] is False
    assert refused.headers["Retry-After"] == str(math.ceil(body["retry_after"]))
    discord.world.clock.advance(body["retry_after"])
    assert bot.get(path).status_code == 200


def test_guilds_have_buckets_of_their_own(
    bot: httpx.Client, discord: DiscordServer, guild: Guild, ada: User
) -> None:
    discord.rate_limits.routes[_CHANNELS] = Limit(1, 5.0)
    other = discord.world.add_guild("Basement", owner=ada)

    first, second = (bot.get(f"/guilds/{each.id}/channels") for each in (guild, other))

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.headers["X-RateLimit-Bucket"] == second.headers["X-RateLimit-Bucket"]


def test_fifty_requests_fit_into_any_second(bot: httpx.Client, discord: DiscordServer) -> None:
    answers = [bot.get("/users/@me") for _ in range(51)]

    assert [each.status_code for each in answers] == [200] * 50 + [429]
    refused = answers[-1]
    assert refused.headers["X-RateLimit-Scope"] == "global"
    assert refused.headers["X-RateLimit-Global"] == "true"
    assert 0 < refused.json()["retry_after"] <= 1
    assert refused.json()["global"] is True
    discord.world.clock.advance(1)
    assert bot.get("/users/@me").status_code == 200


def test_interactions_are_exempt_from_the_global_limit(
    bot: httpx.Client, discord: DiscordServer
) -> None:
    discord.rate_limits.per_second = 0

    assert bot.get("/users/@me").status_code == 429
    assert bot.post("/interactions/1/x/callback", json={"type": 5}).status_code == 404
    assert bot.get("/webhooks/1/x/messages/@original").status_code == 404


def test_limits_can_be_switched_off(bot: httpx.Client, discord: DiscordServer) -> None:
    discord.rate_limits.enabled = False

    assert {bot.get("/users/@me").status_code for _ in range(60)} == {200}


def test_too_many_invalid_requests_get_the_address_blocked(
    discord: DiscordServer, guild: Guild
) -> None:
    discord.rate_limits.invalid_requests = 4
    headers = {"User-Agent": USER_AGENT, "Authorization": "Bot wrong"}
    with httpx.Client(base_url=discord.api_url, headers=headers, trust_env=False) as client:
        discord.faults.add("GET /users/@me", scope="shared", times=1)
        for _ in range(4):
            client.get("/users/@me")
        assert discord.rate_limits.invalid_count() == 3
        assert client.get("/users/@me").status_code == 401
        blocked = client.get("/gateway")

    assert blocked.status_code == 429
    assert "1015" in blocked.text
    assert blocked.headers["Content-Type"].startswith("text/html")
    assert "Via" not in blocked.headers
