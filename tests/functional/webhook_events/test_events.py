"""What Discord tells of an install, in whatever order, and what it comes to."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from clipsaver.emulator.people import User
from clipsaver.emulator.webhook_events import SentEvent
from functions.shared import settings
from tests.factories import HERE, ago
from tests.functional.install.stage import Stage, Visitor

TIMES = frozenset({"last_login_at", "joined_at", "last_seen_at", "state_changed_at", "updated_at"})


def install_event(stage: Stage) -> SentEvent:
    """Chess Club is told to have been added to, just now."""
    event = stage.discord.webhook_events.authorized(stage.grace, stage.chess_club)
    assert event is not None
    return event


def timeless(stored: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {
        table: [{name: row[name] for name in row if name not in TIMES} for row in rows]
        for table, rows in stored.items()
    }


def test_an_install_is_learnt_without_a_callback(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    event = install_event(stage)
    assert event.acknowledged
    assert stage.guild_ids() == [stage.chess_club.id]
    (user,) = stage.rows.sql("SELECT * FROM users")
    assert (user["discord_user_id"], user["username"]) == (stage.grace.id, "grace")
    told_at = json.loads(event.request.body)["event"]["timestamp"]
    assert user["last_login_at"].replace(tzinfo=None).isoformat() == told_at
    (stored,) = stage.rows.sql("SELECT settings FROM guild_settings")
    assert stored["settings"] == settings.GuildSettings().model_dump()
    assert f"Applied default guild settings for guild {stage.chess_club.id}" in (
        capsys.readouterr().out
    )


def test_event_and_callback_leave_the_same_rows(stage: Stage, visitor: Visitor) -> None:
    install_event(stage)
    by_event = timeless(stage.stored())
    stage.rows.sql("TRUNCATE bot_guilds, users CASCADE")
    stage.discord.webhook_events.hold()
    visitor.install(stage.chess_club)
    assert timeless(stage.stored()) == by_event


def test_an_event_that_comes_after_the_callback_changes_nothing(
    stage: Stage, visitor: Visitor
) -> None:
    stage.discord.webhook_events.hold()
    visitor.install(stage.chess_club)
    stage.discord.webhook_events.settle()
    after_callback = stage.stored()
    stage.discord.webhook_events.release()
    assert [event.acknowledged for event in stage.discord.webhook_events.sent] == [True, True]
    assert stage.stored() == after_callback


def test_a_callback_that_comes_after_the_event_adds_nothing(stage: Stage, visitor: Visitor) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    stage.discord.webhook_events.settle()
    by_event = timeless(stage.stored())
    assert stage.guild_ids() == [stage.chess_club.id]
    assert visitor.get(url).status_code == 200
    assert timeless(stage.stored()) == by_event


def test_duplicates_and_retries_change_nothing(stage: Stage) -> None:
    event = install_event(stage)
    first = stage.stored()
    assert stage.discord.webhook_events.resend(event).status == 204
    event.request = stage.discord._event_courier.sign(event.request.body)
    assert stage.discord.webhook_events.resend(event).status == 204
    assert stage.stored() == first


def test_of_events_in_disorder_the_newest_stays(stage: Stage) -> None:
    events = stage.discord.webhook_events
    events.hold()
    install_event(stage)
    stage.chess_club.name = "Chess Union"
    stage.grace.global_name = "Amazing Grace"
    install_event(stage)
    events.release(newest_first=True)
    assert stage.rows.sql("SELECT name FROM bot_guilds") == [{"name": "Chess Union"}]
    assert stage.rows.sql("SELECT global_name FROM users") == [{"global_name": "Amazing Grace"}]


def test_an_old_event_does_not_bring_back_a_guild_that_was_left_since(stage: Stage) -> None:
    events = stage.discord.webhook_events
    events.hold()
    install_event(stage)
    stage.rows.guild(
        stage.chess_club.id, state="left", last_seen_at=ago(days=1), state_changed_at=ago()
    )
    before = stage.rows.of_guild(stage.chess_club.id)
    events.release()
    assert stage.rows.of_guild(stage.chess_club.id) == before
    install_event(stage)
    assert stage.rows.sql("SELECT state FROM bot_guilds") == [{"state": "present"}]


def test_settings_of_the_guild_and_another_guild_stay_as_they_were(stage: Stage) -> None:
    stage.rows.two_guilds()
    stage.rows.guild(stage.chess_club.id, last_seen_at=ago(hours=1))
    elsewhere = stage.rows.of_guild(HERE)
    install_event(stage)
    assert stage.rows.of_guild(HERE) == elsewhere
    of_guild = stage.rows.of_guild(stage.chess_club.id)
    assert [row["settings"] for row in of_guild["guild_settings"]] == [{"prefix": "!"}]


def user_install(stage: Stage, user: User) -> None:
    data = {"integration_type": 1, "user": _user(user), "scopes": ["applications.commands"]}
    stage.discord.webhook_events.send("APPLICATION_AUTHORIZED", data)


def install_without_a_bot(stage: Stage, user: User) -> None:
    guild = {"id": str(stage.chess_club.id), "name": "Chess Club"}
    data = {
        "integration_type": 0,
        "user": _user(user),
        "guild": guild,
        "scopes": ["applications.commands"],
    }
    stage.discord.webhook_events.send("APPLICATION_AUTHORIZED", data)


def _user(user: User) -> dict[str, str]:
    return {"id": str(user.id), "username": user.username}


def test_events_that_are_no_install_are_acknowledged_and_forgotten(stage: Stage) -> None:
    events = stage.discord.webhook_events
    events.deauthorized(stage.grace)
    events.authorized(stage.grace, scopes=["identify"])
    user_install(stage, stage.grace)
    install_without_a_bot(stage, stage.grace)
    events.send("ENTITLEMENT_CREATE", {"id": "1"})
    assert [event.acknowledged for event in events.sent] == [True] * 5
    assert stage.stored() == {"users": [], "bot_guilds": [], "guild_settings": []}


def test_while_the_database_is_down_discord_is_asked_to_come_back(stage: Stage) -> None:
    with stage.database_down():
        event = install_event(stage)
    assert [attempt.status for attempt in event.attempts] == [503, 503]
    assert stage.discord.webhook_events.resend(event).status == 204
    assert stage.guild_ids() == [stage.chess_club.id]


def test_without_a_database_only_what_needs_one_is_put_off(stage: Stage) -> None:
    del stage.variables["DATABASE_URL"]
    events = stage.discord.webhook_events
    assert events.verify(f"{stage.gateway.url}/webhook-events")
    events.deauthorized(stage.grace)
    assert events.sent[-1].acknowledged
    assert install_event(stage).attempts[0].status == 503
