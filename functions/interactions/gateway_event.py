"""API Gateway's events, before the ASGI adapter makes requests of them."""

from typing import Any, Final

from mangum import Mangum

from functions.shared import errors

UNREADABLE: Final[dict[str, Any]] = {
    "statusCode": 401,
    "headers": {"content-type": "application/json"},
    "body": '{"error": "invalid request signature"}',
    "isBase64Encoded": False,
}
"""Nothing that Discord signed arrives unreadable."""


def is_readable(adapter: Mangum, event: dict[str, Any], context: Any) -> bool:  # noqa: ANN401 -- Lambda's own
    """Whether the adapter can make a request of the event; a caller would otherwise get a 5xx.

    It cannot when the body is no base64 although the event says so, when text holds half of a
    surrogate pair, or when the port in the Host header is no number.

    Raises:
        InvalidEvent: the event is no HTTP request at all.
    """
    try:
        request = adapter.infer(event, context)
    except RuntimeError as error:
        raise errors.InvalidEvent(
            "This function answers HTTP requests only: whatever sent this event, a schedule or a "
            "queue, is meant for another function"
        ) from error
    try:
        return bool(request.scope) and isinstance(request.body, bytes)
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
