"""What the purge deletes, what it leaves, and how it ends; on real rows."""

import logging
import time
from types import SimpleNamespace
from typing import Any

import pytest

from functions.purge.purge import Purge
from functions.shared import errors, models, settings
from functions.shared.db import clips
from functions.shared.db.connection import Database
from tests import factories
from tests.factories import ELSEWHERE, HERE, Rows, ago

GRACE = 360
AMPLE = 60.0
"""Seconds left that no test uses up."""
OVER = 3.0
"""Seconds left of which nothing remains for the work."""

REFUSE_CASCADES = """
    CREATE FUNCTION refuse_cascade() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM clips WHERE channel_id = OLD.channel_id) THEN
            RAISE EXCEPTION 'clips of channel % would go in one long cascade', OLD.channel_id;
        END IF;
        RETURN OLD;
    END $$;
    CREATE TRIGGER refuse_cascade BEFORE DELETE ON bot_channels
    FOR EACH ROW EXECUTE FUNCTION refuse_cascade();
"""


def make_purge(database: Database, **tunables: Any) -> Purge:
    return Purge(database, settings.DatabaseSettings.model_validate(tunables))


def deleted(**rows: int) -> dict[str, Any]:
    """The summary of a complete run."""
    tables = ("install_intents", "scan_runs", "processed_interactions", "guilds")
    return {"complete": True, **dict.fromkeys(tables, 0), **rows}


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def add_intents(rows: Rows) -> None:
    """Three beyond the grace, one within it, one that is still good."""
    for number in range(3):
        rows.intent(f"beyond {number}", expires_at=ago(seconds=GRACE + 5))
    rows.intent("within", expires_at=ago(seconds=GRACE - 30))
    rows.intent("fresh")


def add_left_guild(rows: Rows, guild_id: int, *, channels: int = 3, **age: float) -> None:
    rows.guild(guild_id, state="left", state_changed_at=ago(**(age or {"days": 31})))
    for channel_id in range(guild_id * 100, guild_id * 100 + channels):
        rows.channel(guild_id, channel_id)
        rows.scan_run(channel_id, status="succeeded", finished_at=ago(days=1))
        rows.scan_run(channel_id)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "discord_clip_saver")
    return caplog


async def test_intents_go_once_their_grace_is_over(
    database: Database, rows: Rows, log: pytest.LogCaptureFixture
) -> None:
    add_intents(rows)
    summary = await make_purge(database).handle({}, AMPLE)
    assert summary == deleted(install_intents=3)
    left = rows.sql("SELECT state FROM install_intents ORDER BY state")
    assert [row["state"] for row in left] == ["fresh", "within"]
    assert messages(log) == [
        'Running job "purge_install_intents_job"',
        "purge_install_intents: deleted=3 grace_seconds=360",
    ]


async def test_the_grace_is_the_operators(database: Database, rows: Rows) -> None:
    add_intents(rows)
    purge = make_purge(database, install_intent_purge_grace_seconds=0)
    assert (await purge.handle({}, AMPLE))["install_intents"] == 4


async def test_nothing_to_delete_is_told_too(
    database: Database, log: pytest.LogCaptureFixture
) -> None:
    summary = await make_purge(database).handle({"source": "aws.events"}, AMPLE)
    assert summary == deleted()
    assert messages(log) == [
        'Running job "purge_install_intents_job"',
        "purge_install_intents: deleted=0 grace_seconds=360",
    ]


async def test_running_twice_changes_nothing_more(database: Database, rows: Rows) -> None:
    add_intents(rows)
    add_left_guild(rows, 7)
    await make_purge(database).handle({}, AMPLE)
    summary = await make_purge(database).handle({}, AMPLE)
    assert summary == deleted()


async def test_intents_go_in_batches(database: Database, rows: Rows) -> None:
    for number in range(5):
        rows.intent(str(number), expires_at=ago(days=1))
    rows.sql("""
        CREATE TABLE deletions (rows integer);
        CREATE FUNCTION note_deletion() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO deletions SELECT count(*) FROM gone; RETURN NULL; END';
        CREATE TRIGGER note_deletion AFTER DELETE ON install_intents
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_deletion();
    """)
    try:
        summary = await make_purge(database, batch_size=2).handle({}, AMPLE)
        assert summary["install_intents"] == 5
        assert [row["rows"] for row in rows.sql("SELECT * FROM deletions")] == [2, 2, 1]
    finally:
        rows.sql("DROP TABLE deletions; DROP FUNCTION note_deletion CASCADE")


async def test_only_ended_scan_runs_go_and_only_old_ones(database: Database, rows: Rows) -> None:
    rows.two_guilds()
    rows.sql("DELETE FROM bot_channel_scan_runs")
    channel_id, old, young = HERE + 1, ago(days=31), ago(days=29)
    for status in ("succeeded", "failed", "canceled"):
        rows.scan_run(channel_id, status=status, finished_at=old, created_at=old)
        # By hand, without an end.
        rows.scan_run(channel_id, status=status, created_at=old)
    kept = {
        rows.scan_run(channel_id, status="succeeded", finished_at=young, created_at=old),
        rows.scan_run(channel_id, status="failed", created_at=young),
        rows.scan_run(channel_id, status="queued", created_at=old),
        rows.scan_run(channel_id, status="running", created_at=old),
    }
    summary = await make_purge(database, batch_size=4).handle({}, AMPLE)
    assert summary == deleted(scan_runs=6)
    left = rows.sql("SELECT id FROM bot_channel_scan_runs")
    assert {row["id"] for row in left} == kept


async def test_guilds_left_too_long_go_with_all_their_rows(
    database: Database, rows: Rows, log: pytest.LogCaptureFixture
) -> None:
    rows.two_guilds()
    add_left_guild(rows, 7, channels=5)
    add_left_guild(rows, 8, channels=0)
    add_left_guild(rows, 9, days=29)
    kept = {guild_id: rows.of_guild(guild_id) for guild_id in (HERE, ELSEWHERE, 9)}
    summary = await make_purge(database, batch_size=2).handle({}, AMPLE)
    assert summary == deleted(guilds=2)
    assert {guild_id: rows.of_guild(guild_id) for guild_id in kept} == kept
    assert not any(rows.of_guild(7).values())
    assert rows.count("bot_channels") == 2 + 2 + 3
    assert messages(log)[-2:] == [
        "Removed guild 7, left too long ago",
        "Removed guild 8, left too long ago",
    ]


async def test_a_retention_of_0_keeps_guilds_for_ever(database: Database, rows: Rows) -> None:
    add_left_guild(rows, 7, days=3_000)
    before = rows.of_guild(7)
    purge = make_purge(database, guild_archive_retention_days=0)
    assert (await purge.handle({}, AMPLE))["guilds"] == 0
    assert (await purge.handle({"dry_run": True}, AMPLE))["guilds"] == 0
    assert rows.of_guild(7) == before


async def test_a_guild_that_returns_meanwhile_is_kept(
    database: Database,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
    log: pytest.LogCaptureFixture,
) -> None:
    add_left_guild(rows, 7)
    add_left_guild(rows, 8)
    delete_guild = Purge._delete_guild

    async def return_first(self: Purge, guild_id: Any, stop_at: float) -> tuple[bool, bool]:
        rows.sql("UPDATE bot_guilds SET state = 'present' WHERE guild_id = 7")
        return await delete_guild(self, guild_id, stop_at)

    monkeypatch.setattr(Purge, "_delete_guild", return_first)
    before = rows.of_guild(7)["bot_channels"]
    summary = await make_purge(database).handle({}, AMPLE)
    assert (summary["complete"], summary["guilds"]) == (True, 1)
    assert rows.of_guild(7)["bot_channels"] == before
    assert not any(rows.of_guild(8).values())
    assert "Removed guild 7" not in log.text


@pytest.mark.parametrize(
    "held",
    [
        "SELECT 1 FROM bot_guilds WHERE guild_id = 7 FOR NO KEY UPDATE",
        "SELECT 1 FROM bot_channels WHERE guild_id = 7 FOR NO KEY UPDATE",
        "SELECT 1 FROM bot_channel_scan_runs WHERE channel_id = 701 FOR NO KEY UPDATE",
    ],
    ids=["the guild", "its channels", "one of its scan runs"],
)
async def test_a_guild_in_use_waits_for_the_next_run(
    database_url: str, rows: Rows, held: Any
) -> None:
    add_left_guild(rows, 7)
    add_left_guild(rows, 8)
    # With one guild to a batch, a run that looked at the first again and again would not end.
    database = factories.make_database(database_url, transaction_seconds=1)
    purge = make_purge(database, batch_size=1)
    with factories.open_rows(database_url) as other, other.connection.transaction():
        other.sql(held)
        summary = await purge.handle({}, AMPLE)
        assert (summary["complete"], summary["guilds"]) == (True, 1)
        assert rows.count("bot_guilds") == 1
    assert (await purge.handle({}, AMPLE))["guilds"] == 1
    await database.close()
    assert rows.count("bot_guilds") == rows.count("bot_channels") == 0


async def test_an_empty_guild_in_use_is_not_waited_for(database_url: str, rows: Rows) -> None:
    add_left_guild(rows, 7, channels=0)
    database = factories.make_database(database_url, transaction_seconds=1)
    with factories.open_rows(database_url) as other, other.connection.transaction():
        other.sql("SELECT 1 FROM bot_guilds FOR NO KEY UPDATE")
        assert (await make_purge(database).handle({}, AMPLE))["guilds"] == 0
    await database.close()


async def test_rows_that_somebody_holds_wait_for_the_next_run(
    database: Database, database_url: str, rows: Rows
) -> None:
    rows.two_guilds()
    rows.sql("UPDATE bot_channel_scan_runs SET status = 'failed', finished_at = %s", ago(days=99))
    add_intents(rows)
    purge = make_purge(database, batch_size=2)
    with factories.open_rows(database_url) as other, other.connection.transaction():
        other.sql("SELECT 1 FROM install_intents WHERE state = 'beyond 1' FOR UPDATE")
        other.sql("SELECT 1 FROM bot_channel_scan_runs WHERE channel_id = %s FOR UPDATE", HERE + 1)
        first = await purge.handle({}, AMPLE)
    then = await purge.handle({}, AMPLE)
    assert (first["complete"], first["install_intents"], first["scan_runs"]) == (True, 2, 4)
    assert (then["complete"], then["install_intents"], then["scan_runs"]) == (True, 1, 2)


async def test_a_run_out_of_time_is_finished_by_the_next(
    database: Database, rows: Rows, log: pytest.LogCaptureFixture
) -> None:
    rows.two_guilds()
    add_intents(rows)
    add_left_guild(rows, 7)
    purge = make_purge(database, batch_size=1)

    started = time.monotonic()
    assert await purge.handle({}, OVER) == {
        "complete": False,
        "install_intents": 0,
        "scan_runs": 0,
        "processed_interactions": 0,
        "guilds": 0,
    }
    assert time.monotonic() - started < 1
    assert "purge_install_intents: deleted=0 grace_seconds=360" in log.text
    assert rows.count("install_intents") == 5

    summary = await purge.handle({}, AMPLE)
    assert summary == deleted(install_intents=3, guilds=1)


async def test_a_guild_cut_short_is_finished_by_the_next_run(
    database: Database, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_left_guild(rows, 7, channels=4)
    ticks = iter(range(1_000))
    with monkeypatch.context() as patched:
        # Each look at the clock takes a second; the run's time ends among the guild's rows.
        clock = SimpleNamespace(monotonic=lambda: float(next(ticks)))
        patched.setattr("functions.purge.purge.time", clock)
        summary = await make_purge(database, batch_size=1).handle({}, 13)
    assert (summary["complete"], summary["guilds"]) == (False, 0)
    assert 0 < rows.count("bot_channel_scan_runs") + rows.count("bot_channels") < 8 + 4
    assert (await make_purge(database).handle({}, AMPLE))["guilds"] == 1
    assert rows.count("bot_channels") == 0


async def test_interactions_go_once_discord_will_not_send_them_again(
    database: Database, rows: Rows
) -> None:
    for number, age in enumerate((ago(days=15, seconds=5), ago(days=40), ago(days=14, hours=23))):
        rows.insert("processed_interactions", interaction_id=number, processed_at=age)
    rows.insert("processed_interactions", interaction_id=99)
    dry = await make_purge(database).handle({"dry_run": True}, AMPLE)
    assert dry["processed_interactions"] == 2
    summary = await make_purge(database, batch_size=1).handle({}, AMPLE)
    assert summary == deleted(processed_interactions=2)
    kept = rows.sql("SELECT interaction_id FROM processed_interactions ORDER BY 1")
    assert [row["interaction_id"] for row in kept] == [2, 99]


async def test_clips_and_setting_changes_go_with_their_guild(
    database: Database, rows: Rows
) -> None:
    add_left_guild(rows, 7)
    add_left_guild(rows, 8, days=1)
    for guild_id in (7, 8):
        for message_id in range(5):
            rows.insert(
                "clips",
                guild_id=guild_id,
                channel_id=guild_id * 100,
                message_id=message_id,
                attachment_id=1,
                filename="clip.mp4",
            )
        for channel_id in (None, guild_id * 100):
            rows.insert("setting_changes", guild_id=guild_id, channel_id=channel_id, key="prefix")
    kept = rows.of_guild(8)
    rows.sql(REFUSE_CASCADES)
    try:
        summary = await make_purge(database, batch_size=2).handle({}, AMPLE)
    finally:
        rows.sql("DROP FUNCTION refuse_cascade CASCADE")
    assert summary == deleted(guilds=1)
    assert not any(rows.of_guild(7).values())
    assert rows.of_guild(8) == kept


async def test_what_was_deleted_for_good_outlives_its_guild(database: Database, rows: Rows) -> None:
    add_left_guild(rows, 7)
    clip = {"guild_id": 7, "channel_id": 700, "message_id": 1, "attachment_id": 2}
    rows.insert("clip_tombstones", **clip, reason="deleted_by_author")
    rows.insert("clip_opt_outs", guild_id=7, user_id=5)
    assert await make_purge(database).handle({}, AMPLE) == deleted(guilds=1)
    # The bot is invited again, and its first scan meets both once more.
    rows.guild(7)
    rows.channel(7, 700)
    file = models.Attachment(2, "clip.mp4", 1)
    for message_id, author_id in ((1, 6), (2, 5), (3, 6)):
        message = models.Message(
            id=models.MessageId(message_id), channel_id=models.ChannelId(700),
            author_id=models.UserId(author_id), author_name="Ada", content="",
            attachments=(file,), is_forward=False,
        )  # fmt: skip
        async with database.transaction() as transaction:
            await clips.insert_clips(
                transaction, models.GuildId(7), [(message, [file])], keep_text=True
            )
    assert [row["message_id"] for row in rows.sql("SELECT message_id FROM clips")] == [3]


async def test_a_dry_run_counts_and_changes_nothing(
    database: Database, rows: Rows, log: pytest.LogCaptureFixture
) -> None:
    rows.two_guilds()
    add_intents(rows)
    add_left_guild(rows, 7)
    rows.scan_run(HERE + 1, status="failed", finished_at=ago(days=31))
    tables = ("install_intents", "bot_channel_scan_runs", "bot_channels", "bot_guilds")
    before = {table: rows.count(table) for table in tables}
    summary = await make_purge(database, batch_size=1).handle({"dry_run": True}, AMPLE)
    assert summary == {
        "dry_run": True,
        "install_intents": 3,
        "scan_runs": 1,
        "processed_interactions": 0,
        "guilds": 1,
    }
    assert {table: rows.count(table) for table in tables} == before
    assert rows.count("job_runs") == 0
    assert messages(log) == ['Running job "purge_install_intents_job"']


async def test_a_dry_run_counts_what_a_run_then_deletes(database: Database, rows: Rows) -> None:
    add_intents(rows)
    add_left_guild(rows, 7)
    purge = make_purge(database)
    counted = await purge.handle({"dry_run": True}, AMPLE)
    deleted = await purge.handle({"dry_run": False}, AMPLE)
    tables = ("install_intents", "scan_runs", "guilds")
    assert [counted[table] for table in tables] == [deleted[table] for table in tables]


@pytest.mark.parametrize("value", ["yes", "true", 1, None, []])
async def test_a_dry_run_must_be_true_or_false(
    database: Database, rows: Rows, value: object
) -> None:
    add_intents(rows)
    with pytest.raises(errors.InvalidEvent, match="dry_run must be true or false"):
        await make_purge(database).handle({"dry_run": value}, AMPLE)
    assert rows.count("install_intents") == 5


async def test_a_finished_run_is_noted_with_what_it_did(database: Database, rows: Rows) -> None:
    add_intents(rows)
    summary = await make_purge(database).handle({}, AMPLE)
    (run,) = rows.sql("SELECT * FROM job_runs")
    assert (run["job"], run["summary"]) == ("purge", summary)
    assert run["last_started_at"] <= run["last_succeeded_at"]


async def test_an_unfinished_run_is_no_success(database: Database, rows: Rows) -> None:
    await make_purge(database).handle({}, OVER)
    (run,) = rows.sql("SELECT * FROM job_runs")
    assert run["last_started_at"] is not None
    assert run["last_succeeded_at"] is None


async def test_a_database_that_fails_is_an_error_and_no_success(database_url: str) -> None:
    nowhere = factories.make_database(database_url.replace("@127.0.0.1:", "@127.0.0.1:1"))
    with pytest.raises(errors.DatabaseUnavailable):
        await make_purge(nowhere).handle({}, AMPLE)
