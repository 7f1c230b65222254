"""The proof of history: every message of every channel, so that coverage is certain.

Discord's search is quick and promises nothing. This is slow and leaves no gap: the ledger says what
was read, and what it does not reach is read, the newest first.
"""

from typing import Final

from functions.scan import intervals
from functions.scan.intervals import Interval
from functions.scan.reading import Assignment, Reading
from functions.scan.turn import Turn
from functions.shared.db import scan_work

_CHANNELS_AT_ONCE: Final = 50


async def prove(turn: Turn) -> bool:
    """Read what is missing of a guild's history, until all is read or the time is up.

    Returns:
        Whether all is read, but for channels that cannot be.

    Raises:
        ClipSaverError: what `Reading.read` raises.
    """
    while not turn.is_over:
        async with turn.database.transaction() as transaction:
            channels = await scan_work.select_unproven(
                transaction,
                turn.guild_id,
                with_nsfw=turn.own.scan_nsfw,
                batch_size=_CHANNELS_AT_ONCE,
            )
        if not channels:
            return True
        steps = turn.tally.steps
        await Reading(turn, "history").read([_assignment(channel) for channel in channels])
        if turn.tally.steps == steps:
            # Discord does not answer for any of them just now.
            return False
    return False


def _assignment(channel: scan_work.UnprovenChannel) -> Assignment:
    found = intervals.gaps(channel.covered, Interval(0, channel.last_message_id))
    return Assignment(channel.channel_id, tuple(found), channel.settings)
