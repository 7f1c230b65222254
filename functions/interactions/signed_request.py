"""A request that Discord signed: its bytes, checked before anything else is done with them."""

import json
import time
from typing import TYPE_CHECKING, Final

from fastapi import Request, Response

from functions.shared.discord import signature

if TYPE_CHECKING:
    from functions.interactions.parts import Parts

LARGEST_BODY: Final = 1 << 20


class Refused(Exception):
    """The request goes no further.

    Attributes:
        response: What to answer with: 401 for whatever Discord did not sign lately, 413 for a
            signed body above 1 MiB.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.response = refusal(status, reason)


async def read(request: Request, window_seconds: int) -> bytes:
    """The body, exactly as it was signed.

    Args:
        request: The request.
        window_seconds: How far its timestamp may lie from this machine's clock.

    Raises:
        Refused: with the response to give.
    """
    parts: Parts = request.app.state.parts
    body = await request.body()
    signed = signature.verify(
        body,
        request.headers.get("x-signature-ed25519"),
        request.headers.get("x-signature-timestamp"),
        parts.environment.require("DISCORD_PUBLIC_KEY"),
        now=time.time(),
        window=window_seconds,
    )
    if not signed:
        raise Refused(401, "invalid request signature")
    if len(body) > LARGEST_BODY:
        raise Refused(413, "the body is larger than 1 MiB")
    return body


def refusal(status: int, reason: str) -> Response:
    """An answer that says why it is none."""
    return Response(json.dumps({"error": reason}), status, media_type="application/json")
