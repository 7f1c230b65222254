"""Install intents: somebody started to install the bot and has not come back yet."""

from typing import Final

from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("install_intents")


async def delete_expired(transaction: Transaction, grace_seconds: int, batch_size: int) -> int:
    """Delete a batch of intents that expired longer ago than the grace; how many there were."""
    return await transaction.execute(
        _SQL["delete_expired"], grace_seconds=grace_seconds, batch_size=batch_size
    )


async def count_expired(transaction: Transaction, grace_seconds: int) -> int:
    """How many intents expired longer ago than the grace."""
    return int(await transaction.value(_SQL["count_expired"], grace_seconds=grace_seconds))
