"""Scans of whole guilds: asked for with `/scan start`, or got by a guild because it was new.

A scan has three parts, told by `searching_for`: Discord's search for videos, its search for
messages that forward others, and the proof of history, which reads every message of every channel.
It is open (`queued`, `running`) until all three are done; a guild has one open scan at most. A
guild whose latest scan was canceled is read for new messages only, until another is asked for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from functions.shared import errors, models
from functions.shared.db import queries, scan_coverage, scan_requests, scan_runs
from functions.shared.db.connection import Transaction
from functions.shared.db.scan_coverage import ChannelProgress

_SQL: Final = queries.load("guild_scans")

ScanStatus = Literal["queued", "running", "succeeded", "failed", "canceled"]
"""What the column takes. Nothing here fails a scan; an operator may, by SQL, and it is shown."""

ScanPart = Literal["video", "snapshot", "history"]


@dataclass(frozen=True, slots=True)
class SearchPosition:
    """Where the search of a guild is.

    Attributes:
        before_message_id: Only older messages are asked for; fixed at the start of a part, so that
            new ones do not move the pages.
        result_offset: How many results were passed since.
        oldest_message_id: The oldest result so far, from where to go on beyond the offset's cap.
    """

    searching_for: ScanPart
    before_message_id: int
    result_offset: int
    oldest_message_id: int | None


@dataclass(frozen=True, slots=True)
class GuildScan:
    """A scan of a guild.

    Attributes:
        predicted_requests: How many requests to Discord all of it will take: at first the least
            that is known, and a real prediction from the moment that it is running.
        requests: How many were sent for it so far.
        total_results: Messages that the search will bring; None until Discord was asked.
        results_seen: Those that it has brought.
        clips_saved: Clips that were not known before.
        paused_until: When it goes on, if the daily budget is spent or Discord asked to wait.
        error_message: Why it is paused, or what went wrong.
        seconds_at_work: How long it has been running, pauses aside; None before it began.
    """

    id: UUID
    status: ScanStatus
    predicted_requests: int | None
    requests: int
    searching_for: ScanPart
    total_results: int | None
    results_seen: int
    clips_saved: int
    before_message_id: int | None
    oldest_message_id: int | None
    result_offset: int
    paused_until: datetime | None
    error_message: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds_at_work: float | None

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do for it."""
        return self.status in ("queued", "running")


@dataclass(frozen=True, slots=True)
class Progress:
    """What `/scan status` tells.

    Attributes:
        scan: The open scan, or the latest; None if there never was one.
        requests_today: Requests sent for scanning this guild today (UTC), against
            `scan_daily_requests_per_guild`.
        channels: How far each channel's history is proven, those with the least first.
    """

    scan: GuildScan | None
    requests_today: int
    channels: list[ChannelProgress]


async def request(
    transaction: Transaction,
    guild_id: models.GuildId,
    requested_by: models.UserId | None,
    *,
    with_nsfw: bool,
) -> GuildScan:
    """Ask for a scan; if one is open, that one is returned.

    The scan function does nothing before it is told: send `{"kind": "scan", "guild_id": "..."}` to
    its queue after the commit (`functions.shared.queue.ScanQueue`).

    Raises:
        UnknownGuild: no sync has seen the guild.
    """
    added = await transaction.execute(
        _SQL["insert_scan"], guild_id=guild_id, requested_by=requested_by, with_nsfw=with_nsfw
    )
    if added:
        await transaction.execute(_SQL["forget_listings"], guild_id=guild_id)
    scan = await select_latest(transaction, guild_id)
    if scan is None or not scan.is_open:
        raise errors.UnknownGuild(guild_id)
    return scan


async def cancel(transaction: Transaction, guild_id: models.GuildId) -> bool:
    """Cancel the open scan, its channels too; whether there was one.

    What is being read at this moment may still be saved. New messages go on being read.
    """
    canceled = await transaction.execute(_SQL["cancel_open"], guild_id=guild_id) == 1
    if canceled:
        await scan_runs.cancel_open(transaction, guild_id)
    return canceled


async def progress(
    transaction: Transaction, guild_id: models.GuildId, *, with_nsfw: bool
) -> Progress:
    """What is known of a guild's scanning."""
    return Progress(
        scan=await select_latest(transaction, guild_id),
        requests_today=await scan_requests.count_today(transaction, guild_id),
        channels=await scan_coverage.select_progress(transaction, guild_id, with_nsfw=with_nsfw),
    )


async def select_latest(transaction: Transaction, guild_id: models.GuildId) -> GuildScan | None:
    """The open scan, or the one that ended last; None if there never was one."""
    return await transaction.one(GuildScan, _SQL["select_latest"], guild_id=guild_id)


async def assure_wanted(transaction: Transaction, guild_id: models.GuildId) -> None:
    """Make sure that a guild's history is wanted, and stays so until the transaction ends.

    Raises:
        ScanCanceled: somebody canceled the latest scan.
    """
    status = await transaction.value(_SQL["lock_latest"], guild_id=guild_id)
    if status == "canceled":
        raise errors.ScanCanceled(f"The scan of guild {guild_id} was canceled")


async def start(
    transaction: Transaction,
    guild_id: models.GuildId,
    scan: GuildScan,
    *,
    predicted_requests: int,
    total_results: int,
    total_messages: int,
    before_message_id: int,
) -> None:
    """State what a queued scan will take, and let it run."""
    await transaction.execute(
        _SQL["start_scan"],
        guild_id=guild_id,
        id=scan.id,
        predicted_requests=predicted_requests,
        total_results=total_results,
        total_messages=total_messages,
        before_message_id=before_message_id,
    )


async def advance(
    transaction: Transaction,
    guild_id: models.GuildId,
    scan_id: UUID,
    was: SearchPosition,
    now_at: SearchPosition,
    results: int,
) -> bool:
    """Move the search on by a page; False if it is elsewhere, or the scan no longer running."""
    advanced = await transaction.execute(
        _SQL["advance_scan"],
        guild_id=guild_id,
        id=scan_id,
        searching_for=now_at.searching_for,
        before_message_id=now_at.before_message_id,
        oldest_message_id=now_at.oldest_message_id,
        result_offset=now_at.result_offset,
        results=results,
        was_searching_for=was.searching_for,
        was_before_message_id=was.before_message_id,
        was_result_offset=was.result_offset,
    )
    return advanced == 1


async def skip_search(
    transaction: Transaction, guild_id: models.GuildId, scan_id: UUID, reason: str
) -> None:
    """Go on with history alone, because Discord refuses the search."""
    await transaction.execute(_SQL["skip_search"], guild_id=guild_id, id=scan_id, reason=reason)


async def add_effect(
    transaction: Transaction, guild_id: models.GuildId, *, requests: int, clips: int
) -> None:
    """Count what was done for the open scan, if there is one."""
    await transaction.execute(_SQL["add_effect"], guild_id=guild_id, requests=requests, clips=clips)


async def pause(
    transaction: Transaction, guild_id: models.GuildId, until: datetime, reason: str
) -> None:
    """Say why nothing happens, and until when; only new messages are read meanwhile."""
    await transaction.execute(_SQL["pause_latest"], guild_id=guild_id, until=until, reason=reason)


async def finish(transaction: Transaction, guild_id: models.GuildId) -> bool:
    """Close the open scan if its search is done; whether there was one."""
    return await transaction.execute(_SQL["finish_open"], guild_id=guild_id) == 1
