import httpx
import pytest

from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World
from tests.emulator.conftest import USER_AGENT


def test_a_missing_or_wrong_token_is_401(bot: httpx.Client) -> None:
    for authorization in ("", "Bot nonsense", "Bearer nonsense"):
        answer = bot.get("/users/@me", headers={"Authorization": authorization})
        assert answer.status_code == 401
        assert answer.json() == {"message": "401: Unauthorized", "code": 0}


def test_a_reset_token_is_refused_at_once(bot: httpx.Client, world: World) -> None:
    assert bot.get("/users/@me").status_code == 200
    world.application.reset_token()

    assert bot.get("/users/@me").status_code == 401


def test_the_bot_may_not_call_what_only_users_may(bot: httpx.Client) -> None:
    answer = bot.get("/users/@me/guilds/1/member")

    assert (answer.status_code, answer.json()["code"]) == (403, 20001)


@pytest.mark.parametrize("agent", ["python-httpx/0.28", "", "DiscordBot"])
def test_a_user_agent_of_another_shape_is_blocked(bot: httpx.Client, agent: str) -> None:
    answer = bot.get("/users/@me", headers={"User-Agent": agent})

    assert (answer.status_code, answer.json()["code"]) == (403, 40333)


def test_only_versions_9_and_10_are_served(bot: httpx.Client, discord: DiscordServer) -> None:
    assert bot.get(f"{discord.url}/api/v9/users/@me").status_code == 200
    assert bot.get(f"{discord.url}/api/v4/users/@me").json()["code"] == 50041
    assert bot.get(f"{discord.url}/api/users/@me").status_code == 404


def test_unknown_routes_and_methods_are_told_apart(bot: httpx.Client) -> None:
    assert bot.get("/no/such/route").json() == {"message": "404: Not Found", "code": 0}
    assert bot.put("/users/@me").json() == {"message": "405: Method Not Allowed", "code": 0}


@pytest.mark.parametrize(
    ("path", "where", "code"),
    [
        ("/users/@me/guilds?limit=201", "limit", "NUMBER_TYPE_MAX"),
        ("/users/@me/guilds?limit=0", "limit", "NUMBER_TYPE_MIN"),
        ("/users/@me/guilds?after=x", "after", "NUMBER_TYPE_COERCE"),
        ("/users/@me/guilds?with_counts=maybe", "with_counts", "BOOLEAN_TYPE_CONVERT"),
        ("/guilds/me", "guild_id", "NUMBER_TYPE_COERCE"),
    ],
)
def test_wrong_parameters_are_named(bot: httpx.Client, path: str, where: str, code: str) -> None:
    body = bot.get(path).json()

    assert body["code"] == 50035
    assert body["errors"][where]["_errors"][0]["code"] == code


def test_a_body_has_to_be_json_and_say_so(bot: httpx.Client) -> None:
    broken = bot.patch(
        "/applications/@me", content=b"{", headers={"Content-Type": "application/json"}
    )
    untyped = bot.patch("/applications/@me", content=b"{}", headers={"Content-Type": "text/plain"})

    assert broken.json()["code"] == 50109
    assert untyped.json()["code"] == 50035


def test_requests_are_counted_by_route(bot: httpx.Client, discord: DiscordServer) -> None:
    bot.get("/users/@me")
    bot.get("/guilds/123")

    assert discord.requests.count("GET /users/@me") == 1
    assert [each.status for each in discord.requests.to("GET /guilds/{guild_id}")] == [404]
    assert discord.requests.by_status() == {200: 1, 404: 1}


def test_two_servers_run_side_by_side_and_a_port_can_be_chosen() -> None:
    with DiscordServer(World()) as one:
        port = int(one.url.rpartition(":")[2])
        with DiscordServer(World()) as other:
            assert one.url != other.url
    with DiscordServer(World(), port=port) as again, httpx.Client(trust_env=False) as client:
        answer = client.get(f"{again.api_url}/gateway", headers={"User-Agent": USER_AGENT})

    assert again.url.endswith(f":{port}")
    assert answer.status_code == 200
