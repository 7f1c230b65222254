"""Reading the messages of channels, page by page, and keeping what a batch of pages brought.

A batch is read first and kept afterwards, as one transaction: its clips, the interval that it
proves, and the counters. Whoever is killed in between has read for nothing and will read it again;
nothing is lost and nothing counts twice.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from functions.scan import access, intervals
from functions.scan.intervals import Interval, Step
from functions.scan.turn import Turn
from functions.shared import errors, models, parallel
from functions.shared.db import clips as stored_clips
from functions.shared.db import guild_scans, scan_coverage, scan_runs, scan_work
from functions.shared.db.connection import Transaction
from functions.shared.db.scan_runs import RunKind
from functions.shared.discord import codes

_log = logging.getLogger("discord_clip_saver.scan")

_PAGES_PER_BATCH: Final = 40
"""Few enough to lose little, and so many that the question after each costs a fortieth."""

_REFUSALS: Final = (
    errors.Forbidden,
    errors.NotFound,
    errors.BadRequest,
    errors.UnexpectedPayload,
)
"""Answers that will be the same in a minute; the channel is left alone for an hour."""
_OUTAGES: Final = (errors.DiscordServerError, errors.DiscordUnreachable)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A channel and what to read of it.

    Attributes:
        gaps: Intervals of message ids, in the order in which they are read.
        settings: The channel's own, unchecked.
    """

    channel_id: models.ChannelId
    gaps: tuple[Interval, ...]
    settings: object


@dataclass(slots=True)
class _Batch:
    """Pages of one channel, one beside the other, that were read and not kept yet."""

    proven: Interval | None = None
    messages: dict[int, models.Message] = field(default_factory=dict)
    ids: set[int] = field(default_factory=set)
    thread_ids: set[models.ChannelId] = field(default_factory=set)
    unreadable: int = 0
    requests: int = 0

    def add(self, page: models.MessagePage, proven: Interval) -> None:
        before = self.proven or proven
        self.proven = Interval(min(before.first, proven.first), max(before.last, proven.last))
        self.ids.update(number for number in page.ids if proven.first <= number <= proven.last)
        self.thread_ids |= page.thread_ids
        self.unreadable += page.size - len(page.messages)
        self.messages |= {
            message.id: message
            for message in page.messages
            if proven.first <= message.id <= proven.last and message.attachments
        }


class Reading:
    """Reads channels of one guild: new messages (`live`) upward, history downward."""

    def __init__(self, turn: Turn, kind: RunKind) -> None:
        self._turn = turn
        self._kind = kind
        self._step: Callable[[Interval, models.MessagePage], Step] = (
            intervals.read_upward if kind == "live" else intervals.read_downward
        )
        self._obstacles: list[errors.ClipSaverError] = []

    async def read(self, assignments: Iterable[Assignment]) -> None:
        """Read channels, several at a time, until all are read or the time is up.

        Raises:
            Unauthorized: the bot token is wrong.
            RateLimited: Discord asks for a longer wait than there is time for.
            MessageContentOff: what would be read would be blank.
            BudgetSpent: the guild has no more requests today.
            ScanCanceled: nobody wants the rest of it.
            LeaseLost: another run scans this guild.
            DatabaseError: what was read could not be kept.
        """
        await parallel.work_off(assignments, self._read_channel, self._turn.stop_at)
        if self._obstacles:
            raise self._obstacles[0]

    async def _read_channel(self, assignment: Assignment) -> None:
        if self._obstacles:
            return
        try:
            run_id = await self._begin(assignment)
        except errors.ScanCanceled as error:
            self._obstacles.append(error)
            return
        try:
            is_ended = await self._read_gaps(run_id, assignment)
        except _REFUSALS as error:
            _log.warning("Channel %s cannot be read: %s", assignment.channel_id, error)
            await self._end(run_id, "failed", str(error))
            if error.code == codes.UNKNOWN_CHANNEL:
                await self._mark_thread_deleted(assignment.channel_id)
        except _OUTAGES as error:
            _log.warning("Channel %s is read later: %s", assignment.channel_id, error)
            await self._end(run_id, "queued", str(error))
        except errors.ClipSaverError as error:
            # It holds for every channel; the others end their batches and find out by themselves.
            self._obstacles.append(error)
            if not isinstance(error, errors.DatabaseError | errors.LeaseLost):
                await self._end(run_id, "queued", str(error))
        else:
            if not is_ended:
                await self._end(run_id, "queued")

    async def _read_gaps(self, run_id: UUID, assignment: Assignment) -> bool:
        """Read gap by gap; False if the run is to go on later."""
        *others, last = assignment.gaps
        for gap in others:
            if not await self._read_gap(run_id, assignment, gap):
                return False
        return await self._read_gap(run_id, assignment, last, is_last=True)

    async def _read_gap(
        self, run_id: UUID, assignment: Assignment, gap: Interval, *, is_last: bool = False
    ) -> bool:
        """Read a gap batch by batch, and end the run with the last one; False if time is up."""
        rest: Interval | None = gap
        while rest is not None:
            if self._turn.is_over or self._obstacles:
                return False
            await self._turn.content.assure(self._pay)
            batch = _Batch()
            try:
                rest = await self._read_batch(batch, assignment.channel_id, rest)
            except errors.ClipSaverError:
                # The pages before it are worth keeping.
                await self._keep(run_id, assignment, batch)
                raise
            is_end = is_last and rest is None
            await self._keep(run_id, assignment, batch, is_end=is_end)
        return True

    async def _read_batch(
        self, batch: _Batch, channel_id: models.ChannelId, gap: Interval
    ) -> Interval | None:
        """Read pages of a gap; what is left of it."""
        rest: Interval | None = gap
        for _ in range(_PAGES_PER_BATCH):
            if rest is None or self._turn.is_over:
                break
            page = await self._page(channel_id, rest)
            batch.requests += 1
            if not page.size:
                await access.assure(self._turn, channel_id, for_background=self._kind == "history")
                # The permission may have come only after the page.
                page = await self._page(channel_id, rest)
                batch.requests += 1
            proven, left = self._step(rest, page)
            batch.add(page, proven)
            rest = left
        return rest

    async def _pay(self) -> None:
        await self._turn.budget.take(for_background=self._kind == "history")

    async def _page(self, channel_id: models.ChannelId, gap: Interval) -> models.MessagePage:
        await self._pay()
        if self._kind == "live":
            # No message has the id 0.
            after = max(0, gap.first - 1)
            return await self._turn.discord.list_messages(channel_id, after=after)
        return await self._turn.discord.list_messages(channel_id, before=gap.last + 1)

    async def _begin(self, assignment: Assignment) -> UUID:
        async with self._turn.database.transaction() as transaction:
            await self._turn.lease.fence(transaction)
            if self._kind == "history":
                await guild_scans.assure_wanted(transaction, self._turn.guild_id)
            return await scan_runs.begin(
                transaction,
                self._turn.guild_id,
                assignment.channel_id,
                self._kind,
                after_message_id=max(0, min(gap.first for gap in assignment.gaps) - 1),
                before_message_id=max(gap.last for gap in assignment.gaps) + 1,
            )

    async def _end(
        self,
        run_id: UUID,
        status: Literal["queued", "failed"],
        reason: str | None = None,
    ) -> None:
        async with self._turn.database.transaction() as transaction:
            await self._turn.lease.fence(transaction)
            await scan_runs.end(transaction, self._turn.guild_id, run_id, status, reason)

    async def _mark_thread_deleted(self, channel_id: models.ChannelId) -> None:
        async with self._turn.database.transaction() as transaction:
            await self._turn.lease.fence(transaction)
            await scan_work.mark_thread_deleted(transaction, self._turn.guild_id, channel_id)

    async def _keep(
        self, run_id: UUID, assignment: Assignment, batch: _Batch, *, is_end: bool = False
    ) -> None:
        """Keep what a batch brought, and the run's end with it."""
        if batch.proven is None:
            return
        guild_id, channel_id = self._turn.guild_id, assignment.channel_id
        await self._turn.content.confirm(self._turn.budget.count)
        async with self._turn.database.transaction() as transaction:
            await self._turn.lease.fence(transaction)
            matched, saved = await self._insert_clips(transaction, assignment, batch)
            await scan_coverage.add_interval(transaction, guild_id, channel_id, *batch.proven)
            await scan_work.note_scanned(transaction, guild_id, channel_id, len(batch.ids))
            is_wanted = await scan_runs.add_progress(
                transaction, guild_id, run_id, scanned=len(batch.ids), matched=matched
            )
            if self._kind == "history":
                await guild_scans.add_effect(
                    transaction, guild_id, requests=batch.requests, clips=saved
                )
            elif batch.thread_ids:
                await scan_work.note_missed_threads(
                    transaction, guild_id, channel_id, batch.thread_ids
                )
            if is_end:
                await scan_runs.end(transaction, guild_id, run_id, "succeeded")
        self._turn.tally.messages += len(batch.ids)
        self._turn.tally.unreadable += batch.unreadable
        self._turn.tally.clips += saved
        self._turn.tally.steps += 1
        if not is_wanted:
            raise errors.ScanCanceled(f"The scan of guild {guild_id} was canceled")

    async def _insert_clips(
        self, transaction: Transaction, assignment: Assignment, batch: _Batch
    ) -> tuple[int, int]:
        """Save the clips of a batch; how many messages had some, and how many clips are new."""
        posted = [
            (message, found)
            for message in batch.messages.values()
            if message.channel_id == assignment.channel_id
            and (found := self._turn.clips_of(message, assignment.settings).clips)
        ]
        new = await stored_clips.insert_clips(
            transaction,
            self._turn.guild_id,
            posted,
            keep_text=self._turn.own.keep_message_text,
        )
        return len(posted), len(new)
