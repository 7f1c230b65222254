"""A full sync: every guild that the bot's list has, and those it no longer has.

    lease -> application and guild list -> who left? -> breaker -> guild by guild, several at a time

It ends before its Lambda does. What it did not reach has the oldest `synced_at` and comes first
next time.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from functions.shared import errors, models, settings
from functions.shared.db import guilds, job_runs
from functions.shared.db.connection import Database, Transaction
from functions.shared.discord.client import DiscordClient
from functions.shared.reconcile import breaker
from functions.shared.reconcile.guild import Fence, Reconciler
from functions.sync import endpoint, guild_turns
from functions.sync.event import SyncRequest
from functions.sync.guild_sync import GuildSync
from functions.sync.lease import run_lease
from functions.sync.summary import Progress, Summary

_log = logging.getLogger("discord_clip_saver.sync")

_WORKERS: Final = 16
"""Guilds in work at once: enough to keep the allowed rate full while answers take 0.5 s."""
_NAMES_LOGGED: Final = 50
_UNKNOWN_GUILD: Final = 10004


@dataclass(frozen=True, slots=True)
class FullRun:
    """The parts of a full run.

    Attributes:
        stop_at: The instant of `time.monotonic` after which no further guild is begun.
        expected_url: Where the application's endpoints should be; None if nobody told.
    """

    discord: DiscordClient
    database: Database
    settings: settings.Settings
    request: SyncRequest
    progress: Progress
    stop_at: float
    expected_url: str | None

    async def run(self) -> Summary:
        """Sync everything.

        Raises:
            Unauthorized: the bot token is wrong.
            DiscordError: the guild list could not be read.
            DatabaseError: the database failed the run as a whole.
            LeaseLost: another run took over.
        """
        if self.request.dry_run:
            return await self._run(_unfenced)
        async with run_lease(self.database) as lease:
            if lease is None:
                return Summary(complete=False, skipped="Another sync is running; it does the work.")
            async with self.database.transaction() as transaction:
                await job_runs.note_start(transaction, "sync")
            summary = await self._run(lease.fence)
            if summary.complete:
                result = summary.as_json(self.discord.statistics)
                async with self.database.transaction() as transaction:
                    await job_runs.note_success(transaction, "sync", result)
            return summary

    async def _run(self, fence: Fence) -> Summary:
        summary = Summary(dry_run=self.request.dry_run)
        application, entries = await asyncio.gather(
            self.discord.get_application(), self.discord.list_guilds()
        )
        _log_names(entries)
        summary.guilds["seen"] = len(entries)
        summary.drift = endpoint.drift(application, self.expected_url)
        for difference in summary.drift:
            _log.warning("Application endpoint drift: %s", difference)
        async with self.database.transaction() as transaction:
            turns = await guilds.select_sync_order(transaction)
        left = await self._confirm_left(guild_turns.missing(entries, turns))
        present = sum(turn.state == "present" for turn in turns)
        if self._guild_breaker_trips(len(left), present):
            summary.trip_breaker(breaker.explain(len(left), present, "guilds"))
            summary.complete = False
            _log.error("Sync stopped: %s", summary.breaker)
            return summary
        await self._mark_left(left, fence, summary)
        bot_user_id = application.bot_user_id or (await self.discord.get_current_user()).id
        reconciler = Reconciler(
            discord=self.discord,
            database=self.database,
            bot_user_id=bot_user_id,
            defaults=self.settings.guild,
            with_threads=self.settings.sync.sync_active_threads,
        )
        work = guild_turns.in_order(entries, {turn.guild_id: turn for turn in turns})
        rotation = guild_turns.in_rotation(turns)
        self.progress.started(len(work))
        turn = GuildSync(
            reconciler, self.settings.sync, self.request, fence, summary, self.progress
        )
        summary.complete = await self._work_off(iter(work), rotation, turn)
        return summary

    async def _work_off(
        self,
        work: Iterator[models.GuildEntry],
        rotation: frozenset[models.GuildId],
        turn: GuildSync,
    ) -> bool:
        """Let several workers take guild after guild; whether there was time for all.

        The first error that ends everything is raised.
        """

        async def worker() -> None:
            while time.monotonic() < self.stop_at and (entry := next(work, None)):
                try:
                    await turn.sync(entry, refresh_member=entry.id in rotation)
                except errors.GuildBusy:
                    # The other run's answer is at least as new, and it writes it.
                    _log.info("Guild %s is being synced by another run", entry.id)

        async with _first_error_only(), asyncio.TaskGroup() as group:
            for _ in range(_WORKERS):
                group.create_task(worker())
        return next(work, None) is None

    async def _confirm_left(self, missing: list[models.GuildId]) -> list[models.GuildId]:
        """Those of the missing guilds that Discord says the bot is not in (10004)."""

        async def is_left(guild_id: models.GuildId) -> bool:
            try:
                await self.discord.get_guild(guild_id)
            except errors.NotFound as error:
                return error.code == _UNKNOWN_GUILD
            except errors.Unauthorized:
                raise
            except errors.DiscordError as error:
                _log.warning("Guild %s is missing from the list: %s", guild_id, error)
            return False

        answers = await asyncio.gather(*map(is_left, missing))
        return [guild_id for guild_id, gone in zip(missing, answers, strict=True) if gone]

    def _guild_breaker_trips(self, left: int, present: int) -> bool:
        return not self.request.force and breaker.trips(
            left,
            present,
            share=self.settings.sync.sync_breaker_guild_share,
            minimum=self.settings.sync.sync_breaker_guild_minimum,
        )

    async def _mark_left(self, left: list[models.GuildId], fence: Fence, summary: Summary) -> None:
        summary.guilds["left"] = len(left)
        if self.request.dry_run:
            return
        for guild_id in left:
            async with self.database.transaction() as transaction:
                await fence(transaction)
                if await guilds.mark_left(transaction, guild_id):
                    _log.info("Left guild %s", guild_id)


async def _unfenced(transaction: Transaction) -> None:
    """A dry run writes nothing that would need guarding."""


@asynccontextmanager
async def _first_error_only() -> AsyncIterator[None]:
    """Raise what ended the group, rather than the group."""
    try:
        yield
    except ExceptionGroup as group:
        raise group.exceptions[0] from group


def _log_names(entries: list[models.GuildEntry]) -> None:
    names = ", ".join(entry.name for entry in entries[:_NAMES_LOGGED])
    more = len(entries) - _NAMES_LOGGED
    _log.info("Accessible guilds: %s", f"{names} and {more} more" if more > 0 else names)
