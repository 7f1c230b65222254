"""Where /install leads: always to Discord, with a way back where there is one."""

import pytest

from clipsaver.local.lambda_environment import LambdaEnvironment
from tests.events import signed
from tests.functional.install.stage import Stage, Visitor, parameters

GATEWAY = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"


def assert_plain(stage: Stage, url: str) -> None:
    """The link adds the bot, and ends on Discord's own page."""
    assert url.startswith(f"{stage.discord.url}/oauth2/authorize?")
    asked = parameters(url)
    assert asked.keys() <= {"client_id", "scope", "permissions", "guild_id"}
    assert asked["scope"] == "bot applications.commands"
    assert asked["client_id"] == str(stage.discord.world.application.id)
    assert stage.rows.count("install_intents") == 0


def test_an_unregistered_redirect_uri_leads_to_the_plain_link_and_is_logged(
    stage: Stage, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.discord.world.application.redirect_uris.clear()
    assert_plain(stage, visitor.start())
    logged = capsys.readouterr().out
    assert f"{stage.callback_url} is not registered: paste it into the developer portal" in logged
    assert "WARNING" in logged


@pytest.mark.parametrize(
    "name", ["DISCORD_CLIENT_SECRET", "BOT_TOKEN", "DATABASE_URL", "DEFAULT_SETTINGS_PATH"]
)
def test_a_variable_that_is_missing_or_wrong_leads_to_the_plain_link_and_is_named(
    stage: Stage, visitor: Visitor, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.variables.pop(name, None)
    if name == "DEFAULT_SETTINGS_PATH":
        stage.variables[name] = "/nowhere.yml"
    assert_plain(stage, visitor.start(f"?guild_id={stage.chess_club.id}"))
    assert name in capsys.readouterr().out


def test_while_the_database_is_down_the_plain_link_serves(stage: Stage, visitor: Visitor) -> None:
    with stage.database_down():
        url = visitor.start()
    assert_plain(stage, url)


def test_while_everything_is_paused_the_plain_link_serves_and_nothing_is_written(
    stage: Stage, visitor: Visitor
) -> None:
    stage.variables["PAUSED"] = "true"
    assert_plain(stage, visitor.start())


def test_while_discord_is_down_the_plain_link_serves(stage: Stage, visitor: Visitor) -> None:
    stage.discord.faults.add("GET /applications/@me", status=500)
    assert_plain(stage, visitor.start())


def test_discord_is_asked_for_the_redirect_uris_once_for_several_installs(
    stage: Stage, visitor: Visitor
) -> None:
    for _ in range(3):
        visitor.start()
    assert stage.discord.requests.count("GET /applications/@me") == 1


NO_SNOWFLAKES = (
    "0",
    "-1",
    "1e5",
    "9223372036854775808",
    "٣",
    "1%20OR%201",
    "1%26redirect_uri=https%3A%2F%2Fevil.example",
    "https%3A%2F%2Fevil.example",
    "%00",
    "1" * 5000,
)
STRANGE_QUERIES = (
    "redirect_uri=https://evil.example",
    "next=//evil.example",
    "state=mine&client_id=1",
    "scope=email",
)


def test_only_a_snowflake_is_passed_on_as_the_guild(stage: Stage, visitor: Visitor) -> None:
    for guild_id in NO_SNOWFLAKES:
        asked = parameters(visitor.start(f"?guild_id={guild_id}"))
        assert "guild_id" not in asked
        assert asked["redirect_uri"] == stage.callback_url
    wishes = stage.rows.sql("SELECT DISTINCT guild_id FROM install_intents")
    assert wishes == [{"guild_id": None}]


def test_nothing_else_of_the_query_reaches_discord(stage: Stage, visitor: Visitor) -> None:
    for query in STRANGE_QUERIES:
        url = visitor.start(f"?{query}")
        assert url.startswith(f"{stage.discord.url}/oauth2/authorize?")
        asked = parameters(url)
        assert asked["redirect_uri"] == stage.callback_url
        assert asked["client_id"] == str(stage.discord.world.application.id)
        assert asked["scope"] == "bot applications.commands identify"
        assert asked["state"] != "mine"


def test_a_forged_host_is_no_way_back(stage: Stage, visitor: Visitor) -> None:
    for headers in ({"host": "evil.example"}, {"host": "evil.example:443"}):
        location = visitor.get("/install", **headers).headers["location"]
        assert_plain(stage, location)
    location = visitor.get("/install", **{"x-forwarded-host": "evil.example"}).headers["location"]
    assert parameters(location)["redirect_uri"] == stage.callback_url


def test_the_operators_domain_is_the_way_back_where_there_is_one(
    stage: Stage, visitor: Visitor
) -> None:
    stage.variables["PUBLIC_URL"] = "https://clips.example/"
    stage.discord.world.application.redirect_uris.append("https://clips.example/install/callback")
    asked = parameters(visitor.start())
    assert asked["redirect_uri"] == "https://clips.example/install/callback"


def test_behind_api_gateway_the_cookie_is_bound_to_the_host_and_to_tls(stage: Stage) -> None:
    stage.discord.world.application.redirect_uris.append(f"{GATEWAY}/install/callback")
    with LambdaEnvironment("interactions", stage.variables) as environment:
        result = environment.invoke(signed.get("/install"))
    assert (
        parameters(result["headers"]["location"])["redirect_uri"] == f"{GATEWAY}/install/callback"
    )
    (cookie,) = result["cookies"]
    pair, *attributes = cookie.split("; ")
    name, _, value = pair.partition("=")
    assert name == "__Host-clip-saver-install"
    assert len(value) == 43
    assert {attribute.lower() for attribute in attributes} == {
        "httponly",
        "secure",
        "samesite=lax",
        "path=/",
        "max-age=86400",
    }


def test_a_browser_keeps_its_key_and_a_guessable_one_is_replaced(
    stage: Stage, visitor: Visitor
) -> None:
    first = visitor.get("/install").cookies["clip-saver-install"]
    assert visitor.get("/install").cookies["clip-saver-install"] == first
    planted = visitor.get("/install", cookie="clip-saver-install=a")
    assert len(planted.cookies["clip-saver-install"]) == 43
