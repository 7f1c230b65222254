"""One run of a kind at a time: a lease row that the run renews while it works.

A run that was killed stops renewing and is succeeded after the expiry; one that was only slow finds
its lease gone at its next write, which is refused in the same transaction.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID, uuid4

from functions.shared import errors
from functions.shared.db import leases
from functions.shared.db.connection import Database, Transaction

_RENEW_SECONDS: Final = leases.LEASE_SECONDS / 3


class RunLease:
    """The right to write as the one run of its kind."""

    def __init__(self, name: str, holder: UUID) -> None:
        self._name = name
        self._holder = holder

    async def fence(self, transaction: Transaction) -> None:
        """Make sure, inside the transaction that writes, that the run may still write.

        Raises:
            LeaseLost: another run took over.
        """
        if not await leases.renew_lease(transaction, self._name, self._holder):
            raise errors.LeaseLost(f"Another run took over {self._name}; this one stops")


@asynccontextmanager
async def run_lease(database: Database, name: str) -> AsyncIterator[RunLease | None]:
    """Hold the lease of this name for the length of the block; None if another run holds it."""
    holder = uuid4()
    async with database.transaction() as transaction:
        taken = await leases.acquire_lease(transaction, name, holder)
    if not taken:
        yield None
        return
    lease = RunLease(name, holder)
    renewing = asyncio.create_task(_renew(database, lease))
    try:
        yield lease
    finally:
        renewing.cancel()
        # Not giving it back only makes the next run wait for the expiry.
        with contextlib.suppress(errors.DatabaseError, asyncio.CancelledError):
            await asyncio.gather(renewing, return_exceptions=True)
            async with database.transaction() as transaction:
                await leases.release_lease(transaction, name, holder)


async def _renew(database: Database, lease: RunLease) -> None:
    """Renew while the run waits for Discord; its own writes renew and check as well."""
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        with contextlib.suppress(errors.DatabaseError):
            async with database.transaction() as transaction:
                await lease.fence(transaction)
