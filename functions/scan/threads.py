"""Archived threads: no sync lists them, and forums and media channels consist of them.

Discord lists public ones the latest archived first, so that whoever has read the whole list once
reads on only until those that were archived before that.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from functions.scan.turn import Turn
from functions.shared import errors, models, parallel
from functions.shared.db import guild_scans, scan_work
from functions.shared.db.scan_work import UnlistedChannel
from functions.shared.discord.pages import ArchivedKind

_log = logging.getLogger("discord_clip_saver.scan")

_CHANNELS_AT_ONCE: Final = 200
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""Discord says when a thread was archived, and our database when a list was read."""
_OUTAGES: Final = (errors.DiscordServerError, errors.DiscordUnreachable)


async def list_archived(turn: Turn) -> bool:
    """List the archived threads of a guild's channels where that is due.

    Returns:
        Whether none is left to list.

    Raises:
        Unauthorized: the bot token is wrong.
        RateLimited: Discord asks for a longer wait than there is time for.
        BudgetSpent: the guild has no more requests today.
        ScanCanceled: nobody wants the history any more.
        LeaseLost: another run scans this guild.
        DatabaseError: what was listed could not be kept.
    """
    async with turn.database.transaction() as transaction:
        channels = await scan_work.select_unlisted(
            transaction,
            turn.guild_id,
            with_nsfw=turn.own.scan_nsfw,
            batch_size=_CHANNELS_AT_ONCE,
        )
    listed: set[models.ChannelId] = set()

    async def list_one(channel: UnlistedChannel) -> None:
        if await _list_channel(turn, channel):
            listed.add(channel.channel_id)

    await parallel.work_off(channels, list_one, turn.stop_at)
    return len(listed) == len(channels) < _CHANNELS_AT_ONCE


async def _list_channel(turn: Turn, channel: UnlistedChannel) -> bool:
    """List one channel's threads; False if Discord, or the time, did not let it end."""
    try:
        is_listed = await _list_kind(turn, channel, "public")
        # Only text channels have private threads (Discord docs, Threads).
        if is_listed and channel.type == "text":
            is_listed = await _list_kind(turn, channel, "joined_private")
    except (errors.Unauthorized, errors.RateLimited):
        raise
    except _OUTAGES as error:
        _log.warning("Threads of channel %s are listed later: %s", channel.channel_id, error)
        return False
    except errors.DiscordError as error:
        _log.warning("Threads of channel %s cannot be listed: %s", channel.channel_id, error)
        async with turn.database.transaction() as transaction:
            await turn.lease.fence(transaction)
            await scan_work.set_listing_refused(transaction, turn.guild_id, channel.channel_id)
        return True
    if is_listed:
        async with turn.database.transaction() as transaction:
            await turn.lease.fence(transaction)
            await scan_work.set_listed(
                transaction, turn.guild_id, channel.channel_id, channel.begun_at
            )
        turn.tally.steps += 1
    return is_listed


async def _list_kind(turn: Turn, channel: UnlistedChannel, kind: ArchivedKind) -> bool:
    """List threads of a kind; the public ones from where that was interrupted."""
    cursor = channel.cursor if kind == "public" else None
    while not turn.is_over:
        await turn.budget.take(for_background=True)
        page = await turn.discord.list_archived_threads(
            turn.guild_id, channel.channel_id, kind, cursor
        )
        async with turn.database.transaction() as transaction:
            await turn.lease.fence(transaction)
            await guild_scans.assure_wanted(transaction, turn.guild_id)
            await scan_work.store_threads(transaction, turn.guild_id, page.threads)
            if kind == "public" and page.next_cursor is not None:
                await scan_work.set_listing(
                    transaction,
                    turn.guild_id,
                    channel.channel_id,
                    page.next_cursor,
                    channel.begun_at,
                )
            await guild_scans.add_effect(transaction, turn.guild_id, requests=1, clips=0)
        turn.tally.steps += 1
        # A list that stands still has nothing more to tell.
        is_end = page.next_cursor is None or page.next_cursor == cursor
        if is_end or _is_known(page.oldest_archived_at, channel.read_at):
            return True
        cursor = page.next_cursor
    return False


def _is_known(oldest_archived_at: datetime | None, read_at: datetime | None) -> bool:
    """Whether all that follows a page was archived before the list was last read to its end.

    Only the public ones come by when they were archived: of the others, one that was made long ago
    may have news behind many that have none.
    """
    if oldest_archived_at is None or read_at is None:
        return False
    return oldest_archived_at < read_at - _CLOCKS_DIFFER
