"""The quick way: Discord's search finds the videos of a guild, and tells at once how many.

What it finds is saved; what it does not find proves nothing (Discord docs, Search Guild Messages:
results may be incomplete), so no interval counts as read by it. A part of the search is fixed at
its start to the messages that are there then, and moves on by the pages that were asked for rather
than by what they held, because pages may come short.
"""

import asyncio
import logging
import time
from datetime import UTC, datetime
from functools import partial
from typing import Final, Literal

from functions.scan.turn import Turn
from functions.shared import errors, models, snowflakes
from functions.shared.db import clips as stored_clips
from functions.shared.db import guild_scans, scan_work
from functions.shared.db.connection import Transaction
from functions.shared.db.guild_scans import GuildScan, SearchPosition
from functions.shared.discord.client import RESULTS_PER_PAGE, SEARCH_OFFSET_CAP
from functions.shared.scans import prediction
from functions.shared.scans.prediction import Totals

_log = logging.getLogger("discord_clip_saver.scan")

_UNTOLD_WAIT_SECONDS: Final = 5.0
"""How long to wait for an index if Discord does not say."""
_LONGEST_WAIT_SECONDS: Final = 10.0
"""What is longer is waited for in the queue."""


def following(position: SearchPosition, page: models.SearchPage, newest: int) -> SearchPosition:
    """Where the search goes on after a page.

    Args:
        position: Where the page was asked for.
        page: The page.
        newest: Below which id the next part, if this one is at its end, looks for messages.
    """
    ids = [message.id for message in page.messages]
    known = (
        position.before_message_id
        if position.oldest_message_id is None
        else position.oldest_message_id
    )
    oldest = min([known, *ids])
    offset = position.result_offset + RESULTS_PER_PAGE
    if offset < page.total_results and offset <= SEARCH_OFFSET_CAP:
        return SearchPosition(position.searching_for, position.before_message_id, offset, oldest)
    if offset < page.total_results and oldest < position.before_message_id:
        # Beyond the cap, only the cursor reaches further.
        return SearchPosition(position.searching_for, oldest, 0, None)
    if position.searching_for == "video":
        return SearchPosition("snapshot", newest, 0, None)
    return SearchPosition("history", newest, 0, None)


async def run(turn: Turn, scan: GuildScan) -> bool:
    """Search on from where an open scan is, until the results or the time are over.

    Returns:
        Whether the search is over.

    Raises:
        IndexNotReady: Discord needs more time to index the guild than there is.
        MessageContentOff: what would be found would be blank.
        BudgetSpent: the guild has no more requests today.
        LeaseLost: another run scans this guild.
        DiscordError: Discord does not answer.
        DatabaseError: what was found could not be kept.
    """
    try:
        position, first = await _position(turn, scan)
        while position.searching_for != "history":
            if turn.is_over:
                return False
            page = first or await _ask(turn, position.searching_for, position)
            moved_to = await _keep(turn, scan, position, page)
            if moved_to is None:
                return False
            position, first = moved_to, None
    except errors.Forbidden as error:
        # Without the intent, the search is forbidden as well; that is told as what it is.
        await turn.content.confirm(turn.budget.count)
        _log.warning("Guild %s cannot be searched: %s", turn.guild_id, error)
        async with turn.database.transaction() as transaction:
            await turn.lease.fence(transaction)
            await guild_scans.skip_search(transaction, turn.guild_id, scan.id, str(error))
        turn.tally.steps += 1
    return True


async def _position(turn: Turn, scan: GuildScan) -> tuple[SearchPosition, models.SearchPage | None]:
    """Where the scan is; one that has not begun states first what it will take.

    Returns:
        The position, and its page, if that has been asked for already.
    """
    if scan.status == "queued" or scan.before_message_id is None:
        start = SearchPosition("video", _now(), 0, None)
        return start, await _start(turn, scan, start)
    position = SearchPosition(
        scan.searching_for, scan.before_message_id, scan.result_offset, scan.oldest_message_id
    )
    return position, None


async def _start(turn: Turn, scan: GuildScan, start: SearchPosition) -> models.SearchPage:
    """State what a scan will take; the first page of videos, which tells their number."""
    first = await _ask(turn, "video", start)
    totals = Totals(
        messages=(await _ask(turn, None, start)).total_results,
        videos=first.total_results,
        forwards=(await _ask(turn, "snapshot", start)).total_results,
    )
    async with turn.database.transaction() as transaction:
        await turn.lease.fence(transaction)
        channels = await scan_work.count_channels(
            transaction, turn.guild_id, with_nsfw=turn.own.scan_nsfw
        )
        predicted = prediction.predicted_requests(totals, channels)
        await guild_scans.start(
            transaction,
            turn.guild_id,
            scan,
            predicted_requests=predicted,
            total_results=totals.results,
            total_messages=totals.messages,
            before_message_id=start.before_message_id,
        )
        # The first page counts when it is kept.
        await guild_scans.add_effect(
            transaction, turn.guild_id, requests=prediction.QUESTIONS, clips=0
        )
    turn.tally.steps += 1
    _log.info(
        "Scanning guild %s: %d results of %d messages, about %d requests",
        *(turn.guild_id, totals.results, totals.messages, predicted),
    )
    return first


async def _ask(
    turn: Turn, has: Literal["video", "snapshot"] | None, position: SearchPosition
) -> models.SearchPage:
    """Ask for a page, and again while Discord indexes the guild."""
    pay = partial(turn.budget.take, for_background=True)
    while True:
        await turn.content.assure(pay)
        await pay()
        try:
            return await turn.discord.search_messages(
                turn.guild_id,
                has=has,
                before=position.before_message_id,
                offset=position.result_offset,
                include_nsfw=turn.own.scan_nsfw,
            )
        except errors.IndexNotReady as error:
            seconds = error.retry_after or _UNTOLD_WAIT_SECONDS
            if seconds > min(_LONGEST_WAIT_SECONDS, turn.stop_at - time.monotonic()):
                raise
            await asyncio.sleep(seconds)


async def _keep(
    turn: Turn, scan: GuildScan, was: SearchPosition, page: models.SearchPage
) -> SearchPosition | None:
    """Keep what a page brought; where to go on, None if nobody wants more of it."""
    now_at = following(was, page, _now())
    async with turn.database.transaction() as transaction:
        await turn.lease.fence(transaction)
        is_wanted = await guild_scans.advance(
            transaction, turn.guild_id, scan.id, was, now_at, page.size
        )
        if not is_wanted:
            return None
        saved = await _insert_clips(transaction, turn, page)
        await guild_scans.add_effect(transaction, turn.guild_id, requests=1, clips=saved)
    turn.tally.clips += saved
    turn.tally.steps += 1
    return now_at


async def _insert_clips(transaction: Transaction, turn: Turn, page: models.SearchPage) -> int:
    """Save the clips of a page that are in channels which are read; how many are new."""
    await scan_work.store_threads(transaction, turn.guild_id, page.threads)
    sources = await scan_work.select_sources(
        transaction,
        turn.guild_id,
        {message.channel_id for message in page.messages},
        with_nsfw=turn.own.scan_nsfw,
    )
    posted = [
        (message, turn.clips_of(message, sources[message.channel_id].settings).clips)
        for message in page.messages
        if message.channel_id in sources
    ]
    new = await stored_clips.insert_clips(
        transaction, turn.guild_id, posted, keep_text=turn.own.keep_message_text
    )
    return len(new)


def _now() -> int:
    return snowflakes.least_at(datetime.now(UTC))
