"""What a warm environment keeps, each made when it is first needed.

A PING needs none of it: the database driver and the settings file cost a cold start more time than
its answer has, so they are loaded by the first command.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from functions.shared import errors, metrics, settings
from functions.shared.configuration import Configuration

if TYPE_CHECKING:
    from functions.shared.catalogue.access_reader import AccessReader
    from functions.shared.db.connection import Database
    from functions.shared.discord.client import DiscordClient
    from functions.shared.discord.oauth import OAuthClient
    from functions.shared.queue import JobQueue, ScanQueue

_CONNECT_SECONDS: Final = 1.0
_TRANSACTION_SECONDS: Final = 2.2
"""Discord waits 3 s in all (Discord docs, Receiving and Responding)."""
_DISCORD_RATE_SHARE: Final = 0.2
"""What a sync leaves of Discord's limit by default."""


@dataclass(frozen=True)
class Parts:
    """The variables, and what is built from them on demand."""

    configuration: Configuration

    @property
    def environment(self) -> settings.Environment:
        """What is known of the variables by now: the secret may not have been needed yet."""
        return self.configuration.environment

    @cached_property
    def metrics(self) -> metrics.Metrics:
        """Who keeps the figures."""
        return metrics.of(self.environment)

    @cached_property
    def tunables(self) -> settings.Settings:
        """The tunables.

        Raises:
            ConfigurationError: the settings file is missing or wrong.
        """
        return settings.load(self.environment.settings_path)

    @cached_property
    def tunables_or_defaults(self) -> settings.Settings:
        """The tunables, or those of the code while the file is wrong.

        Whether the database is there can be told without the file.
        """
        try:
            return self.tunables
        except errors.ConfigurationError:
            return settings.Settings(
                settings.GuildSettings(), settings.DatabaseSettings(), settings.SyncSettings()
            )

    @cached_property
    def database(self) -> "Database":
        """The database, not yet connected; `ConfigurationError` then if none is configured."""
        # Only here: see the module's docstring.
        from functions.shared.db.connection import Database  # noqa: PLC0415

        return Database(
            self.configuration.credential("DATABASE_URL"),
            application_name="clip-saver interactions",
            connect_seconds=_CONNECT_SECONDS,
            transaction_seconds=_TRANSACTION_SECONDS,
            slow_statement_ms=self.tunables_or_defaults.database.slow_statement_ms,
        )

    @cached_property
    def discord(self) -> "DiscordClient":
        """Discord, as the bot; `ConfigurationError` at a request if there is no token."""
        from functions.shared.discord.client import DiscordClient  # noqa: PLC0415 -- as above

        return DiscordClient(
            api_url=self.environment.discord_api_url,
            bot_token=self.configuration.credential("BOT_TOKEN"),
            rate_share=_DISCORD_RATE_SHARE,
        )

    @cached_property
    def access(self) -> "AccessReader":
        """Who may see what, as Discord said within the last half a minute.

        Raises:
            ConfigurationError: there is no bot token.
        """
        from functions.shared.catalogue.access_reader import (  # noqa: PLC0415 -- as above
            AccessReader,
        )

        return AccessReader(self.discord)

    @cached_property
    def oauth(self) -> "OAuthClient":
        """Discord, as the application; `ConfigurationError` at a request without its secret."""
        from functions.shared.discord.oauth import OAuthClient  # noqa: PLC0415 -- as above

        return OAuthClient(
            api_url=self.environment.discord_api_url,
            application_id=self.environment.require("DISCORD_APPLICATION_ID"),
            client_secret=self.configuration.credential("DISCORD_CLIENT_SECRET"),
        )

    @cached_property
    def queue(self) -> "JobQueue | None":
        """The queue of deferred work, if there is one."""
        from functions.shared.queue import JobQueue  # noqa: PLC0415 -- as above

        url = self.environment.jobs_queue_url
        return None if url is None else JobQueue(url)

    @cached_property
    def scan_queue(self) -> "ScanQueue | None":
        """Where the scan function is told what to look at, if there is one."""
        from functions.shared.queue import ScanQueue  # noqa: PLC0415 -- as above

        url = self.environment.scan_queue_url
        return None if url is None else ScanQueue(url)

    async def close(self) -> None:
        """Close what was opened, and forget it: whoever needs it again gets it anew."""
        opened = vars(self)
        if "database" in opened:
            await opened.pop("database").close()
        if "discord" in opened:
            await opened.pop("discord").aclose()
        # It would go on asking the Discord that was just closed.
        opened.pop("access", None)
        if "oauth" in opened:
            await opened.pop("oauth").aclose()
        for name in ("queue", "scan_queue"):
            if queue := opened.pop(name, None):
                queue.close()
