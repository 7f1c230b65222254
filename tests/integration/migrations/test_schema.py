"""The schema that operators know: by name, by hand, and with the SQL of their runbooks."""

import re
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from tests.factories import ELSEWHERE, HERE, Rows, ago

COLUMNS = {
    "bot_guilds": "guild_id, name, icon, owner_user_id, joined_at, last_seen_at",
    "guild_settings": "guild_id, settings, updated_at",
    "bot_channels": """
        channel_id, guild_id, name, type, is_nsfw, is_reading, last_message_id, last_scanned_at,
        last_activity_at, message_count, settings, created_at, updated_at
    """,
    "bot_channel_scan_runs": """
        id, channel_id, after_message_id, before_message_id, status, messages_scanned,
        messages_matched, error_message, started_at, finished_at, created_at
    """,
    "install_intents": "state, user_id, guild_id, created_at, expires_at",
    "users": "discord_user_id, username, global_name, avatar, last_login_at",
}
INDEXES = {
    "idx_bot_channels_guild": "bot_channels USING btree (guild_id)",
    "idx_bot_channels_isreading": "bot_channels USING btree (guild_id) WHERE is_reading",
    "idx_bot_channels_last_message_id": "bot_channels USING btree (last_message_id)",
    "idx_bot_channels_work": ("bot_channels USING btree (guild_id, is_reading, last_scanned_at)"),
    "idx_bot_scan_runs_channel": (
        "bot_channel_scan_runs USING btree (channel_id, created_at DESC)"
    ),
}
SNOWFLAKE = re.compile(r"(guild|channel|user|message|parent)_id|permissions")


def columns_of(rows: Rows, table: str) -> dict[str, str]:
    found = rows.sql(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", table
    )
    return {row["column_name"]: row["data_type"] for row in found}


@pytest.mark.parametrize("table", COLUMNS)
def test_the_columns_that_operators_know_are_there(rows: Rows, table: str) -> None:
    assert set(re.findall(r"\w+", COLUMNS[table])) <= columns_of(rows, table).keys()


@pytest.mark.parametrize("table", COLUMNS)
def test_snowflakes_are_bigint_and_instants_have_a_zone(rows: Rows, table: str) -> None:
    for name, kind in columns_of(rows, table).items():
        if SNOWFLAKE.search(name):
            assert kind == "bigint", name
        if name.endswith("_at"):
            assert kind == "timestamp with time zone", name


@pytest.mark.parametrize("index", INDEXES)
def test_the_indexes_that_operators_know_are_there(rows: Rows, index: str) -> None:
    (found,) = rows.sql("SELECT indexdef FROM pg_indexes WHERE indexname = %s", index)
    assert found["indexdef"] == f"CREATE INDEX {index} ON public.{INDEXES[index]}"


def test_every_foreign_key_has_an_index_for_its_deletions(rows: Rows) -> None:
    assert not rows.sql("""
        SELECT conrelid::regclass, conname FROM pg_constraint AS foreign_key
        WHERE contype = 'f' AND NOT EXISTS (
            SELECT 1 FROM pg_index
            WHERE indrelid = conrelid AND indkey[0] = conkey[1] AND indpred IS NULL
        )
    """)


def test_scan_status_has_its_five_values(rows: Rows) -> None:
    (row,) = rows.sql("SELECT enum_range(NULL::scan_status)::text[] AS names")
    assert row["names"] == ["queued", "running", "succeeded", "failed", "canceled"]


def test_rows_can_be_added_by_hand_with_keys_and_names_only(rows: Rows) -> None:
    user = rows.insert("users", discord_user_id=5)
    guild = rows.insert("bot_guilds", guild_id=1, name="By hand")
    settings = rows.insert("guild_settings", guild_id=1)
    channel = rows.insert("bot_channels", channel_id=2, guild_id=1, name="clips")
    run = rows.insert("bot_channel_scan_runs", channel_id=2)
    intent = rows.insert("install_intents", state="any text at all: é", user_id=5, guild_id=404)
    now = rows.sql("SELECT now() AS now")[0]["now"]

    assert (user["username"], user["last_login_at"]) == (None, None)
    assert (guild["state"], guild["owner_user_id"]) == ("present", None)
    assert settings["settings"] == channel["settings"] == {}
    assert (channel["type"], channel["state"], channel["message_count"]) == ("text", "visible", 0)
    assert (channel["is_reading"], channel["is_nsfw"]) == (False, False)
    assert (run["status"], run["messages_scanned"], run["messages_matched"]) == ("queued", 0, 0)
    assert run["id"] != rows.insert("bot_channel_scan_runs", channel_id=2)["id"]
    assert intent["expires_at"] - intent["created_at"] == timedelta(hours=1)
    for instant in (guild["joined_at"], channel["created_at"], run["created_at"]):
        assert now - timedelta(minutes=1) < instant <= now


def test_a_type_nobody_knows_yet_is_text(rows: Rows) -> None:
    rows.guild(1)
    rows.channel(1, 2, type="type_99")
    assert rows.sql("SELECT type FROM bot_channels") == [{"type": "type_99"}]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bot_channels SET state = 'gone'",
        "UPDATE bot_guilds SET state = 'gone'",
        "UPDATE bot_channel_scan_runs SET status = 'done'",
        "UPDATE bot_channels SET guild_id = 404",
    ],
)
def test_what_makes_no_sense_is_refused(rows: Rows, statement: Any) -> None:
    rows.two_guilds()
    with pytest.raises(psycopg.DatabaseError):
        rows.sql(statement)


def test_a_quoted_snowflake_compares_as_expected(rows: Rows) -> None:
    rows.two_guilds()
    found = rows.sql("SELECT guild_id FROM bot_guilds WHERE guild_id = '81384788765712384'")
    assert found == [{"guild_id": HERE}]


def test_deleting_a_guild_takes_its_rows_along(rows: Rows) -> None:
    rows.two_guilds()
    elsewhere = rows.of_guild(ELSEWHERE)
    rows.intent("of a guild", guild_id=HERE)
    rows.sql("DELETE FROM bot_guilds WHERE guild_id = %s", HERE)
    assert not any(rows.of_guild(HERE).values())
    assert rows.count("bot_channel_scan_runs") == 3
    assert rows.count("install_intents") == 1
    assert rows.of_guild(ELSEWHERE) == elsewhere


def test_deleting_a_user_frees_their_guilds_and_takes_their_intents(rows: Rows) -> None:
    rows.insert("users", discord_user_id=5)
    rows.guild(1, owner_user_id=5)
    rows.intent("theirs", user_id=5)
    rows.intent("nobody's")
    rows.sql("DELETE FROM users")
    assert rows.sql("SELECT owner_user_id FROM bot_guilds") == [{"owner_user_id": None}]
    assert rows.sql("SELECT state FROM install_intents") == [{"state": "nobody's"}]


def test_operators_list_and_count(rows: Rows) -> None:
    rows.two_guilds()
    rows.sql("UPDATE bot_channels SET is_reading = true WHERE channel_id = %s", HERE + 1)
    assert rows.sql("""
        SELECT g.guild_id, g.name, count(c.channel_id) AS channels,
               count(*) FILTER (WHERE c.is_reading) AS reading
        FROM bot_guilds g LEFT JOIN bot_channels c ON c.guild_id = g.guild_id
        GROUP BY g.guild_id, g.name ORDER BY g.guild_id
    """) == [
        {"guild_id": HERE, "name": f"Guild {HERE}", "channels": 2, "reading": 1},
        {"guild_id": ELSEWHERE, "name": f"Guild {ELSEWHERE}", "channels": 2, "reading": 0},
    ]


def test_operators_view_merge_and_replace_settings(rows: Rows) -> None:
    rows.two_guilds()
    elsewhere = rows.of_guild(ELSEWHERE)
    key = str(HERE)
    rows.sql(
        """
        UPDATE guild_settings SET settings = settings || '{"new_key": "value"}'::jsonb
        WHERE guild_id = %s
        """,
        HERE,
    )
    (merged,) = rows.sql("SELECT settings FROM guild_settings WHERE guild_id::text = %s", key)
    assert merged["settings"] == {"prefix": "!", "new_key": "value"}
    (one,) = rows.sql(
        "SELECT settings->>'new_key' AS value FROM guild_settings WHERE guild_id = %s", HERE
    )
    assert one["value"] == "value"
    rows.sql("""UPDATE guild_settings SET settings = '{"prefix": "?"}' WHERE guild_id = %s""", HERE)
    (replaced,) = rows.sql("SELECT settings FROM guild_settings WHERE guild_id = %s", HERE)
    assert replaced["settings"] == {"prefix": "?"}
    assert rows.of_guild(ELSEWHERE) == elsewhere


def test_operators_delete_old_and_orphaned_scan_runs(rows: Rows) -> None:
    rows.two_guilds()
    rows.scan_run(HERE + 1, status="succeeded", created_at=ago(days=91))
    rows.sql("""
        DELETE FROM bot_channel_scan_runs
        WHERE status = 'succeeded' AND created_at < now() - interval '90 days'
    """)
    assert rows.count("bot_channel_scan_runs") == 6
    # There are none: the foreign key sees to it.
    rows.sql("""
        DELETE FROM bot_channel_scan_runs
        WHERE channel_id NOT IN (SELECT channel_id FROM bot_channels)
    """)
    assert rows.count("bot_channel_scan_runs") == 6


def test_operators_look_after_the_tables(rows: Rows) -> None:
    rows.two_guilds()
    rows.sql("VACUUM ANALYZE")
    rows.sql("VACUUM (ANALYZE) bot_channels")
    rows.sql("REINDEX INDEX idx_bot_channels_work")
    sizes = rows.sql("""
        SELECT relname, pg_size_pretty(pg_total_relation_size(relid)) AS size
        FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid) DESC
    """)
    assert COLUMNS.keys() <= {row["relname"] for row in sizes}
    usage = rows.sql("SELECT indexrelname, idx_scan FROM pg_stat_user_indexes")
    assert INDEXES.keys() <= {row["indexrelname"] for row in usage}
    plan = rows.sql("EXPLAIN ANALYZE SELECT * FROM bot_channels WHERE guild_id = %s", HERE)
    assert "Execution Time" in plan[-1]["QUERY PLAN"]
