"""What a server, a channel and a clip take of the database's disk, tables and indexes together."""

from typing import Final, LiteralString

import psycopg

from benchmarks.figures import Figure
from benchmarks.report import Report
from clipsaver.local.postgres import Postgres
from functions.deploy import migrations

_DATABASE: Final = "clip_saver"
_GUILDS: Final = 2_000
_CHANNELS: Final = 100_000
_CLIPS: Final = 200_000

# Names and texts of the usual length; a hash keeps them from being the same word again and again.
_INSERT_GUILDS: Final = """
    WITH inserted AS (
        INSERT INTO bot_guilds (guild_id, name, icon, synced_at, permissions, bot_role_ids,
                                member_read_at, overwrites_hash)
        SELECT number, 'The server of ' || md5(number::text), md5(number::text), now(),
               274877990912, ARRAY[number + 1], now(), md5(number::text)
        FROM generate_series(1, %s) AS number
        RETURNING guild_id
    )
    INSERT INTO guild_settings (guild_id, settings)
    SELECT guild_id, '{"prefix": "!", "auto_scan": true, "scan_nsfw": false,
                       "max_file_size_mb": 100, "keep_message_text": true}'
    FROM inserted
"""
_INSERT_CHANNELS: Final = """
    WITH inserted AS (
        INSERT INTO bot_channels (channel_id, guild_id, name, position, is_reading,
                                  last_message_id, last_scanned_at, last_activity_at, permissions)
        SELECT 1000000000 + number, 1 + number %% %s, 'channel-' || left(md5(number::text), 8),
               number %% 50, true, number, now(), now(), 274877990912
        FROM generate_series(1, %s) AS number
        RETURNING guild_id, channel_id, last_message_id
    )
    INSERT INTO scan_coverage (guild_id, channel_id, first_message_id, last_message_id)
    SELECT guild_id, channel_id, 1, last_message_id FROM inserted
"""
_INSERT_CLIPS: Final = """
    INSERT INTO clips (
        guild_id, channel_id, message_id, attachment_id, author_id, author_name, filename,
        content_type, size, width, height, duration_seconds, placeholder, message_text, posted_at
    )
    SELECT guild_id, channel_id, 2000000000 + number, 3000000000 + number, number %% 5000,
           'Member ' || number %% 5000, left(md5(number::text), 12) || '.mp4', 'video/mp4',
           8000000, 1920, 1080, 21.5, left(md5(number::text), 28),
           'Look at this ' || md5(number::text) || ' what a save, best of the week', now()
    FROM generate_series(1, %s) AS number
    JOIN bot_channels ON channel_id = 1000000001 + number %% %s
"""
_SIZE: Final = """
    SELECT sum(pg_total_relation_size(oid))
    FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""


def run(report: Report) -> None:
    """Insert many of each, and divide."""
    with Postgres() as postgres:
        postgres.create_database(_DATABASE)
        url = postgres.url(_DATABASE)
        migrations.upgrade(url)
        with psycopg.connect(url, autocommit=True) as connection:
            figures = [
                _figure(connection, "one more server", _INSERT_GUILDS, _GUILDS, (_GUILDS,)),
                _figure(
                    connection,
                    "one more channel or thread",
                    _INSERT_CHANNELS,
                    _CHANNELS,
                    (_GUILDS, _CHANNELS),
                ),
                _figure(connection, "one more clip", _INSERT_CLIPS, _CLIPS, (_CLIPS, _CHANNELS)),
            ]
    report.table("growth of the database", figures)


def _figure(
    connection: psycopg.Connection,
    what: str,
    insert: LiteralString,
    rows: int,
    parameters: tuple[int, ...],
) -> Figure:
    before = _size(connection)
    connection.execute(insert, parameters)
    return Figure(what=what, measured=(_size(connection) - before) / rows, unit="bytes")


def _size(connection: psycopg.Connection) -> int:
    # Postponed insertions into a GIN index would be missing.
    connection.execute("VACUUM ANALYZE")
    row = connection.execute(_SIZE).fetchone()
    assert row is not None  # noqa: S101 -- an aggregate always has one
    return int(row[0])
