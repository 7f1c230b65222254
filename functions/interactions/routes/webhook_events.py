"""`POST /webhook-events`: an install, as Discord tells of it by itself.

Verified like an interaction, within a wider window, because Discord repeats an event for up to ten
minutes (Discord docs, Webhook Events). 401 for whatever Discord did not sign lately; 413 and 400
only after a good signature; 503 while the database is out of reach or the operator has paused Clip
Saver, so that Discord repeats it; otherwise 204, also for the events that nothing is made of.
"""

import logging
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from functions.interactions import signed_request
from functions.shared import endpoints, errors, observability

if TYPE_CHECKING:
    from functions.interactions.install.installation import Installation
    from functions.interactions.parts import Parts

router = APIRouter()

_log = logging.getLogger("discord_clip_saver.install")

TIMESTAMP_WINDOW_SECONDS: Final = 900


@router.post(endpoints.WEBHOOK_EVENTS_PATH)
async def webhook_events(request: Request) -> Response:
    """Take note of an event."""
    parts: Parts = request.app.state.parts
    try:
        body = await signed_request.read(request, TIMESTAMP_WINDOW_SECONDS)
    except signed_request.Refused as refused:
        return refused.response
    # Only here: an interaction must not load what an install needs.
    from functions.interactions.install import event  # noqa: PLC0415

    try:
        told = event.parse(body, parts.environment.require("DISCORD_APPLICATION_ID"))
        if told is not None:
            parts.environment.require_running()
            with observability.correlated(guild_id=str(told.guild.id)):
                await _take_note(told, parts)
    except errors.InvalidEvent as error:
        _log.warning("Signed event refused: %s", error)
        return signed_request.refusal(400, str(error))
    except errors.Paused as error:
        _log.warning("An install was not stored, Discord will tell of it again: %s", error)
        return signed_request.refusal(503, "paused for maintenance")
    except (errors.DatabaseError, errors.ConfigurationError) as error:
        _log.error("An install was not stored, Discord will tell of it again: %s", error)
        return signed_request.refusal(503, "the database is out of reach")
    # Discord wants a content type on the empty answer, too.
    return Response(status_code=204, media_type="application/json")


async def _take_note(told: "Installation", parts: "Parts") -> None:
    from functions.interactions.install import installation  # noqa: PLC0415 -- as above

    async with parts.database.transaction() as transaction:
        stored = await installation.store(transaction, told, parts)
    await installation.follow_up(stored, told.guild.id, parts)
