"""Scan runs: `bot_channel_scan_runs`, what was read of a channel and with which outcome."""

from typing import Final

from functions.shared import models
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("scan_runs")


async def delete_expired(transaction: Transaction, retention_days: int, batch_size: int) -> int:
    """Delete a batch of runs that ended longer ago than they are kept; how many there were."""
    return await transaction.execute(
        _SQL["delete_expired"], retention_days=retention_days, batch_size=batch_size
    )


async def count_expired(transaction: Transaction, retention_days: int) -> int:
    """How many runs ended longer ago than they are kept."""
    return int(await transaction.value(_SQL["count_expired"], retention_days=retention_days))


async def delete_of_guild(
    transaction: Transaction, guild_id: models.GuildId, batch_size: int
) -> int:
    """Delete a batch of a guild's scan runs; how many there were."""
    return await transaction.execute(
        _SQL["delete_of_guild"], guild_id=guild_id, batch_size=batch_size
    )


async def count_running(transaction: Transaction, guild_id: models.GuildId) -> int:
    """How many scans of a guild are under way."""
    return int(await transaction.value(_SQL["count_running"], guild_id=guild_id))
