"""Interactions that were acted upon: one delivered twice acts once."""

from typing import Final

from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("processed_interactions")


async def record(transaction: Transaction, interaction_id: int) -> bool:
    """Note, in the transaction of its effect, that an interaction is acted upon.

    Returns:
        False if it was before: the caller then changes nothing.
    """
    return await transaction.execute(_SQL["record"], interaction_id=interaction_id) == 1


async def is_recorded(transaction: Transaction, interaction_id: int) -> bool:
    """Whether an interaction was acted upon."""
    return bool(await transaction.value(_SQL["is_recorded"], interaction_id=interaction_id))


async def delete_old(transaction: Transaction, retention_days: int, batch_size: int) -> int:
    """Delete a batch of those older than the retention; how many there were."""
    return await transaction.execute(
        _SQL["delete_old"], retention_days=retention_days, batch_size=batch_size
    )


async def count_old(transaction: Transaction, retention_days: int) -> int:
    """How many are older than the retention."""
    return int(await transaction.value(_SQL["count_old"], retention_days=retention_days))
