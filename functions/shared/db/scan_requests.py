"""The daily budget: how many requests were sent to Discord for scanning a guild, by day (UTC)."""

from typing import Final

from functions.shared import models
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("scan_requests")


async def add_requests(transaction: Transaction, guild_id: models.GuildId, requests: int) -> None:
    """Count requests of today; a negative number gives back what was not sent."""
    await transaction.execute(_SQL["add_requests"], guild_id=guild_id, requests=requests)


async def count_today(transaction: Transaction, guild_id: models.GuildId) -> int:
    """How many were counted today."""
    return int(await transaction.value(_SQL["count_today"], guild_id=guild_id))
