"""Whether the bot may read a channel at this moment, by Discord's own word.

To whoever lacks READ_MESSAGE_HISTORY, a channel is empty (Discord docs, Get Channel Messages). So
an empty page is believed only if, after a look at the roles and overwrites that decide, it is empty
still.
"""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Final

from functions.scan.turn import Turn
from functions.shared import errors, models
from functions.shared.discord import codes, permissions, routes

_NEEDED: Final = models.Permission.VIEW_CHANNEL | models.Permission.READ_MESSAGE_HISTORY


async def assure(turn: Turn, channel_id: models.ChannelId, *, for_background: bool) -> None:
    """Make sure that an empty page of a channel means that there is nothing.

    Raises:
        Forbidden: the bot lacks a permission.
        DiscordError: Discord does not tell.
        BudgetSpent: there are no requests left to ask with.
    """
    pay = partial(turn.budget.take, for_background=for_background)
    for _ in range(3):
        await pay()
    bot_user_id = await turn.content.bot_user_id(pay)
    guild, member, channel = await asyncio.gather(
        turn.discord.get_guild(turn.guild_id),
        turn.discord.get_member(turn.guild_id, bot_user_id),
        turn.discord.get_channel(channel_id),
    )
    parent = None
    if channel.is_thread and channel.parent_id is not None:
        await pay()
        parent = await turn.discord.get_channel(channel.parent_id)
    granted = permissions.channel_permissions(
        permissions.base_permissions(guild, member),
        member,
        channel,
        parent,
        now=datetime.now(UTC),
        # Discord gives a private thread only to those who are in it, or may manage it.
        is_thread_member=channel.is_thread,
    )
    if granted & _NEEDED != _NEEDED:
        raise errors.Forbidden(
            "the channel seems empty, but the bot may not read its history",
            route=str(routes.LIST_MESSAGES),
            code=codes.MISSING_PERMISSIONS,
        )
