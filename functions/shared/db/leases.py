"""Leases: rows that say who may do a thing now, and until when.

Session advisory locks would not survive a pooler in transaction mode; a row with an expiry does,
and a holder that was killed frees it by no longer renewing it.
"""

from typing import Final
from uuid import UUID

from functions.shared.db import queries
from functions.shared.db.connection import Transaction

LEASE_SECONDS: Final = 10

_SQL: Final = queries.load("leases")


async def acquire_lease(transaction: Transaction, name: str, holder: UUID) -> bool:
    """Take the lease if it is free or has expired; whether it is ours now."""
    taken = await transaction.value(
        _SQL["acquire_lease"], name=name, holder=holder, seconds=LEASE_SECONDS
    )
    return taken is not None


async def renew_lease(transaction: Transaction, name: str, holder: UUID) -> bool:
    """Prolong our lease and keep it locked until the transaction ends; False if it is lost."""
    renewed = await transaction.execute(
        _SQL["renew_lease"], name=name, holder=holder, seconds=LEASE_SECONDS
    )
    return renewed == 1


async def release_lease(transaction: Transaction, name: str, holder: UUID) -> None:
    """Give the lease back, if it is still ours."""
    await transaction.execute(_SQL["release_lease"], name=name, holder=holder)
