"""One guild's turn in a run: plan, breaker, write, count. Its failure is its own."""

import logging
import time
from dataclasses import dataclass

from functions.shared import errors, models, settings
from functions.shared.reconcile import breaker, diff
from functions.shared.reconcile.guild import Fence, MemberReading, Reconciler
from functions.shared.reconcile.request import SyncRequest
from functions.shared.reconcile.summary import Progress, Summary, failure

_log = logging.getLogger("discord_clip_saver.sync")

_ENDS_THE_RUN = (
    errors.Unauthorized,
    errors.InvalidRequestBudget,
    errors.LeaseLost,
    errors.DatabaseUnavailable,
    errors.SchemaMismatch,
)
"""Every other guild would meet them too."""


@dataclass(frozen=True, slots=True)
class GuildSync:
    """What every guild's turn of one run shares."""

    reconciler: Reconciler
    limits: settings.SyncSettings
    request: SyncRequest
    fence: Fence
    summary: Summary
    progress: Progress

    async def sync(
        self,
        entry: models.GuildEntry,
        reading: MemberReading | None = None,
        *,
        refresh_member: bool = False,
    ) -> None:
        """Sync one guild and add the outcome to the summary.

        Raises:
            GuildBusy: another run is writing it.
            ClipSaverError: only what would stop every other guild too.
        """
        _log.debug("Guild sync: processing guild_id=%s name=%s", entry.id, entry.name)
        try:
            plan = await self.reconciler.plan(entry, reading, refresh_member=refresh_member)
            if reason := self._breaker_reason(plan):
                self._hold_back(entry.id, reason)
                self.progress.guild_skipped(entry.name, reason)
                return
            if not self.request.dry_run:
                await self.reconciler.apply(plan, self.fence)
        except (*_ENDS_THE_RUN, errors.GuildBusy):
            raise
        except Exception as error:  # noqa: BLE001 -- the other guilds must not pay for a bug
            self.fail(entry.id, error)
            self.progress.guild_skipped(entry.name, str(error))
        else:
            self.summary.count(plan)
            self.progress.guild_done(entry.name, plan)

    @property
    def _time_is_up(self) -> bool:
        return time.monotonic() >= self.reconciler.discord.deadline

    def _breaker_reason(self, plan: diff.GuildPlan) -> str | None:
        deleted = plan.count("deleted")
        if self.request.force or not breaker.trips(
            deleted,
            plan.known,
            share=self.limits.sync_breaker_channel_share,
            minimum=self.limits.sync_breaker_channel_minimum,
        ):
            return None
        what = f"channels of guild {plan.guild.guild_id} ({plan.guild.name})"
        return breaker.explain(deleted, plan.known, what)

    def _hold_back(self, guild_id: models.GuildId, reason: str) -> None:
        self.summary.trip_breaker(reason)
        self.summary.guilds["failed"] += 1
        _log.error("Failed to sync guild %s: %s", guild_id, reason)

    def fail(self, guild_id: models.GuildId, error: Exception) -> None:
        """Note a guild's failure; a bug, as opposed to an error of the tree, with its traceback.

        What had no time, or has to wait longer than there is time, is for the next run to finish.
        """
        if isinstance(error, errors.DiscordError) and self._time_is_up:
            self.summary.complete = False
            _log.info("Guild %s is left to the next run: %s", guild_id, error)
            return
        if isinstance(error, errors.RateLimited):
            self.summary.complete = False
        self.summary.guilds["failed"] += 1
        is_known = isinstance(error, errors.ClipSaverError)
        _log.error(failure(guild_id, error), exc_info=None if is_known else error)
