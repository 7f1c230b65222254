"""`/sync`: deferred, done by the worker, its outcome edited into the reply."""

import io
import json
import re

import pytest

from functions.shared import jobs
from tests.factories import ago
from tests.functional.commands.stage import EDIT, Stage, record

LIST_CHANNELS = "GET /guilds/{guild_id}/channels"


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.forget_sync()
    stage.discord.requests.clear()
    return stage


def test_the_outcome_is_edited_into_the_deferred_reply(stage: Stage) -> None:
    elsewhere = stage.rows.of_guild(stage.basement.id)
    stage.arcade.add_channel("late-news")
    stage.arcade.delete_channel(stage.channel("Finals"))
    used = stage.command("sync")
    assert used.is_waiting
    assert used.is_ephemeral
    assert stage.work() == 0
    assert used.text == "✅ Synced. Channels: 1 added, 1 deleted."
    assert used.is_ephemeral
    (found,) = stage.rows.sql("SELECT guild_id FROM bot_channels WHERE name = 'late-news'")
    assert found["guild_id"] == stage.arcade.id
    assert stage.rows.of_guild(stage.basement.id) == elsewhere


def test_nothing_new_is_told_too_and_in_german(stage: Stage) -> None:
    stage.ada.locale = "de"
    used = stage.command("sync")
    stage.work()
    assert used.text == "✅ Abgeglichen. Kanäle: keine Änderungen."


def test_the_button_of_status_does_the_same(stage: Stage) -> None:
    used = stage.click(stage.command("status"), "sync:now")
    assert used.is_waiting
    stage.work()
    assert "Synced" in used.text


def test_a_second_sync_within_the_cooldown_is_told_until_when_to_wait(stage: Stage) -> None:
    stage.command("sync")
    stage.work()
    stage.discord.requests.clear()
    used = stage.command("sync")
    stage.work()
    (synced,) = stage.rows.sql(
        "SELECT floor(extract(epoch FROM synced_at))::int AS at FROM bot_guilds"
        " WHERE guild_id = %s",
        stage.arcade.id,
    )
    at = synced["at"]
    assert used.text == f"This server was synced <t:{at}:R>. Please wait until <t:{at + 60}:R>."
    assert stage.discord.requests.count(LIST_CHANNELS) == 0


def test_a_guild_that_is_being_written_all_the_time_goes_back_to_the_queue(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.jobs.sync_guild._BUSY_SECONDS", 0.0)
    used = stage.command("sync")
    with stage.rows.connection.transaction():
        stage.rows.sql("SELECT FROM bot_guilds WHERE guild_id = %s FOR UPDATE", stage.arcade.id)
        assert stage.work() == 1
    assert used.is_waiting
    assert stage.discord.requests.count(LIST_CHANNELS) == 5
    assert stage.work() == 0
    assert used.text == "✅ Synced. Channels: no changes."


def test_a_full_run_that_has_the_lease_keeps_nobody_waiting(stage: Stage) -> None:
    stage.rows.insert(
        "leases",
        name="sync",
        holder="5f0c1f0c-5b8e-4f3e-9a53-b9f0a4f0c3a1",
        expires_at=ago(hours=-1),
    )
    used = stage.command("sync")
    assert stage.work() == 0
    assert "Synced" in used.text


@pytest.mark.parametrize("was_known", [True, False])
def test_a_guild_the_bot_is_not_in_is_told_to_install_it_again(
    stage: Stage,
    was_known: bool,  # noqa: FBT001 (a table's column)
) -> None:
    used = stage.command("sync")
    stage.world.remove_bot(stage.arcade)
    if not was_known:
        stage.rows.sql("DELETE FROM bot_guilds WHERE guild_id = %s", stage.arcade.id)
    assert stage.work() == 0
    assert used.text == "I am not a member of this server; install me again."
    states = stage.rows.sql("SELECT state FROM bot_guilds ORDER BY guild_id")
    assert [row["state"] for row in states] == (["left", "present"] if was_known else ["present"])


def test_more_deleted_channels_than_the_breaker_lets_through_are_told_and_kept(
    stage: Stage,
) -> None:
    before = stage.stored()
    for channel in [*stage.arcade.channels.values()]:
        if channel.name != "clips":
            stage.arcade.delete_channel(channel)
    used = stage.command("sync")
    stage.work()
    assert used.text.startswith("I held the changes back: ")
    assert stage.stored() == before


@pytest.mark.parametrize("route", ["GET /users/@me", LIST_CHANNELS, "GET /guilds/{guild_id}"])
def test_a_discord_that_fails_is_told(
    stage: Stage, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.shared.discord.transport._FIRST_BACKOFF_SECONDS", 0.0)
    before = stage.stored()
    stage.discord.faults.add(route, status=500)
    used = stage.command("sync")
    assert stage.work() == 0
    assert used.text.startswith("The sync did not work: ")
    assert stage.stored() == before


def test_a_refused_bot_token_is_critical_and_told(stage: Stage, log: io.StringIO) -> None:
    stage.world.application.reset_token()
    used = stage.command("sync")
    assert stage.work() == 0
    assert used.text.startswith("The sync did not work: I am not fully set up yet.")
    assert "CRITICAL discord_clip_saver.jobs - Invalid bot token" in log.getvalue()


def test_a_schema_that_does_not_fit_is_told(stage: Stage) -> None:
    used = stage.command("sync")
    stage.rows.sql("UPDATE schema_revisions SET revision = 'old-' || revision")
    assert stage.work() == 0
    assert "Clip Saver is being updated" in used.text


def test_a_message_that_comes_twice_acts_once(stage: Stage) -> None:
    used = stage.command("sync")
    (message,) = stage.messages()
    batch = {"Records": [record(message), record(message) | {"messageId": "again"}]}
    stage.forget_sync()
    assert stage.jobs.invoke(batch) == {"batchItemFailures": []}
    stage.forget_sync()
    assert stage.jobs.invoke(batch) == {"batchItemFailures": []}
    assert stage.discord.requests.count(LIST_CHANNELS) == 1
    assert stage.discord.requests.count(EDIT) == 1
    assert used.text == "✅ Synced. Channels: no changes."


def test_a_replay_of_the_signed_command_acts_once(stage: Stage) -> None:
    used = stage.command("sync")
    assert stage.act.replay(used).status == 200
    stage.work()
    stage.forget_sync()
    stage.work()
    assert stage.discord.requests.count(LIST_CHANNELS) == 1
    assert stage.discord.requests.count(EDIT) == 1


def test_the_queue_holds_what_the_worker_needs_and_nothing_else(stage: Stage) -> None:
    used = stage.command("sync")
    (message,) = stage.messages()
    assert json.loads(message["Body"]) == {
        "kind": "sync_guild",
        "guild_id": str(stage.arcade.id),
        "ticket": {
            "interaction_id": str(used.id),
            "token": used.token,
            "locale": "en-US",
            "user_id": str(stage.ada.id),
        },
    }
    assert jobs.from_message(message["Body"]).to_message() == message["Body"]


def test_a_first_sync_of_a_guild_that_was_never_seen_stores_it(bare_stage: Stage) -> None:
    used = bare_stage.command("sync")
    bare_stage.work()
    assert re.fullmatch(r"✅ Synced\. Channels: \d+ added\.", used.text)
    found = bare_stage.rows.sql("SELECT name FROM bot_guilds")
    assert [row["name"] for row in found] == ["Arcade"]
