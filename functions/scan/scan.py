"""The scan as its handler knows it: a batch of guilds in, what is to come again out."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from functions.scan.guild import GuildScanner, Outcome
from functions.scan.intent import MessageContent
from functions.shared import errors, measures, models, observability, settings
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient
from functions.shared.metrics import Metrics, Unmeasured
from functions.shared.scans import queue_message
from functions.shared.scans.handover import Handover

_log = logging.getLogger("discord_clip_saver.scan")

_ANSWER_SECONDS: Final = 3.0
"""Time kept for giving leases back and answering the queue."""
_LAST_BATCH_SECONDS: Final = 10.0
"""Time kept for ending the batches of pages that are being read when a turn is over."""
_LONGEST_TURN_SECONDS: Final = 60.0
"""After which others have theirs, and this guild goes to the end of the queue."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The parts of a warm environment that scans.

    Attributes:
        handover: The way back into the queue; None where there is none.
        metrics: Who keeps the figures.
    """

    discord: DiscordClient
    database: Database
    settings: settings.Settings
    handover: Handover | None = None
    metrics: Metrics = field(default_factory=Unmeasured)

    async def handle(self, event: Mapping[str, Any], seconds_left: float) -> dict[str, Any]:
        """Scan the guilds of an SQS batch, each for its share of the time.

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
            raise errors.InvalidEvent("The scan function takes SQS batches")
        end = time.monotonic() + seconds_left - _ANSWER_SECONDS
        self.discord.deadline = end
        self.discord.statistics.reset()
        scanner = GuildScanner(
            self.discord, self.database, self.settings, MessageContent(self.discord)
        )
        failed = []
        try:
            for waiting, record in zip(range(len(records), 0, -1), records, strict=True):
                left = end - _LAST_BATCH_SECONDS - time.monotonic()
                seconds = min(_LONGEST_TURN_SECONDS, left / waiting)
                # By its id, `clipsaver dlq` finds why a message died.
                with observability.correlated(message_id=record["messageId"]):
                    if not await self._is_done(scanner, record, seconds):
                        failed.append(str(record["messageId"]))
        finally:
            measures.add_requests(self.metrics, self.discord.statistics)
            measures.add_statements(self.metrics, self.database.statistics)
            self.metrics.flush()
        return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}

    async def _is_done(
        self, scanner: GuildScanner, record: Mapping[str, Any], seconds: float
    ) -> bool:
        """Give the guild of a message its turn; False if the message is to come again."""
        if seconds <= 0:
            return False
        try:
            guild_id = queue_message.unpack(str(record["body"]))
        except errors.InvalidEvent as error:
            # Coming again makes it no better, but the dead-letter queue keeps it for a look.
            _log.error("Message %s: %s", record["messageId"], error)
            return False
        with observability.correlated(guild_id=str(guild_id)):
            _log.info('Running job "scan"')
            return await self._scan(scanner, guild_id, time.monotonic() + seconds)

    async def _scan(self, scanner: GuildScanner, guild_id: models.GuildId, stop_at: float) -> bool:
        try:
            outcome = await scanner.scan(guild_id, stop_at)
            self._measure(outcome)
            if self.handover is not None and outcome.continue_after is not None:
                await self.handover.continue_later(guild_id, outcome.continue_after)
        except errors.LeaseLost as error:
            _log.info("Guild %s: %s", guild_id, error)
        except errors.Unauthorized:
            _log.critical("Invalid bot token")
            return False
        except Exception as error:  # noqa: BLE001 -- the other guilds must not pay for a bug
            is_known = isinstance(error, errors.ClipSaverError)
            _log.error(
                "Scan of guild %s failed: %s", guild_id, error, exc_info=None if is_known else error
            )
            return False
        return True

    def _measure(self, outcome: Outcome) -> None:
        self.metrics.add("MessagesScanned", outcome.tally.messages)
        self.metrics.add("MessagesUnreadable", outcome.tally.unreadable)
        self.metrics.add("ClipsFound", outcome.tally.clips)
