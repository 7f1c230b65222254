"""Guilds that the bot was in and Discord no longer lists: did it leave, or is the list wrong?"""

import logging

from functions.shared import errors, models
from functions.shared.db import guilds
from functions.shared.db.connection import Database
from functions.shared.discord import codes
from functions.shared.discord.client import DiscordClient
from functions.shared.reconcile.guild import Fence

_log = logging.getLogger("discord_clip_saver.sync")


async def is_confirmed(discord: DiscordClient, guild_id: models.GuildId) -> bool:
    """Whether Discord says that the bot is not in the guild; no clear answer means that it is.

    Raises:
        Unauthorized: the bot token is wrong.
        InvalidRequestBudget: nothing more can be asked for a while.
    """
    try:
        await discord.get_guild(guild_id)
    except (errors.Unauthorized, errors.InvalidRequestBudget):
        raise
    except errors.NotFound as error:
        return error.code == codes.UNKNOWN_GUILD
    except errors.DiscordError as error:
        _log.warning("Guild %s is missing from Discord's list: %s", guild_id, error)
    else:
        _log.warning("Guild %s is missing from Discord's list, but the bot is in it", guild_id)
    return False


async def mark(database: Database, turn: guilds.SyncTurn, fence: Fence) -> None:
    """Note that the bot left a guild, in which it was when `turn` was read.

    Raises:
        GuildBusy: somebody is syncing it, or has synced or installed it since.
        LeaseLost: this run may no longer write.
        DatabaseError: nothing was written.
    """
    async with database.transaction() as transaction:
        await fence(transaction)
        locked = await guilds.lock_guild(transaction, turn.guild_id)
        if locked is None or not await guilds.mark_left(transaction, turn):
            raise errors.GuildBusy(f"Guild {turn.guild_id} is being synced by another run")
    _log.info("Left guild %s", turn.guild_id)
