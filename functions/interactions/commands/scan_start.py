"""`/scan start`: what a scan would take is told first; its button starts it."""

import logging

from functions.interactions import replies
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.interactions.scanning import view
from functions.shared import errors, models, texts
from functions.shared.db import guild_scans, processed_interactions
from functions.shared.jobs import Job

_log = logging.getLogger("discord_clip_saver.interactions")


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Hand over to who asks Discord what it would take; if one is under way, show that."""
    guild_id = view.guild_of(interaction)
    if parts.queue is None:
        raise errors.ConfigurationError("JOBS_QUEUE_URL is not set; /scan start needs the queue")
    async with parts.database.transaction() as transaction:
        scan = await guild_scans.select_latest(transaction, guild_id)
        if scan is not None and scan.is_open:
            already = texts.of(interaction.locale).scan_open_already
            return await view.show(transaction, interaction, parts, already)
    await parts.queue.send(Job("offer_scan", guild_id, interaction.ticket()))
    return replies.THINKING


async def respond_to_click(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Start it, once, and tell the scan function."""
    guild_id = view.guild_of(interaction)
    words = texts.of(interaction.locale)
    async with parts.database.transaction() as transaction:
        is_news = await processed_interactions.record(transaction, interaction.number)
        if is_news:
            own = await view.own_settings(transaction, guild_id, parts.tunables.guild)
            await guild_scans.request(
                transaction, guild_id, interaction.user_id, with_nsfw=own.scan_nsfw
            )
    # After the commit: the scan function looks into the database, and might be quicker.
    outcome = ""
    if is_news:
        is_told = await _tell(parts, guild_id)
        outcome = words.scan_started if is_told else words.scan_started_later
    async with parts.database.transaction() as transaction:
        return await view.show(transaction, interaction, parts, outcome)


async def _tell(parts: Parts, guild_id: models.GuildId) -> bool:
    """Tell the scan function of the server; whether that worked. The next sync does it too."""
    if parts.scan_queue is None:
        _log.warning("No SCAN_QUEUE_URL: nothing scans guild %s", guild_id)
        return False
    try:
        await parts.scan_queue.send(guild_id)
    except errors.QueueUnavailable as error:
        _log.error("The scan of guild %s waits for the next sync: %s", guild_id, error)
        return False
    return True
