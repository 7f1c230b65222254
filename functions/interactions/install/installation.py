"""What an install leaves behind: the installer, the guild, its settings, and a sync of it.

The callback and the webhook event tell of the same install in any order, and the event may come
twice: the rows go by when something was so, not by when it was told.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from functions.interactions.parts import Parts
from functions.shared import errors, jobs, models
from functions.shared.db import guild_settings, guilds, users
from functions.shared.db.connection import Transaction

_log = logging.getLogger("discord_clip_saver.install")


@dataclass(frozen=True, slots=True)
class Installation:
    """Somebody added the bot to a guild.

    Attributes:
        at: When; None for just now.
    """

    user: models.User
    guild: models.InstalledGuild
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing an installation came to.

    Attributes:
        is_news: Whether the guild's row was not as new already.
        has_new_settings: Whether the guild got the default settings.
    """

    is_news: bool
    has_new_settings: bool


async def store(transaction: Transaction, installation: Installation, parts: Parts) -> Stored:
    """Write the rows.

    Raises:
        DatabaseError: nothing may be kept.
    """
    guild = installation.guild
    await users.upsert_user(transaction, installation.user, installation.at)
    if guild.owner_id is not None:
        await users.insert_user_id(transaction, guild.owner_id)
    is_news = await guilds.upsert_installed_guild(transaction, guild, installation.at)
    return Stored(is_news, await _insert_default_settings(transaction, guild.id, parts))


async def _insert_default_settings(
    transaction: Transaction, guild_id: models.GuildId, parts: Parts
) -> bool:
    try:
        defaults = parts.tunables.guild.model_dump()
        async with transaction.savepoint():
            return await guild_settings.insert_defaults(transaction, guild_id, defaults)
    except (errors.ConfigurationError, errors.DatabaseError) as error:
        _log.warning(
            "Skipping default settings for guild %s", guild_id, extra={"reason": str(error)}
        )
        return False


async def follow_up(stored: Stored, guild_id: models.GuildId, parts: Parts) -> bool:
    """Log what was stored, and have the guild synced if it was news.

    Returns:
        Whether a sync of the guild starts now; otherwise the scheduled one will find it.
    """
    if stored.has_new_settings:
        _log.info("Applied default guild settings for guild %s", guild_id)
    if not stored.is_news:
        return False
    if parts.queue is None:
        _log.info("No JOBS_QUEUE_URL: the scheduled sync will find guild %s", guild_id)
        return False
    try:
        await parts.queue.send(jobs.Job("sync_guild", guild_id))
    except errors.QueueUnavailable as error:
        _log.warning("The scheduled sync will have to find guild %s: %s", guild_id, error)
        return False
    return True
