"""A guild's daily budget of requests to Discord.

Requests are booked before they are sent, a few at a time, and what was not sent is given back. A
run that is killed has then booked a few too many. Two kinds are sent without being asked about, and
are counted as well: the question without which what was read would not count, and the repeats of a
request that Discord had no answer to, which are known when the turn is over.
"""

import asyncio
from datetime import UTC, datetime
from typing import Final

from functions.shared import errors, models
from functions.shared.db import scan_requests
from functions.shared.db.connection import Database
from functions.shared.lease import RunLease
from functions.shared.scans.daily_budget import BACKGROUND_SHARE, next_day

_BOOKED_AT_ONCE: Final = 100


class Budget:
    """What one guild may still spend today.

    Args:
        database: Where the budget is kept.
        lease: The right to scan the guild.
        guild_id: The guild.
        limit: Requests for a day (UTC).
    """

    def __init__(
        self, database: Database, lease: RunLease, guild_id: models.GuildId, limit: int
    ) -> None:
        self._database = database
        self._lease = lease
        self._guild_id = guild_id
        self._limit = limit
        self._booked_today = 0
        self._left = 0
        self._allowed = 0
        self._turn = asyncio.Lock()

    async def take(self, *, for_background: bool) -> None:
        """Allow one request.

        Raises:
            BudgetSpent: there is none left today, or only those for new messages.
        """
        async with self._turn:
            if not self._left:
                await self._book()
            most = self._limit * (BACKGROUND_SHARE if for_background else 1)
            if self._booked_today - self._left >= most:
                raise errors.BudgetSpent(next_day(datetime.now(UTC)))
            self._left -= 1
            self._allowed += 1

    async def count(self) -> None:
        """Count a request that is sent even if none is left: what was read is lost without it."""
        async with self._turn:
            self._allowed += 1
            if self._left:
                self._left -= 1
                return
            async with self._database.transaction() as transaction:
                await self._lease.fence(transaction)
                await scan_requests.add_requests(transaction, self._guild_id, 1)
            self._booked_today += 1

    async def settle(self, sent: int) -> None:
        """Let what was sent be what counts: give back what was not, and add what was repeated.

        Args:
            sent: Requests that were sent for the guild, repeats included.
        """
        async with self._turn:
            unsent = self._left + self._allowed - sent
            if unsent:
                async with self._database.transaction() as transaction:
                    await scan_requests.add_requests(transaction, self._guild_id, -unsent)
            self._left, self._allowed = 0, sent

    async def _book(self) -> None:
        async with self._database.transaction() as transaction:
            await self._lease.fence(transaction)
            spent = await scan_requests.count_today(transaction, self._guild_id)
            booked = min(_BOOKED_AT_ONCE, self._limit - spent)
            if booked <= 0:
                raise errors.BudgetSpent(next_day(datetime.now(UTC)))
            await scan_requests.add_requests(transaction, self._guild_id, booked)
        self._booked_today, self._left = spent + booked, booked
