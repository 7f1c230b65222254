"""Installs that end otherwise: each says so on a page of its own, and loses nothing."""

import threading
from typing import Any

import pytest

from functions.interactions.install import callback
from functions.interactions.install import state as states
from functions.shared.db import install_intents
from tests.factories import ago
from tests.functional.install.conftest import NewVisitor
from tests.functional.install.stage import Stage, Visitor, changed, heading, parameters
from tests.patience import wait_until

EXCHANGE = "POST /oauth2/token"


def test_a_used_link_is_refused_and_changes_nothing(stage: Stage, visitor: Visitor) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    visitor.get(url)
    before = stage.stored()
    page = visitor.get(url)
    assert (page.status_code, heading(page)) == (410, "This install is over already")
    assert stage.stored() == before
    assert stage.discord.requests.count(EXCHANGE) == 1


def test_an_expired_link_is_refused_before_its_code_is_spent(
    stage: Stage, visitor: Visitor
) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    stage.rows.sql("UPDATE install_intents SET expires_at = %s", ago(seconds=1))
    page = visitor.get(url)
    assert (page.status_code, heading(page)) == (410, "That took a little too long")
    assert stage.discord.requests.count(EXCHANGE) == 0
    assert stage.guild_ids() == []


def test_another_browser_is_refused_and_the_first_can_still_finish(
    stage: Stage, visitor: Visitor, new_visitor: NewVisitor
) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    without_key, with_another_key = new_visitor(), new_visitor()
    with_another_key.start()
    for other in (without_key, with_another_key):
        page = other.get(url)
        assert (page.status_code, heading(page)) == (403, "This install began in another browser")
    assert stage.discord.requests.count(EXCHANGE) == 0
    assert visitor.get(url).status_code == 200


def test_a_state_that_the_browser_seals_itself_is_no_intent(stage: Stage, visitor: Visitor) -> None:
    key = states.new_key()
    url = f"{stage.callback_url}?code=stolen&state={states.new_state(key)}"
    page = visitor.get(url, cookie=f"clip-saver-install={key}")
    assert page.status_code == 410
    assert stage.discord.requests.count(EXCHANGE) == 0


INCOMPLETE = (
    "",
    "?code=x",
    "?state=",
    "?state=short&code=x",
    "?state=%00&code=x",
    "?state=%ff&code=x",
    f"?code=x&state={'é' * 43}.{'é' * 43}",
    f"?code=x&state={'a' * 43}",
    f"?code=x&state={'a' * 9_000}",
)


def test_a_link_without_a_state_is_incomplete(stage: Stage, visitor: Visitor) -> None:
    visitor.start()
    for query in INCOMPLETE:
        page = visitor.get(f"/install/callback{query}")
        assert (page.status_code, heading(page)) == (400, "This link is incomplete")
    assert stage.discord.requests.count(EXCHANGE) == 0


def test_a_link_without_a_code_is_incomplete(stage: Stage, visitor: Visitor) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    assert visitor.get(changed(url, code=None)).status_code == 400
    assert visitor.get(url).status_code == 200


def test_a_refusal_is_respected(stage: Stage, visitor: Visitor) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club, "cancel")
    assert parameters(url)["error"] == "access_denied"
    page = visitor.get(url)
    assert (page.status_code, heading(page)) == (403, "You said no, and that is fine")
    assert stage.guild_ids() == []
    assert stage.chess_club.bot_member is None


def test_a_refusal_in_another_browser_is_not_believed(
    stage: Stage, visitor: Visitor, new_visitor: NewVisitor
) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club, "cancel")
    assert heading(new_visitor().get(url)) == "This install began in another browser"


def test_another_error_of_discord_is_told_and_logged(
    visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    state = parameters(visitor.start())["state"]
    page = visitor.get(f"/install/callback?error=invalid_scope&state={state}")
    assert (page.status_code, heading(page)) == (400, "Discord did not let this through")
    assert "Discord refused an install: invalid_scope" in capsys.readouterr().out


def test_who_no_longer_manages_the_server_cannot_install(stage: Stage, visitor: Visitor) -> None:
    arcade = stage.guild("Arcade")
    url = visitor.consent(visitor.start(), arcade)
    arcade.member(stage.grace).role_ids = ()
    page = visitor.get(url)
    assert (page.status_code, heading(page)) == (403, "You need the permission Manage Server")
    assert stage.guild_ids() == []


def test_who_has_left_the_server_cannot_install(stage: Stage, visitor: Visitor) -> None:
    arcade = stage.guild("Arcade")
    url = visitor.consent(visitor.start(), arcade)
    arcade.remove_member(stage.grace)
    assert visitor.get(url).status_code == 403
    assert stage.guild_ids() == []


def test_a_bot_that_is_not_there_is_not_claimed_to_be(stage: Stage, visitor: Visitor) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    stage.discord.world.remove_bot(stage.chess_club)
    page = visitor.get(url)
    assert (page.status_code, heading(page)) == (409, "The bot has not arrived yet")
    assert stage.guild_ids() == []


def test_a_bot_that_arrives_during_the_last_wait_is_seen(stage: Stage, visitor: Visitor) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    unknown = {"message": "Unknown Guild", "code": 10004}
    stage.discord.faults.add("GET /guilds/{guild_id}", times=3, status=404, body=unknown)
    assert heading(visitor.get(url)) == "Clip Saver is in Chess Club"


def test_a_twin_that_finishes_during_the_last_wait_is_seen(
    visitor: Visitor, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    ages = iter(["open", "open", "open", None])

    async def select_age(*_: object) -> str | None:
        return next(ages)

    monkeypatch.setattr(callback, "_TWIN_PAUSES", (0.05,) * 2)
    monkeypatch.setattr(install_intents, "select_age", select_age)
    assert heading(visitor.get(changed(url, code="spent"))) == "Clip Saver is in your server"


def test_an_authorisation_without_a_server_installs_nothing(stage: Stage, visitor: Visitor) -> None:
    consent_url = changed(visitor.start(), scope="identify")
    page = visitor.get(visitor.consent(consent_url, stage.chess_club))
    assert (page.status_code, heading(page)) == (400, "No server was chosen")
    assert stage.discord.world.application.grants == []


def test_a_code_that_discord_refuses_is_not_tried_again(stage: Stage, visitor: Visitor) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    page = visitor.get(changed(url, code="made-up"))
    assert page.status_code == 400
    assert heading(page) == "Discord no longer accepts this confirmation"
    assert stage.discord.requests.count(EXCHANGE) == 1
    assert stage.guild_ids() == []


@pytest.mark.parametrize(
    ("route", "how"),
    [
        (EXCHANGE, {"status": 503}),
        (EXCHANGE, {"reset": True}),
        ("GET /users/@me", {"html": "<p>502</p>"}),
        ("GET /guilds/{guild_id}/members/{user_id}", {"reset": True}),
    ],
)
def test_while_discord_is_down_nothing_is_lost(
    stage: Stage, visitor: Visitor, route: str, how: Any
) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    fault = stage.discord.faults.add(route, **how)
    page = visitor.get(url)
    assert (page.status_code, heading(page)) == (502, "Discord does not answer")
    assert stage.discord.requests.count(EXCHANGE) == 1
    assert stage.guild_ids() == []
    assert stage.rows.count("install_intents") == 1
    fault.times_left = 0
    assert visitor.install(stage.chess_club).status_code == 200


def test_a_discord_that_takes_too_long_counts_as_down(
    stage: Stage, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback, "_DISCORD_SECONDS", 0.3)
    url = visitor.consent(visitor.start(), stage.chess_club)
    stage.discord.faults.add(EXCHANGE, delay=1.0)
    page = visitor.get(url)
    assert (page.status_code, heading(page)) == (502, "Discord does not answer")
    assert stage.guild_ids() == []


def test_a_token_that_cannot_be_revoked_stops_no_install(
    stage: Stage, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.discord.faults.add("POST /oauth2/token/revoke", status=500)
    assert visitor.install(stage.chess_club).status_code == 200
    assert "An access token was not revoked" in capsys.readouterr().out


def test_while_the_database_is_down_no_code_is_spent(stage: Stage, visitor: Visitor) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    with stage.database_down():
        page = visitor.get(url)
        assert (page.status_code, heading(page)) == (503, "Clip Saver is not quite there")
    assert stage.discord.requests.count(EXCHANGE) == 0
    assert visitor.get(url).status_code == 200


def test_a_database_that_goes_down_on_the_way_keeps_all_or_nothing(
    stage: Stage, visitor: Visitor
) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    stage.discord.faults.add("GET /guilds/{guild_id}", delay=0.6)
    pages = []
    call = threading.Thread(target=lambda: pages.append(visitor.get(url)))
    call.start()
    wait_until(lambda: stage.discord.requests.count("POST /oauth2/token/revoke"))
    with stage.database_down():
        call.join()
    assert pages[0].status_code == 503
    assert stage.guild_ids() == []
    assert stage.rows.count("install_intents") == 1
    assert stage.rows.count("users") == 0


def test_a_wrong_client_secret_is_the_operators_to_mend(
    stage: Stage, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    stage.discord.world.application.client_secret = "reset in the portal"
    page = visitor.get(url)
    assert (page.status_code, heading(page)) == (503, "Clip Saver is not fully set up")
    assert "Discord refuses DISCORD_CLIENT_SECRET" in capsys.readouterr().out


def test_a_wrong_bot_token_is_the_operators_to_mend(
    stage: Stage, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    stage.discord.world.application.reset_token()
    page = visitor.get(url)
    assert (page.status_code, heading(page)) == (503, "Clip Saver is not fully set up")
    assert "CRITICAL discord_clip_saver.install - Invalid bot token" in capsys.readouterr().out
