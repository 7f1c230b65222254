"""A backup, and what a restore makes of it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from functions.operations.recovery import errors, journal, restore
from functions.operations.recovery import manifest as manifests
from functions.operations.recovery.journal import Journal
from functions.operations.recovery.manifest import Manifest
from functions.shared import errors as product_errors
from functions.shared import models, release
from functions.shared.db import guild_scans
from tests import factories
from tests.factories import ELSEWHERE, HERE, Rows
from tests.integration.recovery import stage
from tests.integration.recovery.stage import CLIPS

_HOUR: Final = 3600


def _change(rows: Rows, key: str, value: object, channel_id: int | None = None) -> None:
    """Change a setting as `/settings` does, record included."""
    rows.sql(
        "INSERT INTO setting_changes (guild_id, channel_id, key, new_value)"
        " VALUES (%s, %s, %s, %s::jsonb)",
        HERE,
        channel_id,
        key,
        json.dumps(value),
    )
    rows.sql(
        "UPDATE guild_settings SET settings = settings || jsonb_build_object(%s::text, %s::jsonb)"
        " WHERE guild_id = %s AND %s::bigint IS NULL",
        key,
        json.dumps(value),
        HERE,
        channel_id,
    )


def test_every_row_comes_back(
    rows: Rows, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    before = {guild: rows.of_guild(guild) for guild in (HERE, ELSEWHERE)}
    taken = stage.take(database_url, tmp_path)
    restored = stage.restore(empty_url, taken.folder)
    assert restored.rows == taken.manifest.rows
    assert restored.rows["clips"] == 4
    assert restored.aside == []
    with factories.open_rows(empty_url) as after:
        found = {guild: after.of_guild(guild) for guild in (HERE, ELSEWHERE)}
    for guild, expected in before.items():
        runs = found[guild].pop("bot_channel_scan_runs")
        assert {run["status"] for run in runs} == {"queued"}
        assert len(runs) == len(expected.pop("bot_channel_scan_runs"))
        assert found[guild] == expected


def test_the_manifest_tells_of_release_schema_server_and_files(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path, stack={"SyncSchedule": "rate(5 minutes)"})
    found = Manifest.read(taken.folder)
    assert found == taken.manifest
    assert (found.release, found.schema_revision) == (release.RELEASE, release.SCHEMA)
    assert found.stack == {"SyncSchedule": "rate(5 minutes)"}
    assert set(found.files) == {manifests.DUMP, manifests.JOURNAL, manifests.SETTINGS}
    assert taken.folder.name == found.name


def test_a_changed_byte_is_noticed_before_anything_is_done(
    rows: Rows, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path)
    dump = taken.folder / manifests.DUMP
    content = bytearray(dump.read_bytes())
    content[-1] ^= 1
    dump.write_bytes(content)
    with pytest.raises(errors.BackupDamaged, match=manifests.DUMP):
        stage.restore(empty_url, taken.folder)
    assert restore.is_empty(empty_url)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("schema_revision", "9999", "the backup's schema is 9999"),
        ("server_version", "99.1", "the backup is from PostgreSQL 99.1"),
    ],
)
def test_what_is_newer_is_refused(
    rows: Rows,
    database_url: str,
    empty_url: str,
    tmp_path: Path,
    field: str,
    value: str,
    told: str,
) -> None:
    taken = stage.take(database_url, tmp_path)
    taken.manifest.model_copy(update={field: value}).write(taken.folder)
    with pytest.raises(errors.VersionMismatch, match=f"version mismatch refused: {told}"):
        stage.restore(empty_url, taken.folder)
    assert restore.is_empty(empty_url)


def test_a_database_with_anything_in_it_is_refused_and_left_alone(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path)
    before = rows.of_guild(HERE)
    with pytest.raises(errors.DatabaseNotEmpty, match="--replace"):
        stage.restore(database_url, taken.folder)
    assert rows.of_guild(HERE) == before


def test_replacing_keeps_what_was_there_beside(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path)
    stage.clip(rows, 5)
    report = stage.restore(database_url, taken.folder, replace=True)
    assert stage.clips(rows) == [1, 2, 3]
    (schema,) = report.aside
    rows.connection.execute(f"SET search_path = {schema}".encode())
    assert stage.clips(rows) == [1, 2, 3, 5]
    # The next backup does not carry it along.
    rows.sql("SET search_path = public")
    assert stage.take(database_url, tmp_path / "next").manifest.rows["clips"] == 4


def test_a_restore_that_fails_puts_back_what_was_there(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path)
    before = rows.of_guild(HERE)
    dump = taken.folder / manifests.DUMP
    dump.write_bytes(dump.read_bytes()[:-2000])
    files = taken.manifest.files | {manifests.DUMP: manifests.checksum(dump)}
    taken.manifest.model_copy(update={"files": files}).write(taken.folder)
    with pytest.raises(errors.ProgramFailed, match="pg_restore gave up"):
        stage.restore(database_url, taken.folder, replace=True)
    assert rows.of_guild(HERE) == before
    assert rows.sql("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'replaced%'") == []


def test_what_was_under_way_is_ended_and_scans_are_queued_again(
    rows: Rows, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    rows.intent("somebody-on-the-way")
    rows.insert("guild_scans", guild_id=HERE, status="running", result_offset=50)
    rows.sql("UPDATE bot_guilds SET scan_queued_until = now() + interval '1 hour'")
    rows.sql("INSERT INTO leases VALUES ('sync', gen_random_uuid(), now() + interval '1 hour')")
    rows.scan_run(CLIPS, status="succeeded")
    report = stage.restore(empty_url, stage.take(database_url, tmp_path).folder)
    assert report.voided == {"intents": 1, "leases": 1}
    assert report.requeued == {"channel_scans": 6, "guild_scans": 1}
    with factories.open_rows(empty_url) as after:
        assert (after.count("install_intents"), after.count("leases")) == (0, 0)
        statuses = after.sql("SELECT DISTINCT status FROM bot_channel_scan_runs ORDER BY 1")
        (scan,) = after.sql("SELECT status, result_offset FROM guild_scans")
        waiting = after.sql("SELECT 1 FROM bot_guilds WHERE scan_queued_until IS NOT NULL")
    assert [row["status"] for row in statuses] == ["queued", "succeeded"]
    assert scan == {"status": "queued", "result_offset": 0}
    assert waiting == []


async def test_a_scan_is_at_work_from_when_it_goes_on(
    rows: Rows, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    paused = {
        "paused_at": now - timedelta(minutes=10),
        "paused_until": now + timedelta(hours=1),
        "paused_seconds": 23 * _HOUR,
        "error_message": "the budget is spent",
    }
    started = {"status": "running", "started_at": now - timedelta(days=3)}
    rows.insert("guild_scans", guild_id=HERE, requests=120, **started, **paused)
    rows.insert(
        "guild_scans",
        guild_id=ELSEWHERE,
        searching_for="history",
        updated_at=now - timedelta(days=2),
        **started,
    )
    stage.restore(empty_url, stage.take(database_url, tmp_path).folder)
    database = factories.make_database(empty_url)
    async with database.transaction() as transaction:
        anew = await guild_scans.select_latest(transaction, models.GuildId(HERE))
        assert anew is not None
        assert (anew.seconds_at_work, anew.requests, anew.error_message) == (None, 0, None)
        await guild_scans.start(
            *(transaction, models.GuildId(HERE), anew),
            predicted_requests=9,
            total_results=9,
            total_messages=9,
            before_message_id=9,
        )
        started_again = await guild_scans.select_latest(transaction, models.GuildId(HERE))
        assert started_again is not None
        assert started_again.seconds_at_work == 0
        await guild_scans.add_effect(transaction, models.GuildId(ELSEWHERE), requests=1, clips=0)
        goes_on = await guild_scans.select_latest(transaction, models.GuildId(ELSEWHERE))
        assert goes_on is not None
        assert goes_on.seconds_at_work == pytest.approx(24 * _HOUR, abs=1)
    await database.close()


def test_what_people_decided_since_is_done_again(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    _change(rows, "prefix", "?")
    taken = stage.take(database_url, tmp_path)
    stage.bury(rows, 1)
    rows.sql("UPDATE clips SET hidden_at = now() WHERE message_id = %s", 2)
    rows.insert("clip_opt_outs", guild_id=ELSEWHERE, user_id=7)
    _change(rows, "prefix", "$")
    _change(rows, "scan_nsfw", "on")
    _change(rows, "is_reading", value=True, channel_id=CLIPS)
    rows.sql("UPDATE setting_changes SET undone_at = now() WHERE key = 'scan_nsfw'")
    rows.guild(77, name="Came later")
    rows.insert(
        "clip_tombstones",
        guild_id=77,
        channel_id=78,
        message_id=79,
        attachment_id=80,
        reason="deleted_by_author",
    )
    report = stage.restore(database_url, taken.folder, replace=True)
    assert stage.clips(rows) == [2, 3]
    assert rows.sql("SELECT message_id FROM clips WHERE hidden_at IS NOT NULL") == [
        {"message_id": 2}
    ]
    assert rows.count("clip_opt_outs") == 1
    (settings,) = rows.sql("SELECT settings FROM guild_settings WHERE guild_id = %s", HERE)
    assert settings["settings"] == {"prefix": "$"}
    (channel,) = rows.sql("SELECT is_reading FROM bot_channels WHERE channel_id = %s", CLIPS)
    assert channel["is_reading"] is True
    assert rows.count("clip_tombstones") == 2
    assert report.redone["clips_deleted"] == 1
    # The next change gets a number of its own.
    _change(rows, "prefix", "%")
    assert rows.count("setting_changes") == 5


def test_deletions_and_opt_outs_of_a_server_that_is_gone_hold_when_it_comes_back(
    rows: Rows, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path)
    rows.guild(77, name="Came and went")
    stage.bury(rows, 1, guild_id=77)
    rows.insert("clip_opt_outs", guild_id=77, user_id=7)
    rows.sql("DELETE FROM bot_guilds WHERE guild_id = 77")
    log = stage.take(database_url, tmp_path / "logs", "log")
    stage.restore(empty_url, taken.folder, decided=journal.load(log.folder))
    with factories.open_rows(empty_url) as after:
        assert after.sql("SELECT message_id FROM clip_tombstones") == [{"message_id": 1}]
        assert after.sql("SELECT user_id FROM clip_opt_outs") == [{"user_id": 7}]
        assert after.sql("SELECT 1 FROM bot_guilds WHERE guild_id = 77") == []


def test_a_journal_written_later_stands_for_a_database_that_is_gone(
    rows: Rows, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path)
    stage.bury(rows, 1)
    log = stage.take(database_url, tmp_path / "logs", "log")
    assert set(log.manifest.files) == {manifests.JOURNAL}
    stage.restore(empty_url, taken.folder, decided=journal.load(log.folder))
    with factories.open_rows(empty_url) as after:
        assert stage.clips(after) == [2, 3]


def test_what_was_a_mistake_is_not_done_again(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path)
    stage.bury(rows, 1, reason="message_deleted")
    _change(rows, "prefix", "$")
    _change(rows, "scan_nsfw", "on")
    (before,) = rows.sql("SELECT clock_timestamp() AS the_mistake")
    stage.bury(rows, 2, reason="message_deleted")
    rows.sql("UPDATE clips SET hidden_at = now() WHERE message_id = %s", 3)
    _change(rows, "prefix", "%")
    rows.sql("UPDATE setting_changes SET undone_at = now() WHERE key = 'scan_nsfw'")
    stage.restore(database_url, taken.folder, replace=True, until=before["the_mistake"])
    assert stage.clips(rows) == [2, 3]
    # What members decided of their own clips is theirs.
    assert rows.sql("SELECT message_id FROM clips WHERE hidden_at IS NOT NULL") == [
        {"message_id": 3}
    ]
    (found,) = rows.sql("SELECT settings FROM guild_settings WHERE guild_id = %s", HERE)
    assert found["settings"] == {"prefix": "$", "scan_nsfw": "on"}


def test_what_members_refused_for_themselves_is_no_mistake(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path)
    (before,) = rows.sql("SELECT clock_timestamp() AS the_mistake")
    stage.bury(rows, 1)
    rows.insert("clip_opt_outs", guild_id=HERE, user_id=7)
    stage.restore(database_url, taken.folder, replace=True, until=before["the_mistake"])
    assert stage.clips(rows) == [2, 3]
    assert rows.count("clip_opt_outs") == 1


def test_applying_a_journal_twice_changes_nothing(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path)
    stage.bury(rows, 1)
    _change(rows, "prefix", "$")
    found = journal.read(rows.connection, "public")
    before = rows.of_guild(HERE)
    again = journal.apply(rows.connection, found, taken.manifest.taken_at)
    after = rows.of_guild(HERE)
    for each in (before, after):
        each["guild_settings"][0].pop("updated_at")
    assert found.lost == {}
    assert not any(again.values())
    assert after == before


def test_a_change_that_two_journals_tell_of_is_done_again_once_and_stays_undone(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path)
    _change(rows, "prefix", "$")
    older = journal.read(rows.connection, "public")
    rows.sql("UPDATE setting_changes SET undone_at = now()")
    newer = journal.read(rows.connection, "public")
    rows.sql("DELETE FROM setting_changes")
    partial = Journal(newer.parts, {"setting_changes": ["setting changes cannot be read: ..."]})
    both = journal.combined([partial, older])
    assert len(both.parts["setting_changes"]) == 2
    assert journal.apply(rows.connection, both, taken.manifest.taken_at)["setting_changes"] == 1
    assert len(rows.sql("SELECT id FROM setting_changes WHERE undone_at IS NOT NULL")) == 1


@pytest.mark.parametrize("kind", ["full", "tolerant"])
def test_the_next_change_of_a_setting_gets_a_number_of_its_own(
    rows: Rows, database_url: str, empty_url: str, tmp_path: Path, kind: manifests.Kind
) -> None:
    _change(rows, "prefix", "?")
    taken = stage.take(database_url, tmp_path, kind)
    stage.restore(empty_url, taken.folder)
    with factories.open_rows(empty_url) as after:
        _change(after, "prefix", "$")
        assert after.count("setting_changes") == 2


def test_a_journal_alone_is_no_backup(rows: Rows, database_url: str, tmp_path: Path) -> None:
    log = stage.take(database_url, tmp_path, "log")
    with pytest.raises(errors.BackupMissing, match="journal alone"):
        stage.restore(database_url, log.folder, replace=True)


def test_a_full_backup_is_noted_where_its_age_is_measured(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    stage.take(database_url, tmp_path, "log")
    assert rows.count("job_runs") == 0
    taken = stage.take(database_url, tmp_path)
    (noted,) = rows.sql("SELECT job, last_succeeded_at, summary FROM job_runs")
    assert noted["job"] == "backup"
    assert noted["last_succeeded_at"] >= taken.manifest.taken_at
    assert noted["summary"]["name"] == taken.manifest.name


def test_a_statement_that_fails_is_told_as_an_error_of_ours(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path)
    rows.sql("DROP TABLE job_runs")
    with pytest.raises(product_errors.DatabaseError, match="job_runs"):
        stage.take(database_url, tmp_path / "next")
    assert taken.folder.exists()
