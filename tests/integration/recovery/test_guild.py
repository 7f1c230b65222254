"""One guild out of a backup, into a database that goes on serving."""

import json
import traceback
from pathlib import Path
from typing import Any, get_args

import pytest

from functions.operations.recovery import errors, guild, journal
from functions.operations.recovery import manifest as manifests
from functions.operations.recovery.manifest import Kind
from functions.shared import errors as product_errors
from tests.factories import ELSEWHERE, HERE, Rows
from tests.integration.recovery import stage
from tests.integration.recovery.stage import CLIPS, Taken


def _settings(rows: Rows, guild_id: int = HERE) -> Any:
    (row,) = rows.sql("SELECT settings FROM guild_settings WHERE guild_id = %s", guild_id)
    return row["settings"]


@pytest.fixture
def taken(rows: Rows, database_url: str, tmp_path: Path) -> Taken:
    """A backup of settings, channels, clips and what was read of them."""
    rows.insert("users", discord_user_id=5, username="ada")
    rows.sql("UPDATE bot_guilds SET owner_user_id = %s WHERE guild_id = %s", 5, HERE)
    rows.sql("UPDATE bot_channels SET settings = %s WHERE channel_id = %s", json.dumps({}), CLIPS)
    rows.insert(
        "scan_coverage", guild_id=HERE, channel_id=CLIPS, first_message_id=0, last_message_id=3
    )
    return stage.take(database_url, tmp_path)


def test_a_whole_guild_comes_back_and_no_other_moves(
    rows: Rows, taken: Taken, database_url: str
) -> None:
    before = rows.of_guild(HERE)
    rows.sql("DELETE FROM bot_guilds WHERE guild_id = %s", HERE)
    rows.sql("DELETE FROM users")
    elsewhere = rows.of_guild(ELSEWHERE)
    counts = guild.restore_guild(database_url, taken.source(), HERE)
    after = rows.of_guild(HERE)
    # Work that was under way is not taken up again.
    assert len(before.pop("bot_channel_scan_runs")) == 3
    assert after.pop("bot_channel_scan_runs") == []
    assert after == before
    assert rows.of_guild(ELSEWHERE) == elsewhere
    assert (counts["clips"], counts["users"], counts["bot_guilds"]) == (3, 1, 1)
    assert counts["bot_channels"] == 2


def test_a_corrupted_settings_row_is_mended_and_nothing_else_is(
    rows: Rows, taken: Taken, database_url: str
) -> None:
    rows.sql("UPDATE guild_settings SET settings = %s", json.dumps("broken"))
    rows.sql("DELETE FROM clips WHERE guild_id = %s", HERE)
    rows.channel(HERE, HERE + 9)
    guild.restore_guild(database_url, taken.source(), HERE, "settings")
    assert _settings(rows) == {"prefix": "!"}
    assert _settings(rows, ELSEWHERE) == "broken"
    assert stage.clips(rows) == []
    assert len(rows.of_guild(HERE)["bot_channels"]) == 3


def test_settings_changed_since_keep_their_last_value(
    rows: Rows, taken: Taken, database_url: str
) -> None:
    for guild_id in (HERE, ELSEWHERE):
        rows.sql(
            "INSERT INTO setting_changes (guild_id, key, new_value) VALUES (%s, 'prefix', %s)",
            guild_id,
            json.dumps("$"),
        )
    rows.sql("UPDATE guild_settings SET settings = '7'")
    guild.restore_guild(database_url, taken.source(), HERE, "settings")
    assert _settings(rows) == {"prefix": "$"}
    assert _settings(rows, ELSEWHERE) == 7


def test_lost_channels_come_back_as_they_were(rows: Rows, taken: Taken, database_url: str) -> None:
    before = rows.of_guild(HERE)["bot_channels"]
    rows.sql("UPDATE bot_channels SET name = 'wrong', is_reading = true")
    rows.sql("DELETE FROM bot_channels WHERE channel_id = %s", HERE + 2)
    guild.restore_guild(database_url, taken.source(), HERE, "channels")
    assert rows.of_guild(HERE)["bot_channels"] == before
    assert {row["name"] for row in rows.of_guild(ELSEWHERE)["bot_channels"]} == {"wrong"}


def test_clips_come_back_but_for_deleted_ones_and_the_rest_is_read_again(
    rows: Rows, taken: Taken, database_url: str
) -> None:
    stage.bury(rows, 1)
    rows.sql("DELETE FROM clips WHERE guild_id = %s", HERE)
    rows.sql("UPDATE scan_coverage SET last_message_id = 9")
    guild.restore_guild(database_url, taken.source(), HERE, "clips")
    assert stage.clips(rows) == [2, 3]
    assert stage.clips(rows, ELSEWHERE) == [4]
    (covered,) = rows.of_guild(HERE)["scan_coverage"]
    assert covered["last_message_id"] == 3


def test_wrong_clips_are_mended_and_stay_as_hidden_as_their_authors_want(
    rows: Rows, taken: Taken, database_url: str
) -> None:
    rows.sql("UPDATE clips SET filename = 'wrong.mp4', author_name = 'nobody'")
    rows.sql("UPDATE clips SET hidden_at = now() WHERE message_id = 2")
    guild.restore_guild(database_url, taken.source(), HERE)
    found = {row["message_id"]: row for row in rows.of_guild(HERE)["clips"]}
    assert {(row["filename"], row["author_name"]) for row in found.values()} == {("ace.mp4", None)}
    assert [number for number, row in found.items() if row["hidden_at"]] == [2]
    assert {row["filename"] for row in rows.of_guild(ELSEWHERE)["clips"]} == {"wrong.mp4"}


def test_the_next_change_of_a_setting_gets_a_number_of_its_own(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    change = "INSERT INTO setting_changes (guild_id, key, new_value) VALUES (%s, 'prefix', '7')"
    rows.sql(change, HERE)
    taken = stage.take(database_url, tmp_path)
    rows.sql("TRUNCATE setting_changes RESTART IDENTITY")
    guild.restore_guild(database_url, taken.source(), HERE)
    rows.sql(change, HERE)
    assert rows.count("setting_changes") == 2


@pytest.mark.parametrize("part", [None, *get_args(guild.Part)])
def test_what_the_backup_does_not_know_is_refused(
    rows: Rows, taken: Taken, database_url: str, part: guild.Part | None
) -> None:
    rows.guild(77)
    with pytest.raises(errors.BackupMissing, match="guild 77"):
        guild.restore_guild(database_url, taken.source(), 77, part)


def test_a_channel_that_is_another_guilds_now_is_left_to_it(
    rows: Rows, taken: Taken, database_url: str
) -> None:
    rows.sql("DELETE FROM bot_channels WHERE channel_id = %s", CLIPS)
    rows.channel(ELSEWHERE, CLIPS, name="theirs")
    before = rows.of_guild(ELSEWHERE)
    with pytest.raises(errors.DatabaseNotEmpty):
        guild.restore_guild(database_url, taken.source(), HERE, "channels")
    assert rows.of_guild(ELSEWHERE) == before


def test_a_guild_that_was_gone_gets_its_decisions_out_of_a_later_journal(
    rows: Rows, taken: Taken, database_url: str
) -> None:
    stage.bury(rows, 1)
    decided = journal.read(rows.connection, "public")
    rows.insert("clip_opt_outs", guild_id=ELSEWHERE, user_id=7)
    rows.sql("DELETE FROM bot_guilds WHERE guild_id = %s", HERE)
    elsewhere = rows.of_guild(ELSEWHERE)
    guild.restore_guild(database_url, taken.source(decided), HERE)
    assert stage.clips(rows) == [2, 3]
    assert rows.of_guild(ELSEWHERE) == elsewhere


def test_deletions_that_were_a_mistake_are_taken_back(
    rows: Rows, taken: Taken, database_url: str
) -> None:
    stage.bury(rows, 1, reason="message_deleted")
    (before,) = rows.sql("SELECT clock_timestamp() AS the_mistake")
    stage.bury(rows, 2, reason="message_deleted")
    stage.bury(rows, 4, ELSEWHERE, reason="attachment_removed")
    # Nobody but its author takes that back.
    stage.bury(rows, 3)
    guild.restore_guild(database_url, taken.source(), HERE, until=before["the_mistake"])
    assert stage.clips(rows) == [2]
    assert stage.clips(rows, ELSEWHERE) == []
    assert rows.count("clip_tombstones") == 3


@pytest.mark.parametrize("is_until", [False, True])
def test_what_a_later_journal_knows_its_author_to_have_deleted_stays_so(
    rows: Rows, taken: Taken, database_url: str, *, is_until: bool
) -> None:
    (before,) = rows.sql("SELECT clock_timestamp() AS the_mistake")
    stage.bury(rows, 1)
    stage.bury(rows, 2, reason="message_deleted")
    stage.bury(rows, 4, ELSEWHERE)
    decided = journal.read(rows.connection, "public")
    rows.sql("DELETE FROM clip_tombstones")
    until = before["the_mistake"] if is_until else None
    guild.restore_guild(database_url, taken.source(decided), HERE, until=until)
    assert stage.clips(rows) == [2, 3]
    found = rows.sql("SELECT message_id FROM clip_tombstones")
    assert found == [{"message_id": 1}]


def test_a_tolerant_backup_gives_a_guild_as_well(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path, "tolerant")
    before = rows.of_guild(HERE)
    rows.sql("DELETE FROM bot_guilds WHERE guild_id = %s", HERE)
    guild.restore_guild(database_url, taken.source(), HERE)
    after = rows.of_guild(HERE)
    del before["bot_channel_scan_runs"], after["bot_channel_scan_runs"]
    assert after == before


@pytest.mark.parametrize("kind", ["full", "tolerant"])
def test_any_text_comes_back_as_it_was(
    rows: Rows, database_url: str, tmp_path: Path, kind: Kind
) -> None:
    titles = ["a\ttab", "two\nlines", "back\\slash", '"quoted", comma', "\\.", "", None]
    for number, title in enumerate(titles, start=10):
        stage.clip(rows, number, title=title)
    taken = stage.take(database_url, tmp_path, kind)
    rows.sql("DELETE FROM clips WHERE guild_id = %s", HERE)
    guild.restore_guild(database_url, taken.source(), HERE, "clips")
    found = rows.sql("SELECT title FROM clips WHERE message_id >= 10 ORDER BY message_id")
    assert [row["title"] for row in found] == titles


@pytest.mark.parametrize("kind", ["full", "tolerant"])
def test_what_an_older_backup_does_not_know_keeps_its_value(
    rows: Rows, database_url: str, tmp_path: Path, kind: Kind
) -> None:
    taken = stage.take(database_url, tmp_path, kind)
    rows.sql("ALTER TABLE bot_channels ADD COLUMN mood text NOT NULL DEFAULT 'calm'")
    rows.sql("UPDATE bot_channels SET mood = 'merry', name = 'wrong'")
    rows.sql("DELETE FROM bot_channels WHERE channel_id = %s", HERE + 2)
    guild.restore_guild(database_url, taken.source(), HERE, "channels")
    found = rows.sql(
        "SELECT channel_id, mood FROM bot_channels WHERE guild_id = %s ORDER BY 1", HERE
    )
    assert [row["mood"] for row in found] == ["merry", "calm"]
    assert rows.sql("SELECT 1 FROM bot_channels WHERE guild_id = %s AND name = 'wrong'", HERE) == []


def test_what_is_not_known_any_more_is_left_out(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    rows.sql("ALTER TABLE bot_channels ADD COLUMN mood integer")
    taken = stage.take(database_url, tmp_path)
    before = rows.of_guild(HERE)["bot_channels"]
    rows.sql("ALTER TABLE bot_channels DROP COLUMN mood")
    rows.sql("DELETE FROM bot_channels WHERE guild_id = %s", HERE)
    guild.restore_guild(database_url, taken.source(), HERE, "channels")
    after = rows.of_guild(HERE)["bot_channels"]
    assert [row | {"mood": None} for row in after] == before


def test_a_dump_that_breaks_off_changes_nothing(
    rows: Rows, taken: Taken, database_url: str
) -> None:
    dump = taken.folder / manifests.DUMP
    dump.write_bytes(dump.read_bytes()[:-2000])
    before = rows.of_guild(HERE)
    with pytest.raises(errors.ProgramFailed, match="pg_restore gave up"):
        guild.restore_guild(database_url, taken.source(), HERE)
    assert rows.of_guild(HERE) == before


def test_a_table_of_the_same_name_elsewhere_is_not_taken_for_ours(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    rows.sql("CREATE SCHEMA another")
    rows.sql("CREATE TABLE another.bot_guilds (guild_id bigint, owner_user_id bigint)")
    rows.sql("INSERT INTO another.bot_guilds VALUES (77, NULL)")
    taken = stage.take(database_url, tmp_path)
    before = rows.of_guild(HERE)["bot_guilds"]
    rows.sql("DELETE FROM bot_guilds WHERE guild_id = %s", HERE)
    guild.restore_guild(database_url, taken.source(), HERE)
    assert rows.of_guild(HERE)["bot_guilds"] == before


def test_no_row_is_quoted_when_one_is_refused(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    stage.clip(rows, 9, title="what somebody wrote")
    stage.refuse_titles(rows)
    taken = stage.take(database_url, tmp_path)
    rows.sql("DELETE FROM clips WHERE message_id = 9")
    with pytest.raises(product_errors.DatabaseError, match="violates check") as raised:
        guild.restore_guild(database_url, taken.source(), HERE)
    told = "".join(traceback.format_exception(raised.value))
    assert "somebody" not in told
