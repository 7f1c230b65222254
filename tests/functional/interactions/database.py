"""The database behind the interactions function, filled and watched from the side."""

from typing import Any, Final

import psycopg

from tests import factories
from tests.events import files

HERE: Final = files.GUILD_ID
"""The guild in which the sample interactions happen."""
ELSEWHERE: Final = 1_170_000_000_000_000_031

_TABLES: Final = (
    "bot_channel_scan_runs",
    "bot_channels",
    "bot_guilds",
    "clip_opt_outs",
    "clip_tombstones",
    "clips",
    "guild_scans",
    "guild_settings",
    "install_intents",
    "job_runs",
    "leases",
    "processed_interactions",
    "scan_coverage",
    "scan_requests",
    "schema_revisions",
    "setting_changes",
    "users",
)


class Database(factories.Rows):
    """A migrated database.

    Attributes:
        url: How the function reaches it.
    """

    def __init__(self, url: str, connection: psycopg.Connection[Any]) -> None:
        super().__init__(connection)
        self.url = url

    def synced_guild(self, guild_id: int, name: str, *states: str, **columns: object) -> None:
        """Add a guild as the sync leaves it, with a channel in each of these states."""
        synced = {"name": name, "synced_at": factories.ago(minutes=1)}
        self.guild(guild_id, **synced | columns)
        for offset, state in enumerate(states, start=1):
            self.channel(guild_id, guild_id + offset, state=state, is_reading=True)

    def fill(self) -> None:
        """Add two guilds with a channel each."""
        self.synced_guild(HERE, "Arcade", "visible")
        self.synced_guild(ELSEWHERE, "Secret Lair", "visible")

    def clear(self) -> None:
        """Remove every row but those that tell the schema's version."""
        tables = ", ".join(table for table in _TABLES if table != "schema_revisions")
        self.sql(f"TRUNCATE {tables}")

    def drop_connections(self) -> int:
        """End the function's connections, as a restart of the server does; how many there were."""
        return len(self.sql(f"SELECT pg_terminate_backend(pid, 5000) {_OF_FUNCTION}"))

    def connections(self) -> int:
        """How many connections the function has."""
        return len(self.sql(f"SELECT pid {_OF_FUNCTION}"))

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table."""
        return {table: self.sql(f"SELECT * FROM {table} ORDER BY 1, 2") for table in _TABLES}


_OF_FUNCTION: Final = (
    "FROM pg_stat_activity"
    " WHERE application_name = 'clip-saver interactions' AND datname = current_database()"
)
