"""Lambda's entry point for what an operator asks of the deployed stack."""

from typing import Any

from functions.operations import operation
from functions.shared import observability
from functions.shared.configuration import Configuration
from functions.shared.event_loop import EventLoop

# It starts without any variable, for it has to tell what is missing.
environment = Configuration.at_start().environment
loop = EventLoop()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- Lambda's own
    """Do what the event names; what came of it is the result."""
    with observability.correlated(request_id=context.aws_request_id):
        seconds_left = context.get_remaining_time_in_millis() / 1000
        # The secret is read each time: a database of before a move would still answer, and resuming
        # does not start this function anew.
        configuration = Configuration(environment)
        return loop.run(operation.run(configuration, event, seconds_left))


def close() -> None:
    """Give the loop back; a process that outlives its environment calls this."""
    loop.close()
