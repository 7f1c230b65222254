"""`/sync`: a sync of this server, now. It takes longer than Discord waits, so a job does it."""

from typing import Final

from functions.interactions import replies
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.shared import errors
from functions.shared.jobs import Job

NOW: Final = "sync:now"
"""custom_id of the button that does the same."""


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Hand the sync over; its outcome is edited into this reply."""
    assert interaction.guild_id is not None  # noqa: S101 -- the dispatcher refuses direct messages
    if parts.queue is None:
        raise errors.ConfigurationError("JOBS_QUEUE_URL is not set; /sync needs the queue")
    await parts.queue.send(Job("sync_guild", interaction.guild_id, interaction.ticket()))
    return replies.THINKING


respond_to_click = respond
