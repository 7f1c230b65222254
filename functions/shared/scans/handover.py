"""Handing guilds over to the scan function, by whoever knows that there may be something to read.

One statement decides for which guilds, and marks them, so that one message at most is under way
for each. A queue that takes none costs nothing but time: the next sync hands them over again.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from functions.shared import errors, models, settings
from functions.shared.db import scan_work
from functions.shared.db.connection import Database
from functions.shared.queue import LONGEST_DELAY_SECONDS, ScanQueue

_log = logging.getLogger("discord_clip_saver.scan")

_NO_DELAY: Final = 0
_QUERY_SECONDS: Final = 30.0
"""For finding out which guilds have something to do."""
_UNMARKING_SECONDS: Final = 2.0
"""No run is ended from outside because the rows were slow: their marks expire by themselves."""


@dataclass(frozen=True, slots=True)
class Handover:
    """The way to the scan function.

    Attributes:
        defaults: What guilds that decided nothing have.
    """

    database: Database
    queue: ScanQueue
    defaults: settings.GuildSettings

    async def hand_over(self, guild_ids: Sequence[models.GuildId] | None, until: float) -> int:
        """Tell the scan function of the guilds that have something to do.

        Args:
            guild_ids: Only these; None for all.
            until: The instant of `time.monotonic` after which nobody is told; what was not taken by
                then is unmarked within the two seconds that follow.

        Returns:
            How many it was told of.

        Raises:
            DatabaseError: it could not be found out which, or those not told of stay marked as
                queued for half an hour.
        """
        seconds = min(_QUERY_SECONDS, until - time.monotonic())
        if seconds <= 0:
            _log.warning("No time was left to hand guilds over to the scan; the next sync does it")
            return 0
        async with self.database.transaction(within=seconds) as transaction:
            due = await scan_work.queue_due(
                transaction, with_nsfw=self.defaults.scan_nsfw, guild_ids=guild_ids
            )
        refused = await self.queue.send_all(due, until)
        await self._unmark(refused)
        return len(due) - len(refused)

    async def continue_later(self, guild_id: models.GuildId, delay_seconds: float) -> None:
        """Tell the scan function of one guild again after a while, if there is more to do."""
        async with self.database.transaction() as transaction:
            due = await scan_work.queue_due(
                transaction, with_nsfw=self.defaults.scan_nsfw, guild_ids=[guild_id]
            )
        delay = min(LONGEST_DELAY_SECONDS, max(_NO_DELAY, round(delay_seconds)))
        try:
            for each in due:
                await self.queue.send(each, delay_seconds=delay)
        except errors.QueueUnavailable as error:
            _log.error("The scan goes on only after the next sync: %s", error)
            await self._unmark(due)

    async def _unmark(self, guild_ids: Sequence[models.GuildId]) -> None:
        if not guild_ids:
            return
        async with self.database.transaction(within=_UNMARKING_SECONDS) as transaction:
            await scan_work.clear_queued(transaction, guild_ids)
