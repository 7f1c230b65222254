"""Lambda's entry point for the queue of guilds to scan."""

from typing import Any

from functions.scan.scan import Scan
from functions.shared import metrics, observability, pause, settings
from functions.shared.configuration import Configuration
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient
from functions.shared.event_loop import EventLoop
from functions.shared.queue import ScanQueue
from functions.shared.scans.handover import Handover

configuration = Configuration.at_start("BOT_TOKEN", "DATABASE_URL")
environment = configuration.environment
tunables = settings.load(environment.settings_path)
loop = EventLoop()
database = Database(
    configuration.credential("DATABASE_URL"),
    application_name="clip-saver scan",
    connect_seconds=5,
    transaction_seconds=30,
    slow_statement_ms=tunables.database.slow_statement_ms,
)
scan = Scan(
    discord=DiscordClient(
        api_url=environment.discord_api_url,
        bot_token=configuration.credential("BOT_TOKEN"),
        rate_share=tunables.scan.scan_rate_share,
    ),
    database=database,
    settings=tunables,
    handover=Handover(database, ScanQueue(environment.scan_queue_url), tunables.guild)
    if environment.scan_queue_url
    else None,
    metrics=metrics.of(environment),
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- Lambda's own
    """Scan the guilds of a batch; the messages that are to come again are the result."""
    with observability.correlated(request_id=context.aws_request_id):
        if environment.paused:
            return pause.refuse(event)
        return loop.run(scan.handle(event, context.get_remaining_time_in_millis() / 1000))


def close() -> None:
    """Give the sockets back; a process that outlives its environment calls this."""
    loop.run(scan.discord.aclose())
    loop.run(scan.database.close())
    if scan.handover is not None:
        scan.handover.queue.close()
    loop.close()
