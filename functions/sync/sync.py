"""The sync as its handler knows it: one event in, one JSON summary out."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from functions.shared import errors, settings
from functions.shared import measures as shared_measures
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient
from functions.shared.metrics import Metrics, Unmeasured
from functions.shared.reconcile.request import SyncRequest
from functions.shared.reconcile.summary import Progress, Summary, Unwatched
from functions.shared.reconcile.targeted_run import TargetedRun
from functions.shared.scans.handover import Handover
from functions.sync import event as events
from functions.sync import measures
from functions.sync.full_run import FullRun

_log = logging.getLogger("discord_clip_saver.sync")

_LAST_GUILD_SECONDS: Final = 8.0
"""Time kept for the guilds that are in work when the run has to end."""
_ANSWER_SECONDS: Final = 3.0
"""Time kept for giving the lease back and answering."""


@dataclass(frozen=True, slots=True)
class Sync:
    """The parts of a warm environment that syncs.

    Attributes:
        expected_url: Where the application's endpoints should be; None if nobody told.
        progress: Who watches, guild by guild.
        metrics: Who keeps the figures.
        handover: The way to the scan function; None where there is none.
    """

    discord: DiscordClient
    database: Database
    settings: settings.Settings
    expected_url: str | None = None
    progress: Progress = field(default_factory=Unwatched)
    metrics: Metrics = field(default_factory=Unmeasured)
    handover: Handover | None = None

    async def handle(self, event: Mapping[str, Any], seconds_left: float) -> dict[str, Any]:
        """Run the sync that the event asks for.

        Args:
            event: `{}` or a schedule's payload for everything, `{"guild_ids": [...]}`,
                `{"dry_run": true}`, `{"force": true}`, or an SQS batch of such bodies.
            seconds_left: How long this invocation may still take.

        Returns:
            The summary; for a batch, `{"batchItemFailures": [...]}`.

        Raises:
            InvalidEvent: the event asks for something the sync does not do.
            Unauthorized: the bot token is wrong.
            ClipSaverError: the run as a whole failed.
        """
        try:
            queued = events.queued_requests(event)
            if queued is None:
                return await self._run(events.parse(event), seconds_left)
            end = time.monotonic() + seconds_left
            failed = [item for item in queued if not await self._run_queued(item, end)]
            return {"batchItemFailures": [{"itemIdentifier": item.message_id} for item in failed]}
        finally:
            shared_measures.add_statements(self.metrics, self.database.statistics)
            self.metrics.flush()

    async def _run_queued(self, queued: events.QueuedRequest, end: float) -> bool:
        """Run a request from the queue; whether it is done with."""
        try:
            request = events.parse_queued(queued)
            result = await self._run(request, end - time.monotonic())
        except errors.GuildBusy as error:
            _log.info("Back to the queue: %s", error)
            return False
        except errors.ClipSaverError as error:
            _log.error("Queued sync %s failed: %s", queued.message_id, error)
            return False
        # A full run is repeated by its schedule; nobody but the queue repeats this one.
        return request.guild_ids is None or _is_done(result)

    async def _run(self, request: SyncRequest, seconds_left: float) -> dict[str, Any]:
        _log.info('Running job "sync"')
        now = time.monotonic()
        answer_at = now + seconds_left - _ANSWER_SECONDS
        self.discord.deadline = answer_at
        self.discord.statistics.reset()
        try:
            stop_at = now + seconds_left - _LAST_GUILD_SECONDS
            if request.guild_ids is not None:
                summary = await self._targeted(request, stop_at)
            else:
                summary = await self._full(request, stop_at)
        except errors.Unauthorized:
            _log.critical("Invalid bot token")
            raise
        finally:
            shared_measures.add_requests(self.metrics, self.discord.statistics)
        if not (request.dry_run or summary.skipped or summary.message_content is False):
            await self._hand_over(request, answer_at)
        return summary.as_json(self.discord.statistics)

    async def _hand_over(self, request: SyncRequest, until: float) -> None:
        """Have new messages read; what is not handed over by then, the next sync hands over."""
        if self.handover is None:
            return
        try:
            guilds = await self.handover.hand_over(request.guild_ids, until)
        except errors.DatabaseError as error:
            _log.error("Handing guilds over to the scan failed: %s", error)
        else:
            _log.info("Guilds handed over to the scan: %d", guilds)

    async def _targeted(self, request: SyncRequest, stop_at: float) -> Summary:
        run = TargetedRun(
            self.discord, self.database, self.settings, request, self.progress, stop_at
        )
        return await run.run()

    async def _full(self, request: SyncRequest, stop_at: float) -> Summary:
        run = FullRun(
            discord=self.discord,
            database=self.database,
            settings=self.settings,
            request=request,
            progress=self.progress,
            stop_at=stop_at,
            expected_url=self.expected_url,
        )
        began, summary = time.monotonic(), None
        try:
            summary = await run.run()
        finally:
            measures.add_run(self.metrics, summary, time.monotonic() - began)
        if self.metrics.is_on and not summary.skipped:
            await measures.add_tracked(self.metrics, self.database)
        return summary


def _is_done(result: Mapping[str, Any]) -> bool:
    """Whether asking again would change nothing: guilds that the bot is not in stay so."""
    guilds = result["guilds"]
    return bool(result["complete"] and guilds["failed"] == guilds["absent"])
