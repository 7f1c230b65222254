"""`POST /interactions`: verified over the raw bytes before anything else is done with them.

401 for whatever Discord did not sign just now; 413 and 400 only after a good signature; then 200.
"""

import json
import logging
import time
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from functions.interactions import interaction, replies
from functions.interactions.commands import dispatch
from functions.shared import errors, observability
from functions.shared.discord import signature

if TYPE_CHECKING:
    from functions.interactions.parts import Parts

router = APIRouter()

_log = logging.getLogger("discord_clip_saver.interactions")

TIMESTAMP_WINDOW_SECONDS: Final = 300
LARGEST_BODY: Final = 1 << 20


@router.post("/interactions")
async def interactions(request: Request) -> Response:
    """Answer Discord."""
    parts: Parts = request.app.state.parts
    body = await request.body()
    signed = signature.verify(
        body,
        request.headers.get("x-signature-ed25519"),
        request.headers.get("x-signature-timestamp"),
        parts.environment.require("DISCORD_PUBLIC_KEY"),
        now=time.time(),
        window=TIMESTAMP_WINDOW_SECONDS,
    )
    if not signed:
        return _json(401, {"error": "invalid request signature"})
    if len(body) > LARGEST_BODY:
        return _json(413, {"error": "the body is larger than 1 MiB"})
    try:
        received = interaction.parse(body, parts.environment.require("DISCORD_APPLICATION_ID"))
    except errors.InvalidEvent as error:
        _log.warning("Signed request refused: %s", error)
        return _json(400, {"error": str(error)})
    if received.type is interaction.InteractionType.PING:
        return _json(200, replies.PONG)
    guild_id = None if received.guild_id is None else str(received.guild_id)
    with observability.correlated(interaction_id=received.id, guild_id=guild_id):
        return _json(200, await dispatch.respond(received, parts))


def _json(status: int, content: replies.Reply) -> Response:
    # ASCII only: a lone surrogate in somebody's input must not break the answer.
    return Response(json.dumps(content), status, media_type="application/json")
