"""Lambda's entry point for the queue of deferred work."""

from typing import Any

from functions.jobs.worker import Worker
from functions.shared import metrics, observability, pause, settings
from functions.shared.catalogue.access_reader import AccessReader
from functions.shared.configuration import Configuration
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient
from functions.shared.event_loop import EventLoop

configuration = Configuration.at_start("BOT_TOKEN", "DATABASE_URL", "DISCORD_APPLICATION_ID")
environment = configuration.environment
tunables = settings.load(environment.settings_path)
loop = EventLoop()
discord = DiscordClient(
    api_url=environment.discord_api_url,
    bot_token=configuration.credential("BOT_TOKEN"),
    rate_share=tunables.sync.sync_rate_share,
)
worker = Worker(
    discord=discord,
    database=Database(
        configuration.credential("DATABASE_URL"),
        application_name="clip-saver jobs",
        connect_seconds=5,
        transaction_seconds=30,
        slow_statement_ms=tunables.database.slow_statement_ms,
    ),
    settings=tunables,
    application_id=int(environment.require("DISCORD_APPLICATION_ID")),
    access=AccessReader(discord),
    metrics=metrics.of(environment),
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- Lambda's own
    """Work off a batch; the messages that are to come again are the result."""
    with observability.correlated(request_id=context.aws_request_id):
        if environment.paused:
            return pause.refuse(event)
        return loop.run(worker.handle(event, context.get_remaining_time_in_millis() / 1000))


def close() -> None:
    """Give the sockets back; a process that outlives its environment calls this."""
    loop.run(worker.discord.aclose())
    loop.run(worker.database.close())
    loop.close()
