"""Install intents: somebody started to install the bot and has not come back yet."""

from typing import Final, Literal

from functions.shared import models
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("install_intents")

IntentAge = Literal["open", "expired"]


async def insert_intent(
    transaction: Transaction, state: str, guild_id: models.GuildId | None, seconds: int
) -> None:
    """Remember an intent for so many seconds; the guild is what somebody wished for."""
    await transaction.execute(
        _SQL["insert_intent"], intent_state=state, guild_id=guild_id, seconds=seconds
    )


async def select_age(transaction: Transaction, state: str) -> IntentAge | None:
    """Whether an intent is open or has expired; None if it was consumed, or never was."""
    age: IntentAge | None = await transaction.value(_SQL["select_age"], intent_state=state)
    return age


async def consume_intent(transaction: Transaction, state: str) -> bool:
    """Use an intent up; False if somebody else did before."""
    return await transaction.value(_SQL["consume_intent"], intent_state=state) is not None


async def delete_expired(transaction: Transaction, grace_seconds: int, batch_size: int) -> int:
    """Delete a batch of intents that expired longer ago than the grace; how many there were."""
    return await transaction.execute(
        _SQL["delete_expired"], grace_seconds=grace_seconds, batch_size=batch_size
    )


async def count_expired(transaction: Transaction, grace_seconds: int) -> int:
    """How many intents expired longer ago than the grace."""
    return int(await transaction.value(_SQL["count_expired"], grace_seconds=grace_seconds))
