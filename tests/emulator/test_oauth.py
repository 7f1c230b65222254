"""Adding the bot in a browser, and the tokens that come of it."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

import httpx
import pytest

from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.people import User
from clipsaver.emulator.permissions import Permission
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World
from tests.emulator.receiver import Receiver

_REDIRECT = "https://clips.example/install/callback"


@pytest.fixture
def guild(world: World, ada: User) -> Guild:
    world.application.redirect_uris = [_REDIRECT]
    world.browser_user = ada
    return world.add_guild("Arcade", owner=ada, bot=False)


@pytest.fixture
def browser(discord: DiscordServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=discord.url, trust_env=False) as client:
        yield client


@pytest.fixture
def wish(guild: Guild) -> dict[str, str]:
    """The query of an authorize link."""
    return {
        "client_id": str(guild.world.application.id),
        "scope": "bot applications.commands identify",
        "permissions": "66560",
        "response_type": "code",
        "redirect_uri": _REDIRECT,
        "state": "a state & more",
    }


def _decide(
    browser: httpx.Client, wish: dict[str, str], guild: Guild, decision: str = "authorize"
) -> httpx.Response:
    form = wish | {"guild_id": str(guild.id), "decision": decision}
    return browser.post("/oauth2/authorize", data=form)


def _query(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302
    address, _, query = answer.headers["Location"].partition("?")
    assert address == _REDIRECT
    return dict(parse_qsl(query))


def _exchange(bot: httpx.Client, world: World, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": _REDIRECT,
        "client_id": str(world.application.id),
        "client_secret": world.application.client_secret,
    }
    return bot.post("/oauth2/token", data=form | changes)


def test_the_page_offers_the_guilds_that_the_user_manages(
    browser: httpx.Client, wish: dict[str, str], world: World, ada: User
) -> None:
    foreign = world.add_guild("Foreign <b>", owner=world.add_user("grace"), bot=False)
    foreign.add_member(ada)

    page = browser.get("/oauth2/authorize", params=wish).text

    assert "Arcade" in page
    assert "Foreign" not in page
    assert "VIEW_CHANNEL" in page
    assert 'value="a state &amp; more"' in page


def test_the_bot_joins_at_consent_and_the_code_names_the_guild(
    browser: httpx.Client, bot: httpx.Client, wish: dict[str, str], guild: Guild
) -> None:
    query = _query(_decide(browser, wish, guild))

    assert query["state"] == "a state & more"
    assert (query["guild_id"], query["permissions"]) == (str(guild.id), "66560")
    role = guild.world.bot_role(guild)
    assert role is not None
    assert role.permissions == 66560
    tokens = _exchange(bot, guild.world, code=query["code"]).json()
    assert tokens["guild"]["id"] == str(guild.id)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 604_800)


def test_a_code_works_once_and_not_for_long(
    browser: httpx.Client, bot: httpx.Client, wish: dict[str, str], guild: Guild
) -> None:
    first = _query(_decide(browser, wish, guild))["code"]
    assert _exchange(bot, guild.world, code=first).status_code == 200
    repeated = _exchange(bot, guild.world, code=first)
    second = _query(_decide(browser, wish, guild))["code"]
    guild.world.clock.advance(101)
    expired = _exchange(bot, guild.world, code=second)

    for refused in (repeated, expired):
        assert refused.status_code == 400
        assert refused.json()["error"] == "invalid_grant"


def test_an_exchange_has_to_fit_its_link_and_its_client(
    browser: httpx.Client, bot: httpx.Client, wish: dict[str, str], guild: Guild
) -> None:
    world = guild.world
    code = _query(_decide(browser, wish, guild))["code"]
    moved = _exchange(bot, world, code=code, redirect_uri=f"{_REDIRECT}/")
    forged = _exchange(bot, world, code=code, client_secret="wrong")
    as_json = bot.post("/oauth2/token", json={"grant_type": "authorization_code"})

    assert "redirect_uri" in moved.json()["error_description"]
    assert (forged.status_code, forged.json()) == (401, {"error": "invalid_client"})
    assert as_json.status_code == 400
    assert _exchange(bot, world, grant_type="password").json()["error"] == "unsupported_grant_type"


def test_a_client_may_show_its_secret_as_basic_credentials(
    browser: httpx.Client, bot: httpx.Client, wish: dict[str, str], guild: Guild
) -> None:
    application = guild.world.application
    code = _query(_decide(browser, wish, guild))["code"]

    tokens = bot.post(
        "/oauth2/token",
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": _REDIRECT},
        auth=(str(application.id), application.client_secret),
    )

    assert tokens.status_code == 200


def test_a_proof_key_is_checked(
    browser: httpx.Client, bot: httpx.Client, wish: dict[str, str], guild: Guild
) -> None:
    # The pair of RFC 7636, appendix B.
    wish["code_challenge"] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    first = _query(_decide(browser, wish, guild))["code"]
    second = _query(_decide(browser, wish, guild))["code"]

    assert _exchange(bot, guild.world, code=first, code_verifier="other").status_code == 400
    assert _exchange(bot, guild.world, code=second, code_verifier=verifier).status_code == 200


def test_with_a_required_code_grant_the_bot_waits_for_the_exchange(
    browser: httpx.Client, bot: httpx.Client, wish: dict[str, str], guild: Guild
) -> None:
    guild.world.application.bot_require_code_grant = True
    code = _query(_decide(browser, wish, guild))["code"]
    assert guild.bot_member is None

    _exchange(bot, guild.world, code=code)

    assert guild.bot_member is not None


def test_cancelling_sends_back_an_error_and_adds_nobody(
    browser: httpx.Client, wish: dict[str, str], guild: Guild
) -> None:
    query = _query(_decide(browser, wish, guild, "cancel"))

    assert query["error"] == "access_denied"
    assert query["state"] == "a state & more"
    assert guild.bot_member is None


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/"},
        {"client_id": "5"},
        {"scope": "bot nonsense"},
        {"permissions": "all"},
    ],
)
def test_a_wrong_link_stays_on_discords_own_error_page(
    browser: httpx.Client, wish: dict[str, str], changes: dict[str, str]
) -> None:
    answer = browser.get("/oauth2/authorize", params=wish | changes)

    assert answer.status_code == 400
    assert "Error" in answer.text


def test_who_may_not_manage_a_guild_cannot_add_the_bot(
    browser: httpx.Client, wish: dict[str, str], guild: Guild
) -> None:
    linus = guild.world.add_user("linus")
    guild.world.browser_user = linus
    member = guild.add_member(linus)
    assert _decide(browser, wish, guild).status_code == 400

    member.add_role(guild.add_role("Admins", Permission.MANAGE_GUILD))

    assert _decide(browser, wish, guild).status_code == 302


def test_a_private_bot_is_only_its_owners_to_add(
    browser: httpx.Client, wish: dict[str, str], guild: Guild, ada: User
) -> None:
    guild.world.application.bot_public = False
    assert _decide(browser, wish, guild).status_code == 400

    guild.world.application.owner = ada

    assert _decide(browser, wish, guild).status_code == 302


def test_the_plain_link_ends_on_discords_own_page(browser: httpx.Client, guild: Guild) -> None:
    wish = {
        "client_id": str(guild.world.application.id),
        "scope": "bot applications.commands",
        "permissions": "1024",
    }

    answer = _decide(browser, wish, guild)

    assert answer.status_code == 200
    assert "Success" in answer.text
    assert guild.bot_member is not None


def test_boxes_that_are_not_ticked_grant_nothing(
    browser: httpx.Client, wish: dict[str, str], guild: Guild
) -> None:
    query = _query(_decide(browser, wish | {"permission": "1024"}, guild))

    assert query["permissions"] == "1024"


def test_an_install_raises_a_webhook_event_and_a_revocation_another(
    discord: DiscordServer,
    browser: httpx.Client,
    bot: httpx.Client,
    receiver: Receiver,
    wish: dict[str, str],
    guild: Guild,
) -> None:
    application = guild.world.application
    application.event_webhooks_url, application.event_webhooks_status = receiver.url, 2
    application.event_webhooks_types = ("APPLICATION_AUTHORIZED", "APPLICATION_DEAUTHORIZED")
    code = _query(_decide(browser, wish, guild))["code"]
    tokens = _exchange(bot, guild.world, code=code).json()

    revoked = _revoke(bot, guild.world, tokens["access_token"])
    discord.webhook_events.settle()

    assert revoked.json() == {}
    assert [payload["event"]["type"] for payload in receiver.payloads] == [
        "APPLICATION_AUTHORIZED",
        "APPLICATION_DEAUTHORIZED",
    ]
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert bot.get("/users/@me", headers=bearer).status_code == 401
    assert guild.bot_member is not None


def test_a_refresh_token_is_rotated(
    browser: httpx.Client, bot: httpx.Client, wish: dict[str, str], guild: Guild
) -> None:
    code = _query(_decide(browser, wish, guild))["code"]
    old = _exchange(bot, guild.world, code=code).json()
    again = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"]}

    new = _exchange(bot, guild.world, **again).json()

    assert new["refresh_token"] != old["refresh_token"]
    assert _exchange(bot, guild.world, **again).json()["error"] == "invalid_grant"


def test_a_users_guilds_take_the_scope_for_them(
    browser: httpx.Client, bot: httpx.Client, wish: dict[str, str], guild: Guild
) -> None:
    def bearer(scope: str) -> dict[str, str]:
        code = _query(_decide(browser, wish | {"scope": scope}, guild))["code"]
        token = _exchange(bot, guild.world, code=code).json()["access_token"]
        return {"Authorization": f"Bearer {token}"}

    assert bot.get("/users/@me/guilds", headers=bearer("bot identify")).status_code == 401
    listed = bot.get("/users/@me/guilds", headers=bearer("bot guilds")).json()
    assert [(each["name"], each["owner"]) for each in listed] == [("Arcade", True)]


def _revoke(bot: httpx.Client, world: World, token: str) -> httpx.Response:
    application = world.application
    form = {
        "token": token,
        "client_id": str(application.id),
        "client_secret": application.client_secret,
    }
    return bot.post("/oauth2/token/revoke", data=form)
