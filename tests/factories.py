"""Databases for tests, rows in them, and the sight of those: of two guilds, one must never move.

rows.guild(HERE)
rows.channel(HERE, 10, name="clips")
elsewhere = rows.of_guild(ELSEWHERE)
...
assert rows.of_guild(ELSEWHERE) == elsewhere
"""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, LiteralString

import psycopg
from psycopg import rows as row_factories
from psycopg import sql
from psycopg.types.json import Jsonb

from functions.shared import credentials, models, release
from functions.shared.db.connection import Database

HERE: Final = models.GuildId(81_384_788_765_712_384)
ELSEWHERE: Final = models.GuildId(197_038_439_483_310_086)

_OF_GUILD: Final[dict[str, LiteralString]] = {
    "bot_guilds": "SELECT * FROM bot_guilds WHERE guild_id = %s",
    "guild_settings": "SELECT * FROM guild_settings WHERE guild_id = %s",
    "bot_channels": "SELECT * FROM bot_channels WHERE guild_id = %s ORDER BY channel_id",
    "bot_channel_scan_runs": (
        "SELECT run.* FROM bot_channel_scan_runs AS run JOIN bot_channels USING (channel_id)"
        " WHERE guild_id = %s ORDER BY id"
    ),
    "setting_changes": "SELECT * FROM setting_changes WHERE guild_id = %s ORDER BY id",
    "clip_tombstones": "SELECT * FROM clip_tombstones WHERE guild_id = %s ORDER BY 3, 4",
    "clip_opt_outs": "SELECT * FROM clip_opt_outs WHERE guild_id = %s ORDER BY user_id",
    "scan_coverage": "SELECT * FROM scan_coverage WHERE guild_id = %s ORDER BY 2, 3",
    "guild_scans": "SELECT * FROM guild_scans WHERE guild_id = %s ORDER BY id",
    "scan_requests": "SELECT * FROM scan_requests WHERE guild_id = %s ORDER BY day",
    "clips": "SELECT * FROM clips WHERE guild_id = %s ORDER BY message_id, attachment_id",
}


def make_database(
    url: str | credentials.Credential,
    *,
    connect_seconds: float = 5,
    transaction_seconds: float = 10,
    slow_statement_ms: int = 5_000,
) -> Database:
    """A `Database` as a handler makes it."""
    return Database(
        url,
        application_name="clip-saver test",
        connect_seconds=connect_seconds,
        transaction_seconds=transaction_seconds,
        slow_statement_ms=slow_statement_ms,
    )


@contextlib.contextmanager
def open_rows(url: str) -> Iterator["Rows"]:
    """The rows of the database at this URL, over a connection of their own."""
    # Nothing is prepared, because a pooler may stand in between.
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        yield Rows(connection)


def ago(**duration: float) -> datetime:
    """So long before now: `ago(days=31)`."""
    return datetime.now(UTC) - timedelta(**duration)


def stored_channel(channel_id: int, **fields: Any) -> models.StoredChannel:
    """A channel as the sync writes it, visible and plain unless said otherwise."""
    plain: dict[str, Any] = {
        "name": f"channel-{channel_id}",
        "type": "text",
        "parent_id": None,
        "position": 0,
        "is_nsfw": False,
        "is_reading": True,
        "last_message_id": None,
        "state": "visible",
        "permissions": None,
        "probed_at": None,
    }
    return models.StoredChannel(channel_id=models.ChannelId(channel_id), **(plain | fields))


class Rows:
    """A database's rows, over a connection of the test's own that commits each statement."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def sql(self, statement: LiteralString, *values: object) -> list[dict[str, Any]]:
        """Run a statement as an operator would; the rows, as dictionaries."""
        with self.connection.cursor(row_factory=row_factories.dict_row) as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def count(self, table: str) -> int:
        """How many rows a table has."""
        statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        found = self.connection.execute(statement).fetchone()
        assert found is not None
        return int(found[0])

    def insert(self, table: str, **columns: object) -> dict[str, Any]:
        """Insert a row; all of it as it stands then."""
        values = {
            name: Jsonb(value) if isinstance(value, Mapping) else value
            for name, value in columns.items()
        }
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING *").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(map(sql.Placeholder, values)),
        )
        with self.connection.cursor(row_factory=row_factories.dict_row) as cursor:
            found = cursor.execute(statement, values).fetchone()
        assert found is not None
        return found

    def clear(self) -> None:
        """Empty the database, and leave it on this release's schema."""
        tables = self.sql("""
            SELECT relname FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
              AND relname NOT IN ('alembic_version', 'schema_revisions')
            ORDER BY oid DESC
        """)
        # The newest first: what refers to a table was made after it.
        for table in tables:
            self.connection.execute(
                sql.SQL("DELETE FROM {}").format(sql.Identifier(table["relname"]))
            )
        self.sql("DELETE FROM schema_revisions")
        self.insert("schema_revisions", revision=release.SCHEMA, oldest_release=release.RELEASE)

    def guild(self, guild_id: int, **columns: object) -> None:
        """A guild with settings."""
        self.insert("bot_guilds", **{"guild_id": guild_id, "name": f"Guild {guild_id}"} | columns)
        self.insert("guild_settings", guild_id=guild_id, settings={"prefix": "!"})

    def channel(self, guild_id: int, channel_id: int, **columns: object) -> None:
        """A channel of a guild."""
        plain = {"channel_id": channel_id, "guild_id": guild_id, "name": f"channel-{channel_id}"}
        self.insert("bot_channels", **plain | columns)

    def scan_run(self, channel_id: int, **columns: object) -> Any:
        """A scan run of a channel; its id."""
        return self.insert("bot_channel_scan_runs", channel_id=channel_id, **columns)["id"]

    def intent(self, state: str, **columns: object) -> None:
        """An install intent."""
        self.insert("install_intents", state=state, **columns)

    def two_guilds(self) -> None:
        """`HERE` and `ELSEWHERE`, each with two channels and three scan runs."""
        for guild_id in (HERE, ELSEWHERE):
            self.guild(guild_id)
            for channel_id in (guild_id + 1, guild_id + 2):
                self.channel(guild_id, channel_id)
            for channel_id in (guild_id + 1, guild_id + 1, guild_id + 2):
                self.scan_run(channel_id)

    def of_guild(self, guild_id: int) -> dict[str, list[dict[str, Any]]]:
        """Every row that belongs to a guild, by table."""
        return {table: self.sql(query, guild_id) for table, query in _OF_GUILD.items()}
