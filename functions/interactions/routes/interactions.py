"""`POST /interactions`: verified over the raw bytes before anything else is done with them.

401 for whatever Discord did not sign just now; 413 and 400 only after a good signature; then 200.
"""

import json
import logging
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from functions.interactions import interaction, replies, signed_request
from functions.shared import endpoints, errors, observability

if TYPE_CHECKING:
    from functions.interactions.parts import Parts

router = APIRouter()

_log = logging.getLogger("discord_clip_saver.interactions")

TIMESTAMP_WINDOW_SECONDS: Final = 300


@router.post(endpoints.INTERACTIONS_PATH)
async def interactions(request: Request) -> Response:
    """Answer Discord."""
    parts: Parts = request.app.state.parts
    try:
        body = await signed_request.read(request, TIMESTAMP_WINDOW_SECONDS)
        received = interaction.parse(body, parts.environment.require("DISCORD_APPLICATION_ID"))
    except signed_request.Refused as refused:
        return refused.response
    except errors.InvalidEvent as error:
        _log.warning("Signed request refused: %s", error)
        return signed_request.refusal(400, str(error))
    if received.type is interaction.InteractionType.PING:
        return _reply(replies.PONG)
    # Only here: a PING must not load the commands and all they say.
    from functions.interactions.commands import dispatch  # noqa: PLC0415

    guild_id = None if received.guild_id is None else str(received.guild_id)
    with observability.correlated(interaction_id=received.id, guild_id=guild_id):
        return _reply(await dispatch.respond(received, parts))


def _reply(content: replies.Reply) -> Response:
    # ASCII only: a lone surrogate in somebody's input must not break the answer.
    return Response(json.dumps(content), media_type="application/json")
