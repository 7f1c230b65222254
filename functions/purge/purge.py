"""What has expired, and how it is deleted: in batches, each its own transaction.

A batch is small enough that nobody notices its locks, and rows that somebody holds are left for the
next run. Whatever ends a run early, the next one continues; nothing is lost by running twice.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from functions.purge import measures
from functions.shared import errors, models, settings
from functions.shared import measures as shared_measures
from functions.shared.db import (
    channels,
    clips,
    guilds,
    install_intents,
    job_runs,
    processed_interactions,
    scan_runs,
)
from functions.shared.db.connection import Database, Transaction
from functions.shared.metrics import Metrics, Unmeasured

_log = logging.getLogger("discord_clip_saver.purge")

_ANSWER_SECONDS: Final = 3.0
"""Time kept for the answer."""

Batch = Callable[[Transaction], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Purge:
    """The parts of a warm environment that purges.

    Attributes:
        metrics: Who keeps the figures.
        database_capacity_mb: The room that the database has; 0 where nobody knows.
    """

    database: Database
    settings: settings.DatabaseSettings
    metrics: Metrics = field(default_factory=Unmeasured)
    database_capacity_mb: int = 0

    async def handle(self, event: Mapping[str, Any], seconds_left: float) -> dict[str, Any]:
        """Delete what has expired, or with `{"dry_run": true}` count it.

        Args:
            event: `{}`, a schedule's payload, or `{"dry_run": true}`.
            seconds_left: How long this invocation may still take.

        Returns:
            Rows deleted per table, and whether there was time for all of them:
            `{"complete": true, "install_intents": 3, ...}`.

        Raises:
            InvalidEvent: `dry_run` is not true or false.
            DatabaseError: the database failed; what was deleted before stays deleted.
        """
        dry_run = event.get("dry_run", False)
        if not isinstance(dry_run, bool):
            raise errors.InvalidEvent(f"dry_run must be true or false, it is {dry_run!r}")
        _log.info('Running job "purge_install_intents_job"')
        if dry_run:
            return await self._count()
        failures = 1
        try:
            summary = await self._run(time.monotonic() + seconds_left - _ANSWER_SECONDS)
            failures = 0
            return summary
        finally:
            self.metrics.add("PurgeFailures", failures)
            shared_measures.add_statements(self.metrics, self.database.statistics)
            self.metrics.flush()

    async def _run(self, stop_at: float) -> dict[str, Any]:
        async with self.database.transaction() as transaction:
            await job_runs.note_start(transaction, "purge")
        summary = await self._delete(stop_at)
        if summary["complete"]:
            async with self.database.transaction() as transaction:
                await job_runs.note_success(transaction, "purge", summary)
        if self.metrics.is_on:
            await measures.add_health(self.metrics, self.database, self.database_capacity_mb)
        return summary

    async def _count(self) -> dict[str, Any]:
        limits = self.settings
        guild_days = limits.guild_archive_retention_days
        async with self.database.transaction() as transaction:
            return {
                "dry_run": True,
                "install_intents": await install_intents.count_expired(
                    transaction, limits.install_intent_purge_grace_seconds
                ),
                "scan_runs": await scan_runs.count_expired(
                    transaction, limits.scan_run_retention_days
                ),
                "processed_interactions": await processed_interactions.count_old(
                    transaction, limits.processed_interaction_retention_days
                ),
                "guilds": await guilds.count_expired_guilds(transaction, guild_days)
                if guild_days
                else 0,
            }

    async def _delete(self, stop_at: float) -> dict[str, Any]:
        limits, size = self.settings, self.settings.batch_size
        grace = limits.install_intent_purge_grace_seconds
        intents, intents_done = await self._in_batches(
            lambda t: install_intents.delete_expired(t, grace, size), stop_at
        )
        _log.info("purge_install_intents: deleted=%d grace_seconds=%d", intents, grace)
        days = limits.scan_run_retention_days
        runs, runs_done = await self._in_batches(
            lambda t: scan_runs.delete_expired(t, days, size), stop_at
        )
        keep = limits.processed_interaction_retention_days
        processed, processed_done = await self._in_batches(
            lambda t: processed_interactions.delete_old(t, keep, size), stop_at
        )
        removed, guilds_done = await self._delete_guilds(stop_at)
        return {
            "complete": intents_done and runs_done and processed_done and guilds_done,
            "install_intents": intents,
            "scan_runs": runs,
            "processed_interactions": processed,
            "guilds": removed,
        }

    async def _in_batches(self, batch: Batch, stop_at: float) -> tuple[int, bool]:
        """Repeat a batch until one is not full; rows deleted, and whether time sufficed.

        A batch that is not full left only rows that somebody holds at this moment. Waiting for them
        could outlast the run, and they may be about to change: the next run looks at them again.
        """
        deleted = 0
        while time.monotonic() < stop_at:
            async with self.database.transaction() as transaction:
                found = await batch(transaction)
            deleted += found
            if found < self.settings.batch_size:
                return deleted, True
        return deleted, False

    async def _delete_guilds(self, stop_at: float) -> tuple[int, bool]:
        """Remove guilds left longer ago than they are kept; how many, and whether time sufficed."""
        days, size = self.settings.guild_archive_retention_days, self.settings.batch_size
        if days == 0:
            return 0, True
        removed = 0
        last = models.GuildId(0)
        while time.monotonic() < stop_at:
            async with self.database.transaction() as transaction:
                expired = await guilds.select_expired_guilds(transaction, days, size, after=last)
            for guild_id in expired:
                last = guild_id
                gone, in_time = await self._delete_guild(guild_id, stop_at)
                removed += gone
                if not in_time:
                    return removed, False
            if len(expired) < size:
                return removed, True
        return removed, False

    async def _delete_guild(self, guild_id: models.GuildId, stop_at: float) -> tuple[bool, bool]:
        """Delete one guild bottom up, so that no cascade becomes long.

        Returns:
            Whether it is gone, and whether time sufficed. One that somebody holds, or whose rows
            somebody holds, is left for the next run.
        """
        size = self.settings.batch_size

        async def runs_batch(transaction: Transaction) -> int:
            if not await _is_still_left(transaction, guild_id):
                return 0
            return await scan_runs.delete_of_guild(transaction, guild_id, size)

        async def clips_batch(transaction: Transaction) -> int:
            if not await _is_still_left(transaction, guild_id):
                return 0
            return await clips.delete_of_guild(transaction, guild_id, size)

        async def channels_batch(transaction: Transaction) -> int:
            if not await _is_still_left(transaction, guild_id):
                return 0
            return await channels.delete_channels(transaction, guild_id, size)

        for batch in (runs_batch, clips_batch, channels_batch):
            _, in_time = await self._in_batches(batch, stop_at)
            if not in_time:
                return False, False
        async with self.database.transaction() as transaction:
            gone = await _is_still_left(transaction, guild_id) and await guilds.delete_left_guild(
                transaction, guild_id
            )
        if gone:
            _log.info("Removed guild %s, left too long ago", guild_id)
        return gone, True


async def _is_still_left(transaction: Transaction, guild_id: models.GuildId) -> bool:
    """Lock the guild: one that returns while it is being removed keeps what it still has."""
    guild = await guilds.lock_guild(transaction, guild_id)
    return guild is not None and guild.state == "left"
