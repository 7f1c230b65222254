"""API Gateway's events, before the ASGI adapter sees them. Pure."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any


def is_readable(event: Mapping[str, Any]) -> bool:
    """Whether the body can be decoded; the adapter would otherwise fail with a 5xx."""
    body = event.get("body") or ""
    if not isinstance(body, str):
        return False
    try:
        if event.get("isBase64Encoded"):
            base64.b64decode(body, validate=True)
        else:
            body.encode()
    except (binascii.Error, ValueError):
        return False
    return True


UNREADABLE = {
    "statusCode": 401,
    "headers": {"content-type": "application/json"},
    "body": '{"error": "invalid request signature"}',
    "isBase64Encoded": False,
}
"""Nothing that Discord signed arrives unreadable."""
