"""What is measured beside a purge: it wakes the database anyway, and comes often enough."""

import logging
from typing import Final

from functions.shared import errors, measures
from functions.shared.db import health, job_runs
from functions.shared.db.connection import Database
from functions.shared.metrics import Metrics

_log = logging.getLogger("discord_clip_saver.purge")

_ASKING_SECONDS: Final = 2.0
"""No run ends late, or in an error, because the server was slow to tell how it is doing."""
_BYTES_PER_MB: Final = 1_000_000


async def add_health(metrics: Metrics, database: Database, capacity_mb: int) -> None:
    """Note how the database is doing, and how long ago the jobs last ended well.

    Args:
        metrics: Who keeps the figures.
        database: Whose they are.
        capacity_mb: The room that the database has; 0 where nobody knows.
    """
    try:
        async with database.transaction(within=_ASKING_SECONDS) as transaction:
            found = await health.select_health(transaction)
            ages = await job_runs.select_ages(transaction)
    except errors.DatabaseError as error:
        _log.warning("The database did not tell how it is doing: %s", error)
        return
    _add_server(metrics, found, capacity_mb)
    measures.add_ages(metrics, ages)


def _add_server(metrics: Metrics, found: health.Health, capacity_mb: int) -> None:
    if capacity_mb:
        metrics.add("DatabaseUse", 100 * found.bytes / (capacity_mb * _BYTES_PER_MB))
    metrics.add("Connections", found.connections)
    metrics.add("ConnectionsUse", 100 * found.connections / found.max_connections)
    if found.index_percent is not None:
        metrics.add("IndexUse", found.index_percent)
    metrics.add("ActiveScans", found.active_scans)
