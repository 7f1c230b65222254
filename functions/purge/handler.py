"""Lambda's entry point for the scheduled purge."""

from typing import Any

from functions.purge.purge import Purge
from functions.shared import metrics, observability, pause, settings
from functions.shared.configuration import Configuration
from functions.shared.db.connection import Database
from functions.shared.event_loop import EventLoop

configuration = Configuration.at_start("DATABASE_URL")
environment = configuration.environment
tunables = settings.load(environment.settings_path)
loop = EventLoop()
purge = Purge(
    database=Database(
        configuration.credential("DATABASE_URL"),
        application_name="clip-saver purge",
        connect_seconds=5,
        transaction_seconds=30,
        slow_statement_ms=tunables.database.slow_statement_ms,
    ),
    settings=tunables.database,
    metrics=metrics.of(environment),
    database_capacity_mb=environment.database_capacity_mb,
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- Lambda's own
    """Delete what has expired; the rows deleted per table are the result."""
    with observability.correlated(request_id=context.aws_request_id):
        if environment.paused:
            return pause.refuse(event)
        return loop.run(purge.handle(event, context.get_remaining_time_in_millis() / 1000))


def close() -> None:
    """Give the sockets back; a process that outlives its environment calls this."""
    loop.run(purge.database.close())
    loop.close()
