"""What is measured of a sync."""

import logging
from typing import Final

from functions.shared import errors, measures
from functions.shared.db import job_runs, tracked
from functions.shared.db.connection import Database
from functions.shared.metrics import Metrics
from functions.shared.reconcile.summary import Summary

_log = logging.getLogger("discord_clip_saver.sync")

_COUNTING_SECONDS: Final = 2.0
"""No run ends late, or in an error, because the rows were slow to count."""
_MILLISECONDS: Final = 1000


def add_run(metrics: Metrics, summary: Summary | None, seconds: float) -> None:
    """Note how a full run went; without a summary, it could not go on."""
    if summary is None:
        metrics.add("Failures", 1)
    elif not summary.skipped:
        metrics.add("SyncsCompleted", int(summary.is_success))
        metrics.add("Failures", summary.guilds["failed"])
        metrics.add("Breaker", int(summary.breaker is not None))
        metrics.add("Drift", len(summary.drift))
    metrics.add("RunDuration", seconds * _MILLISECONDS)


async def add_tracked(metrics: Metrics, database: Database) -> None:
    """Note how many guilds and channels are stored, by their states, and how old the runs are."""
    try:
        async with database.transaction(within=_COUNTING_SECONDS) as transaction:
            counts = await tracked.count_by_state(transaction)
            ages = await job_runs.select_ages(transaction)
    except errors.DatabaseError as error:
        _log.warning("What is tracked was not counted: %s", error)
        return
    for count in counts:
        metrics.add(
            "Guilds" if count.noun == "guild" else "Channels", count.rows, state=count.state
        )
    measures.add_ages(metrics, ages)
