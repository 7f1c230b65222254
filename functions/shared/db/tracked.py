"""All that is tracked, over all guilds, as numbers."""

from dataclasses import dataclass
from typing import Final, Literal

from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("tracked")


@dataclass(frozen=True, slots=True)
class Count:
    """How many guilds, or channels and threads, are in a state."""

    noun: Literal["guild", "channel"]
    state: str
    rows: int


async def count_by_state(transaction: Transaction) -> list[Count]:
    """Count every guild and every channel that is stored."""
    return await transaction.all(Count, _SQL["count_by_state"])
