"""What a warm environment keeps, each made when it is first needed.

A PING needs none of it: the database driver and the settings file cost a cold start more time than
its answer has, so they are loaded by the first command.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from functions.shared import settings

if TYPE_CHECKING:
    from functions.shared.db.connection import Database

_CONNECT_SECONDS: Final = 1.0
_TRANSACTION_SECONDS: Final = 2.2
"""Discord waits 3 s in all (Discord docs, Receiving and Responding)."""


@dataclass(frozen=True)
class Parts:
    """The environment, and what is built from it on demand."""

    environment: settings.Environment

    @cached_property
    def settings(self) -> settings.Settings:
        """The tunables.

        Raises:
            ConfigurationError: the settings file is missing or wrong.
        """
        return settings.load(self.environment.settings_path)

    @cached_property
    def database(self) -> "Database":
        """The database, not yet connected.

        Raises:
            ConfigurationError: no database is configured.
        """
        # Only here: see the module's docstring.
        from functions.shared.db.connection import Database  # noqa: PLC0415

        return Database(
            self.environment.require("DATABASE_URL"),
            application_name="clip-saver interactions",
            connect_seconds=_CONNECT_SECONDS,
            transaction_seconds=_TRANSACTION_SECONDS,
            slow_statement_ms=self.settings.database.slow_statement_ms,
        )

    async def close(self) -> None:
        """Close what was opened."""
        if "database" in vars(self):
            await self.database.close()
