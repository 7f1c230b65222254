"""Messages of the queue, one after the other; what fails goes back to the queue by itself."""

import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Literal

from functions.jobs import answer, export_clips, offer_scan, show_clips, sync_guild
from functions.jobs.answer import Answer
from functions.shared import apologies, errors, jobs, measures, observability, settings, texts
from functions.shared.catalogue import gallery
from functions.shared.catalogue.access_reader import AccessReader
from functions.shared.catalogue.pages import Catalogue
from functions.shared.db import processed_interactions
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient
from functions.shared.metrics import Metrics, Unmeasured

_log = logging.getLogger("discord_clip_saver.jobs")

_ANSWER_SECONDS: Final = 3.0
"""Time kept for editing a reply, once the work had all of its own."""
_RETURN_SECONDS: Final = 1.0
"""Time kept for telling the queue what became of the messages."""

_Run = Callable[[jobs.Job, DiscordClient, Database, settings.Settings], Coroutine[Any, Any, Answer]]
_WORK: Final[Mapping[jobs.JobKind, _Run]] = MappingProxyType(
    {
        "sync_guild": sync_guild.run,
        "export_clips": export_clips.run,
        "offer_scan": offer_scan.run,
    }
)
"""What does each kind of job, and tells what came of it; showing clips needs more."""


@dataclass(frozen=True, slots=True)
class Worker:
    """The parts of a warm environment that works off the queue.

    Attributes:
        application_id: Whose interactions are answered.
        access: Remembers for half a minute who may see what.
        metrics: Who keeps the figures.
    """

    discord: DiscordClient
    database: Database
    settings: settings.Settings
    application_id: int
    access: AccessReader
    metrics: Metrics = field(default_factory=Unmeasured)

    async def handle(self, event: Mapping[str, Any], seconds_left: float) -> dict[str, Any]:
        """Work off an SQS batch.

        Args:
            event: `{"Records": [{"messageId": ..., "body": ...}]}`.
            seconds_left: How long this invocation may still take.

        Returns:
            `{"batchItemFailures": [...]}` with the messages that are to come again.

        Raises:
            InvalidEvent: the event is no batch.
        """
        records = event.get("Records")
        if not isinstance(records, list):
            raise errors.InvalidEvent("The jobs function takes SQS batches")
        kept = _ANSWER_SECONDS + _RETURN_SECONDS
        self.discord.deadline = time.monotonic() + seconds_left - kept
        self.discord.statistics.reset()
        try:
            failed = [
                str(record["messageId"]) for record in records if not await self._handled(record)
            ]
        finally:
            measures.add_requests(self.metrics, self.discord.statistics)
            measures.add_statements(self.metrics, self.database.statistics)
            self.metrics.flush()
        return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}

    async def _handled(self, record: Mapping[str, Any]) -> bool:
        """Do one job; False if its message is to come again."""
        # By its id, `clipsaver dlq` finds why a message died.
        with observability.correlated(message_id=record["messageId"]):
            return await self._is_done(record)

    async def _is_done(self, record: Mapping[str, Any]) -> bool:
        if time.monotonic() >= self.discord.deadline:
            return False
        try:
            job = jobs.from_message(str(record["body"]))
        except errors.InvalidEvent as error:
            # Coming again makes it no better, but the dead-letter queue keeps it for a look.
            _log.error("Message %s: %s", record["messageId"], error)
            return False
        _log.info('Running job "%s"', job.kind)
        interaction_id = str(job.ticket.interaction_id) if job.ticket else None
        with observability.correlated(guild_id=str(job.guild_id), interaction_id=interaction_id):
            return await self._run(job)

    async def _run(self, job: jobs.Job) -> bool:
        if job.ticket and job.ticket.is_expired(datetime.now(UTC)):
            _log.warning("Dropped a job that nobody waits for any more: %s", job.kind)
            self._count("too_old")
            return True
        try:
            if job.ticket and await self._was_done(job.ticket):
                return True
            told = await self._work(job)
        except errors.GuildBusy as error:
            _log.info("Back to the queue: %s", error)
            self._count("again")
            return False
        except Exception as error:  # noqa: BLE001 -- the other messages must not pay for a bug
            _log_failure(job, error)
            self._count("failed")
            if job.ticket is None:
                return False
            told = _apology(job, error, texts.of(job.ticket.locale))
        else:
            self._count("done")
        if job.ticket:
            await self._answer(job.ticket, told)
        return True

    async def _work(self, job: jobs.Job) -> Answer:
        if job.kind == "show_clips":
            return await show_clips.run(job, Catalogue(self.discord, self.database, self.access))
        return await _WORK[job.kind](job, self.discord, self.database, self.settings)

    def _count(self, outcome: Literal["done", "failed", "again", "too_old"]) -> None:
        self.metrics.add("Jobs", 1, outcome=outcome)

    async def _was_done(self, ticket: jobs.Ticket) -> bool:
        async with self.database.transaction() as transaction:
            return await processed_interactions.is_recorded(transaction, ticket.interaction_id)

    async def _answer(self, ticket: jobs.Ticket, told: Answer) -> None:
        """Edit the reply; the work is done, so an answer that fails is only logged."""
        try:
            with self.discord.until(self.discord.deadline + _ANSWER_SECONDS):
                await self.discord.edit_original(
                    self.application_id, ticket.token, told.message, told.files
                )
        except errors.DiscordError as error:
            _log.warning("The reply could not be edited: %s", error)


def _log_failure(job: jobs.Job, error: Exception) -> None:
    """A bug, as opposed to an error of the tree, with its traceback."""
    if isinstance(error, errors.Unauthorized):
        _log.critical("Invalid bot token")
    is_known = isinstance(error, errors.ClipSaverError)
    _log.error("Job %s failed: %s", job.kind, error, exc_info=None if is_known else error)


def _apology(job: jobs.Job, error: Exception, words: texts.Texts) -> Answer:
    reason = apologies.sentence(error, words)
    match job.kind:
        case "sync_guild":
            return answer.sentence(words.sync_failed.format(reason=reason))
        case "show_clips":
            # It may be a page that this replaces.
            return Answer(gallery.told(words.gallery_failed.format(reason=reason)))
    return answer.sentence(reason)
