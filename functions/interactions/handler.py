"""Lambda's entry point for the HTTP API: FastAPI behind Mangum."""

from typing import Any

from mangum import Mangum

from functions.interactions import gateway_event, measures, snapshot
from functions.interactions.app import create_app
from functions.interactions.parts import Parts
from functions.shared import observability
from functions.shared.configuration import Configuration
from functions.shared.event_loop import EventLoop

parts = Parts(Configuration.at_start("DISCORD_PUBLIC_KEY", "DISCORD_APPLICATION_ID"))
loop = EventLoop()
app = create_app(parts)
# Start-up and shut-down events would run at every invocation.
adapter = Mangum(app, lifespan="off")
snapshot.register(app, loop)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- Lambda's own
    """Answer one HTTP request.

    Raises:
        InvalidEvent: the event is none.
    """
    with observability.correlated(request_id=context.aws_request_id):
        is_readable = gateway_event.is_readable(adapter, event, context)
        answer = adapter(event, context) if is_readable else gateway_event.UNREADABLE
        measures.conclude(parts, event, answer)
        return answer


def close() -> None:
    """Give the sockets back; a process that outlives its environment calls this."""
    loop.run(parts.close())
    loop.close()
