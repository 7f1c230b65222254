"""What an operation works with, each made when it is first needed."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from functions.shared import errors, settings
from functions.shared.configuration import Configuration
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient

_CONNECT_SECONDS: Final = 5.0
_TRANSACTION_SECONDS: Final = 30.0
_DISCORD_RATE_SHARE: Final = 0.1
"""A few requests by hand; the rest belongs to the sync."""


@dataclass(frozen=True)
class Parts:
    """The variables, and what is built from them on demand.

    Attributes:
        configuration: Need not hold anything: what is missing is what `doctor` tells.
    """

    configuration: Configuration

    @cached_property
    def tunables(self) -> settings.Settings:
        """The tunables.

        Raises:
            ConfigurationError: the settings file is missing or wrong.
        """
        return settings.load(self.configuration.environment.settings_path)

    @cached_property
    def database(self) -> Database:
        """The database, not yet connected."""
        return Database(
            self.configuration.credential("DATABASE_URL"),
            application_name="clip-saver operations",
            connect_seconds=_CONNECT_SECONDS,
            transaction_seconds=_TRANSACTION_SECONDS,
            slow_statement_ms=self._slow_statement_ms(),
        )

    def _slow_statement_ms(self) -> int:
        try:
            return self.tunables.database.slow_statement_ms
        except errors.ConfigurationError:
            # `doctor` says what is wrong with the file, and looks at the database all the same.
            return settings.DatabaseSettings().slow_statement_ms

    @cached_property
    def discord(self) -> DiscordClient:
        """Discord, as the bot."""
        return DiscordClient(
            api_url=self.configuration.environment.discord_api_url,
            bot_token=self.configuration.credential("BOT_TOKEN"),
            rate_share=_DISCORD_RATE_SHARE,
        )

    async def close(self) -> None:
        """Close what was opened."""
        opened = vars(self)
        if "database" in opened:
            await opened.pop("database").close()
        if "discord" in opened:
            await opened.pop("discord").aclose()
