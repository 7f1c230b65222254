"""Lambda's entry point for the scheduled sync."""

from typing import Any

from functions.shared import metrics, observability, pause, settings
from functions.shared.configuration import Configuration
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient
from functions.shared.event_loop import EventLoop
from functions.shared.queue import ScanQueue
from functions.shared.scans.handover import Handover
from functions.sync.sync import Sync

configuration = Configuration.at_start("BOT_TOKEN", "DATABASE_URL")
environment = configuration.environment
tunables = settings.load(environment.settings_path)
loop = EventLoop()
database = Database(
    configuration.credential("DATABASE_URL"),
    application_name="clip-saver sync",
    connect_seconds=5,
    transaction_seconds=30,
    slow_statement_ms=tunables.database.slow_statement_ms,
)
sync = Sync(
    discord=DiscordClient(
        api_url=environment.discord_api_url,
        bot_token=configuration.credential("BOT_TOKEN"),
        rate_share=tunables.sync.sync_rate_share,
    ),
    database=database,
    settings=tunables,
    expected_url=environment.public_url,
    metrics=metrics.of(environment),
    handover=Handover(database, ScanQueue(environment.scan_queue_url), tunables.guild)
    if environment.scan_queue_url
    else None,
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- Lambda's own
    """Sync what the event asks for; the summary is the result."""
    with observability.correlated(request_id=context.aws_request_id):
        if environment.paused:
            return pause.refuse(event)
        return loop.run(sync.handle(event, context.get_remaining_time_in_millis() / 1000))


def close() -> None:
    """Give the sockets back; a process that outlives its environment calls this."""
    loop.run(sync.discord.aclose())
    loop.run(sync.database.close())
    if sync.handover is not None:
        sync.handover.queue.close()
    loop.close()
