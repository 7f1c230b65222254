"""A full sync: every guild that the bot's list has, and those it no longer has.

    lease -> application and guild list -> who left? -> breaker -> guild by guild, several at a time

It ends before its Lambda does. What it did not reach has the oldest `synced_at` and comes first
next time. A run is complete when every guild had its turn since the last complete one: where there
are more guilds than a Lambda has time for, every second or third run is.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.shared import errors, models, parallel, settings
from functions.shared.db import guilds, job_runs
from functions.shared.db.connection import Database, Transaction
from functions.shared.discord.client import DiscordClient
from functions.shared.lease import run_lease
from functions.shared.reconcile import breaker, departures
from functions.shared.reconcile.guild import Fence, Reconciler
from functions.shared.reconcile.guild_sync import GuildSync
from functions.shared.reconcile.request import SyncRequest
from functions.shared.reconcile.summary import Progress, Summary
from functions.sync import endpoint, guild_turns

_log = logging.getLogger("discord_clip_saver.sync")

_LEASE: Final = "sync"
_NAMES_LOGGED: Final = 50


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
        async with run_lease(self.database, _LEASE) as lease:
            if lease is None:
                return Summary(complete=False, skipped="Another sync is running; it does the work.")
            async with self.database.transaction() as transaction:
                await job_runs.note_start(transaction, "sync")
            summary = await self._run(lease.fence)
            if summary.is_success:
                result = summary.as_json(self.discord.statistics)
                async with self.database.transaction() as transaction:
                    await lease.fence(transaction)
                    await job_runs.note_success(transaction, "sync", result)
            return summary

    async def _run(self, fence: Fence) -> Summary:
        summary = Summary(dry_run=self.request.dry_run)
        application = await self._read_application()
        entries = await self.discord.list_guilds()
        _log_names(entries)
        summary.guilds["seen"] = len(entries)
        if application:
            summary.message_content = application.reads_message_content
            summary.drift = endpoint.drift(application, self.expected_url)
            for difference in summary.drift:
                _log.warning("Application endpoint drift: %s", difference)
        async with self.database.transaction() as transaction:
            turns = await guilds.select_sync_order(transaction)
            last_complete = await job_runs.select_last_success(transaction, "sync")
        left = await self._confirm_left(guild_turns.missing(entries, turns))
        present = sum(turn.state == "present" for turn in turns)
        if self._guild_breaker_trips(len(left), present):
            summary.trip_breaker(breaker.explain(len(left), present, "guilds"))
            summary.complete = False
            _log.error("Sync stopped: %s", summary.breaker)
            return summary
        await self._mark_left(left, fence, summary)
        bot_user_id = application.bot_user_id if application else None
        reconciler = Reconciler(
            discord=self.discord,
            database=self.database,
            bot_user_id=bot_user_id or (await self.discord.get_current_user()).id,
            defaults=self.settings.guild,
            with_threads=self.settings.sync.sync_active_threads,
        )
        turn = GuildSync(
            reconciler, self.settings.sync, self.request, fence, summary, self.progress
        )
        await self._sync_each(entries, turns, last_complete, turn)
        return summary

    async def _read_application(self) -> models.Application | None:
        """The application; None if Discord does not tell, for the guilds need not wait for it."""
        try:
            return await self.discord.get_application()
        except (errors.Unauthorized, errors.InvalidRequestBudget):
            raise
        except errors.DiscordError as error:
            _log.warning("The application's endpoints are not checked this time: %s", error)
            return None

    async def _sync_each(
        self,
        entries: list[models.GuildEntry],
        turns: list[guilds.SyncTurn],
        last_complete: datetime | None,
        guild: GuildSync,
    ) -> None:
        by_id = {turn.guild_id: turn for turn in turns}
        work = guild_turns.in_order(entries, by_id)
        rotation = guild_turns.in_rotation(turns)
        self.progress.started(len(work))

        async def sync(entry: models.GuildEntry) -> None:
            try:
                await guild.sync(entry, refresh_member=entry.id in rotation)
            except errors.GuildBusy:
                # The other run's answer is at least as new, and it writes it.
                _log.info("Guild %s is being synced by another run", entry.id)

        begun = await parallel.work_off(work, sync, self.stop_at)
        if begun < guild_turns.pending(entries, by_id, last_complete):
            guild.summary.complete = False

    async def _confirm_left(self, missing: list[guilds.SyncTurn]) -> list[guilds.SyncTurn]:
        """Those of the missing guilds that Discord says the bot is not in."""
        left: list[guilds.SyncTurn] = []

        async def confirm(turn: guilds.SyncTurn) -> None:
            if await departures.is_confirmed(self.discord, turn.guild_id):
                left.append(turn)

        await parallel.work_off(missing, confirm, self.stop_at)
        return left

    def _guild_breaker_trips(self, left: int, present: int) -> bool:
        return not self.request.force and breaker.trips(
            left,
            present,
            share=self.settings.sync.sync_breaker_guild_share,
            minimum=self.settings.sync.sync_breaker_guild_minimum,
        )

    async def _mark_left(self, left: list[guilds.SyncTurn], fence: Fence, summary: Summary) -> None:
        for turn in left:
            try:
                if not self.request.dry_run:
                    await departures.mark(self.database, turn, fence)
            except errors.GuildBusy:
                _log.info("Guild %s was synced or installed by somebody else", turn.guild_id)
            else:
                summary.guilds["left"] += 1


async def _unfenced(transaction: Transaction) -> None:
    """A dry run writes nothing that would need guarding."""


def _log_names(entries: list[models.GuildEntry]) -> None:
    names = ", ".join(entry.name for entry in entries[:_NAMES_LOGGED])
    more = len(entries) - _NAMES_LOGGED
    _log.info("Accessible guilds: %s", f"{names} and {more} more" if more > 0 else names)
