"""Each query of each SQL file on the migrated schema: valid, scoped, and quick to find rows."""

import re
from pathlib import Path
from typing import Any, cast

import pytest

from functions.shared.db import queries
from functions.shared.db.queries import Query
from tests.factories import HERE, Rows

QUERIES = {
    f"{path.stem}.{name}": query
    for path in sorted(Path(queries.__file__).parent.glob("*.sql"))
    for name, query in queries.load(path.stem).items()
}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
GUILD_SCOPED = re.compile(
    r"\b(bot_guilds|guild_settings|bot_channels|bot_channel_scan_runs|setting_changes|clips)\b",
    re.IGNORECASE,
)
WHOLE_TABLE = {
    "guilds.select_sync_order": "the sync decides whose turn it is among all guilds",
    "guilds.select_expired_guilds": "the purge looks for guilds that were left",
    "guilds.count_expired_guilds": "the purge's dry run counts them",
    "scan_runs.delete_expired": "the purge deletes by age, whosever the runs are",
    "scan_runs.count_expired": "the purge's dry run counts them",
    "scan_work.clear_queued": "the sync unmarks all that the queue did not take at once",
    "scan_work.queue_due": "the sync hands every guild with something to read over at once",
    "clip_search.select_words": "how frequent a word is decides how it is looked up, no more",
    "health.select_health": "a server is one for all guilds",
    "tracked.count_by_state": "the metrics tell of all guilds together",
}
"""Queries that look at every guild, and why they may."""
HOT = {
    "channels.select_channels": r"idx_bot_channels_\w+",
    "channels.count_channels_by_state": r"idx_bot_channels_\w+",
    "channels.lock_channel_settings": "bot_channels_pkey",
    "channels.select_channel_choices": r"idx_bot_channels_\w+",
    "channels.select_channel_settings": "bot_channels_pkey",
    "channels.select_reading_channels": r"idx_bot_channels_\w+",
    "clips.delete_of_guild": r"clips_pkey|idx_clips_\w+",
    "guild_settings.lock_settings": "guild_settings_pkey",
    "guild_settings.select_settings": "guild_settings_pkey",
    "guild_scans.select_latest": "idx_guild_scans_guild",
    "guilds.select_guild": "bot_guilds_pkey",
    "guilds.lock_guild": "bot_guilds_pkey",
    "guilds.update_guild": "bot_guilds_pkey",
    "install_intents.delete_expired": "idx_install_intents_expires",
    "install_intents.count_expired": "idx_install_intents_expires",
    "leases.renew_lease": "leases_pkey",
    "own_clips.select_summary": "idx_clips_author",
    "own_clips.select_page": "idx_clips_author",
    "own_clips.select_clip": "idx_clips_author|clips_pkey",
    "own_clips.select_records": "idx_clips_author",
    "own_clips.bury": "idx_clips_author",
    "tombstones.select_tombstones": "clip_tombstones_pkey",
    "processed_interactions.count_old": "idx_processed_interactions_at",
    "processed_interactions.delete_old": "idx_processed_interactions_at",
    "processed_interactions.is_recorded": "processed_interactions_pkey",
    "scan_coverage.add_interval": r"scan_coverage_pkey|idx_scan_coverage_guild",
    "scan_requests.count_today": "scan_requests_pkey",
    "scan_runs.add_progress": "bot_channel_scan_runs_pkey",
    "scan_work.select_unproven": r"idx_bot_channels_\w+",
    "scan_work.select_unread": r"idx_bot_channels_\w+",
    "scan_runs.delete_expired": "idx_bot_scan_runs_ended",
    "scan_runs.count_expired": "idx_bot_scan_runs_ended",
    "scan_runs.delete_of_guild": "idx_bot_scan_runs_channel",
    "setting_changes.select_changes": "idx_setting_changes_guild",
    "setting_changes.select_last_change": r"idx_setting_changes_\w+",
}
"""Queries that run often or on many rows, and the index that each must find."""
EXAMPLES: dict[str, Any] = {
    "after": 0,
    "attachment_id": 1,
    "author_id": HERE + 1,
    "batch_size": 10,
    "first_message_id": 5,
    "id": "5f0c1f0c-5b8e-4f3e-9a53-b9f0a4f0c3a1",
    "last_message_id": 9,
    "matched": 1,
    "scanned": 1,
    "with_nsfw": False,
    "channel_id": HERE + 1,
    "channels": '[{"channel_id": 1, "name": "clips", "type": "text", "state": "visible"}]',
    "grace_seconds": 1,
    "guild_id": HERE,
    "interaction_id": 7,
    "holder": "5f0c1f0c-5b8e-4f3e-9a53-b9f0a4f0c3a1",
    "message_id": 1,
    "name": "sync",
    "offset": 0,
    "retention_days": 1,
    "seconds": 1,
    "typed": "clip",
}


def text(query: Query) -> str:
    return query.sql.decode()


def statement(query: Query) -> str:
    """A query without its comments, which name tables, too."""
    return re.sub(r"^--.*\n", "", text(query), flags=re.MULTILINE)


def test_each_is_valid_on_the_migrated_schema(rows: Rows) -> None:
    for name, query in QUERIES.items():
        numbered = text(query)
        for number, parameter in enumerate(dict.fromkeys(PLACEHOLDER.findall(numbered)), start=1):
            numbered = numbered.replace(f"%({parameter})s", f"${number}")
        rows.connection.execute(f'PREPARE "{name}" AS {numbered}'.encode())


@pytest.mark.parametrize("name", QUERIES)
def test_it_is_scoped_to_a_guild_or_argued(name: str) -> None:
    sql = statement(QUERIES[name])
    if not GUILD_SCOPED.search(sql):
        assert name not in WHOLE_TABLE
    elif sql.startswith("INSERT"):
        assert "%(guild_id)s" in sql
        # The conflict is with a row of this guild, or only such a row is changed.
        assert "DO UPDATE" not in sql or re.search(
            r"ON CONFLICT \(guild_id\)|WHERE stored\.guild_id = %\(guild_id\)s", sql
        )
    else:
        filtered = re.search(r"\bguild_id = %\(guild_id\)s", sql) is not None
        assert filtered is (name not in WHOLE_TABLE)


def test_every_argued_exception_is_a_query() -> None:
    assert WHOLE_TABLE.keys() | HOT.keys() <= QUERIES.keys()


@pytest.fixture
def many_rows(rows: Rows) -> Rows:
    """Enough rows, a few of which each query wants, for the planner to have a reason."""
    rows.sql(
        "INSERT INTO bot_guilds (guild_id, name)"
        " SELECT id, 'guild' FROM generate_series(1, 500) AS id"
    )
    rows.two_guilds()
    rows.sql(
        "INSERT INTO guild_settings (guild_id)"
        " SELECT guild_id FROM bot_guilds WHERE guild_id <= 500"
    )
    rows.sql(
        "INSERT INTO bot_channels (channel_id, guild_id, name, is_reading)"
        " SELECT id, 1 + id % 500, 'channel', id % 3 = 0 FROM generate_series(1, 5000) AS id"
    )
    rows.sql(
        "INSERT INTO bot_channel_scan_runs (channel_id, status, finished_at)"
        " SELECT id, 'succeeded', now() FROM generate_series(1, 5000) AS id"
    )
    rows.sql(
        "INSERT INTO setting_changes (guild_id, key)"
        " SELECT 1 + id % 500, 'prefix' FROM generate_series(1, 5000) AS id"
    )
    rows.sql(
        "INSERT INTO clips (guild_id, channel_id, message_id, attachment_id, filename, author_id)"
        " SELECT guild_id, channel_id, 1, 1, 'clip.mp4', channel_id FROM bot_channels"
    )
    rows.sql(
        "INSERT INTO processed_interactions (interaction_id, processed_at)"
        " SELECT id, now() - id * interval '1 minute' FROM generate_series(1, 5000) AS id"
    )
    rows.sql(
        "INSERT INTO install_intents (state) SELECT id::text FROM generate_series(1, 2000) AS id"
    )
    rows.sql("VACUUM ANALYZE")
    return rows


def plan(rows: Rows, sql: str, values: object) -> str:
    """How PostgreSQL would look for rows if it had to avoid reading whole tables."""
    rows.sql("SET enable_seqscan = off")
    found = rows.connection.execute(f"EXPLAIN {sql}".encode(), cast("Any", values)).fetchall()
    return "\n".join(line for (line,) in found)


def test_hot_queries_find_their_rows_by_index(many_rows: Rows) -> None:
    for name, index in HOT.items():
        sql = text(QUERIES[name])
        values = {parameter: EXAMPLES.get(parameter) for parameter in PLACEHOLDER.findall(sql)}
        found = plan(many_rows, sql, values)
        assert "Seq Scan" not in found, f"{name}\n{found}"
        assert re.search(index, found), f"{name}\n{found}"


def test_operators_questions_find_their_rows_by_index(many_rows: Rows) -> None:
    questions = {
        "idx_bot_channels_work": "guild_id = 7 AND is_reading = true AND last_scanned_at < now()",
        "idx_bot_channels_last_message_id": "last_message_id = 7",
        "idx_bot_channels_isreading": "is_reading",
    }
    for index, question in questions.items():
        assert index in plan(many_rows, f"SELECT * FROM bot_channels WHERE {question}", None)
