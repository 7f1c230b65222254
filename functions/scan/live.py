"""New messages: channels and threads whose newest message the ledger does not reach yet.

The sync has seen which ones those are (`last_message_id`), so that nothing is asked of a channel in
which nothing happened.
"""

from typing import Final

from functions.scan.intervals import Interval
from functions.scan.reading import Assignment, Reading
from functions.scan.turn import Turn
from functions.shared import snowflakes
from functions.shared.db import scan_work

_CHANNELS_AT_ONCE: Final = 200


async def read_new(turn: Turn) -> None:
    """Read the new messages of a guild, the channels with the newest first.

    Raises:
        ClipSaverError: what `Reading.read` raises.
    """
    async with turn.database.transaction() as transaction:
        channels = await scan_work.select_unread(
            transaction,
            turn.guild_id,
            with_nsfw=turn.own.scan_nsfw,
            batch_size=_CHANNELS_AT_ONCE,
        )
    if channels:
        await Reading(turn, "live").read([_assignment(channel) for channel in channels])


def _assignment(channel: scan_work.UnreadChannel) -> Assignment:
    if channel.covered_to is not None:
        first = channel.covered_to + 1
    else:
        first = 0 if channel.is_new else snowflakes.least_at(channel.live_since)
    gap = Interval(min(first, channel.last_message_id), channel.last_message_id)
    return Assignment(channel.channel_id, (gap,), channel.settings)
