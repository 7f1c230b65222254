"""The scheduled jobs run by hand, on the operator's own variables."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from typing import Any, Final, TypeVar

from clipsaver.variables import configured
from functions.deploy.wire import Wiring
from functions.purge.purge import Purge
from functions.shared import registration, settings
from functions.shared.configuration import Configuration
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient
from functions.shared.queue import ScanQueue
from functions.shared.reconcile.summary import Progress
from functions.shared.scans.handover import Handover
from functions.sync.sync import Sync

T = TypeVar("T")

_NO_LIMIT_SECONDS: Final = 24 * 3600.0
"""Nobody ends a run on a laptop but the operator."""


def sync(
    variables: Mapping[str, str], event: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """Run a sync, showing its progress; its summary.

    With SCAN_QUEUE_URL, the scan function is told which servers have something to read.

    Raises:
        Paused: the operator has paused Clip Saver, and this is no dry run.
        ClipSaverError: what the run could not get over.
    """
    configuration = configured(variables, required=("BOT_TOKEN", "DATABASE_URL"))
    environment = configuration.environment
    if not event.get("dry_run"):
        environment.require_running()
    tunables = settings.load(environment.settings_path)

    async def run() -> dict[str, Any]:
        async with (
            _discord(configuration, tunables) as discord,
            open_database(configuration, tunables) as database,
            _handover(environment.scan_queue_url, database, tunables) as handover,
        ):
            runner = Sync(
                discord, database, tunables, environment.public_url, progress, handover=handover
            )
            return await runner.handle(event, _NO_LIMIT_SECONDS)

    return asyncio.run(run())


def purge(variables: Mapping[str, str], event: Mapping[str, Any]) -> dict[str, Any]:
    """Run a purge; the rows deleted per table.

    Raises:
        Paused: the operator has paused Clip Saver, and this is no dry run.
        ClipSaverError: what the run could not get over.
    """
    configuration = configured(variables, required=("DATABASE_URL",))
    if not event.get("dry_run"):
        configuration.environment.require_running()
    tunables = settings.load(configuration.environment.settings_path)

    async def run() -> dict[str, Any]:
        async with open_database(configuration, tunables) as database:
            return await Purge(database, tunables.database).handle(event, _NO_LIMIT_SECONDS)

    return asyncio.run(run())


def commands(variables: Mapping[str, str], *, push: bool) -> registration.CommandDiff:
    """Compare the registered commands with the declared ones, and register those if asked to.

    Raises:
        ClipSaverError: Discord could not be asked.
    """
    configuration = configured(variables, required=("BOT_TOKEN", "DISCORD_APPLICATION_ID"))
    environment = configuration.environment
    tunables = settings.load(environment.settings_path)
    work: Callable[[DiscordClient, int], Awaitable[registration.CommandDiff]] = (
        registration.push if push else registration.read_diff
    )

    async def run() -> registration.CommandDiff:
        async with _discord(configuration, tunables) as discord:
            return await work(discord, int(environment.require("DISCORD_APPLICATION_ID")))

    return asyncio.run(run())


def wire(variables: Mapping[str, str], base_url: str) -> list[str]:
    """Register the commands, and tell Discord where the API answers; what was done, in sentences.

    Raises:
        NotWired: Discord called the API and found it wanting.
        ClipSaverError: Discord could not be asked.
    """
    configuration = Configuration(
        settings.from_variables(variables),
        required=("BOT_TOKEN", "DISCORD_APPLICATION_ID", "DISCORD_PUBLIC_KEY"),
    )
    environment = configuration.environment
    tunables = settings.load(environment.settings_path)

    async def run() -> list[str]:
        async with _discord(configuration, tunables) as discord:
            return await Wiring(
                discord,
                application_id=int(environment.require("DISCORD_APPLICATION_ID")),
                public_key=environment.require("DISCORD_PUBLIC_KEY"),
                base_url=base_url,
                patience_seconds=0,
            ).wire()

    return asyncio.run(run())


@asynccontextmanager
async def _handover(
    queue_url: str | None, database: Database, tunables: settings.Settings
) -> AsyncIterator[Handover | None]:
    if queue_url is None:
        yield None
        return
    with closing(ScanQueue(queue_url)) as queue:
        yield Handover(database, queue, tunables.guild)


@asynccontextmanager
async def _discord(
    configuration: Configuration, tunables: settings.Settings
) -> AsyncIterator[DiscordClient]:
    client = DiscordClient(
        api_url=configuration.environment.discord_api_url,
        bot_token=configuration.credential("BOT_TOKEN"),
        rate_share=tunables.sync.sync_rate_share,
    )
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def open_database(
    configuration: Configuration, tunables: settings.Settings
) -> AsyncIterator[Database]:
    """The operator's database, for as long as a block lasts."""
    database = Database(
        configuration.credential("DATABASE_URL"),
        application_name="clip-saver by hand",
        connect_seconds=5,
        transaction_seconds=30,
        slow_statement_ms=tunables.database.slow_statement_ms,
    )
    try:
        yield database
    finally:
        await database.close()
