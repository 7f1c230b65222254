"""What is measured of a request to the API: how, and how soon, Discord was answered."""

import time
from collections.abc import Mapping
from typing import Any, Final

from functions.interactions.parts import Parts
from functions.shared import endpoints

_INTERACTIONS: Final = f"POST {endpoints.INTERACTIONS_PATH}"
_SIGNED: Final = frozenset({_INTERACTIONS, f"POST {endpoints.WEBHOOK_EVENTS_PATH}"})
_UNAUTHORIZED: Final = 401
_SERVER_ERROR: Final = 500
_SOON_MS: Final = 1000
_WAITED_FOR_MS: Final = 3000
"""Discord docs, Receiving and Responding."""


def conclude(parts: Parts, event: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """Note how an HTTP request was answered, and print what was noted of it."""
    metrics, status, route = parts.metrics, answer["statusCode"], _route(event)
    if route in _SIGNED and status == _UNAUTHORIZED:
        metrics.add("SignatureRejections", 1)
    elif route == _INTERACTIONS and status < _SERVER_ERROR:
        # API Gateway counts every 5xx itself, also those that no function could.
        # The start of a cold environment is part of what Discord waits for.
        milliseconds = time.time() * 1000 - event["requestContext"]["timeEpoch"]
        metrics.add("AcknowledgeTime", max(0.0, milliseconds))
        metrics.add("Interactions", 1, within=_within(milliseconds))
    if "database" in vars(parts):
        # Only here: a PING has no use for what the database's figures bring with them.
        from functions.shared import measures  # noqa: PLC0415

        measures.add_statements(metrics, parts.database.statistics)
    metrics.flush()


def _route(event: Mapping[str, Any]) -> str:
    """Method and path; an event without them is answered with 401, and counted as nobody's."""
    http = event["requestContext"].get("http", {})
    return f"{http.get('method')} {event.get('rawPath')}"


def _within(milliseconds: float) -> str:
    if milliseconds < _SOON_MS:
        return "1_s"
    return "3_s" if milliseconds < _WAITED_FOR_MS else "late"
