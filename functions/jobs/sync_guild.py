"""The job behind `/sync` and a new install: one guild is synced, and told as a sentence."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

from functions.jobs import answer
from functions.jobs.answer import Answer
from functions.shared import errors, jobs, models, settings, texts
from functions.shared.db import guilds, processed_interactions
from functions.shared.db.connection import Database, Transaction
from functions.shared.discord.client import DiscordClient
from functions.shared.reconcile.request import SyncRequest
from functions.shared.reconcile.summary import Summary, Unwatched
from functions.shared.reconcile.targeted_run import TargetedRun

_BUSY_TRIES: Final = 5
_BUSY_SECONDS: Final = 1.0
"""A guild is busy for as long as one transaction takes; waiting beats the way through the queue."""
_KINDS: Final = ("added", "updated", "returned", "hidden", "archived", "deleted", "unknown")


async def run(
    job: jobs.Job, discord: DiscordClient, database: Database, tunables: settings.Settings
) -> Answer:
    """Sync the guild, unless somebody asked for it a moment ago.

    Returns:
        What to tell whoever waits.

    Raises:
        GuildBusy: another run is writing it all the time.
        ClipSaverError: the sync failed.
    """
    words = texts.of(job.ticket.locale if job.ticket else "")
    if job.ticket and (waiting := await _cooldown(job.guild_id, database, tunables)):
        when, again = map(_relative, waiting)
        return answer.sentence(words.sync_too_soon.format(when=when, again=again))

    async def record(transaction: Transaction) -> None:
        """In the transaction that writes: a second delivery then finds it done."""
        if job.ticket:
            await processed_interactions.record(transaction, job.ticket.interaction_id)

    run = TargetedRun(
        discord=discord,
        database=database,
        settings=tunables,
        request=SyncRequest(guild_ids=(job.guild_id,)),
        progress=Unwatched(),
        stop_at=discord.deadline,
        fence=record,
    )
    for attempt in range(1, _BUSY_TRIES + 1):
        try:
            return answer.sentence(_told(await run.run(), words))
        except errors.GuildBusy:
            if attempt == _BUSY_TRIES:
                raise
            await asyncio.sleep(_BUSY_SECONDS)
    raise AssertionError("the loop returns or raises")


async def _cooldown(
    guild_id: models.GuildId, database: Database, tunables: settings.Settings
) -> tuple[datetime, datetime] | None:
    """When the guild was synced and when it may be again; None if it may be now."""
    async with database.transaction() as transaction:
        guild = await guilds.select_guild(transaction, guild_id)
    if guild is None or guild.synced_at is None:
        return None
    again = guild.synced_at + timedelta(seconds=tunables.sync.sync_command_cooldown_seconds)
    return (guild.synced_at, again) if datetime.now(UTC) < again else None


def _told(summary: Summary, words: texts.Texts) -> str:
    if summary.breaker:
        return words.sync_held_back.format(reason=summary.breaker)
    if summary.guilds["left"] or summary.guilds["absent"]:
        return words.sync_left
    if summary.guilds["failed"] or not summary.complete:
        return words.sync_failed.format(reason=words.went_wrong)
    changes = [
        words.sync_change.format(count=summary.channels[kind], kind=getattr(words, f"kind_{kind}"))
        for kind in _KINDS
        if summary.channels[kind]
    ]
    return words.sync_done.format(changes=", ".join(changes) or words.sync_no_changes)


def _relative(instant: datetime) -> str:
    return f"<t:{int(instant.timestamp())}:R>"
