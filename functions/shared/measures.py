"""What every function measures of an invocation: what it asked of Discord and of the database."""

from collections.abc import Mapping
from typing import Final

from functions.shared.db.statistics import Statistics as DatabaseStatistics
from functions.shared.discord.statistics import Statistics as DiscordStatistics
from functions.shared.metrics import Metrics

_MILLISECONDS: Final = 1000
_SECONDS_PER_HOUR: Final = 3600


def add_requests(metrics: Metrics, statistics: DiscordStatistics) -> None:
    """Note what was asked of Discord, and what came of it."""
    metrics.add("Requests", statistics.requests)
    metrics.add("Retries", statistics.retries)
    for scope, count in statistics.rate_limited.items():
        metrics.add("RateLimited", count, scope=scope)
    if statistics.requests:
        mean = statistics.latency_sum / statistics.requests
        metrics.add("RequestLatency", mean * _MILLISECONDS)
    if statistics.unreachable:
        metrics.add("DiscordUnreachable", statistics.unreachable)
    if statistics.unauthorized:
        metrics.add("AuthenticationFailures", statistics.unauthorized)


def add_ages(metrics: Metrics, ages: Mapping[str, float]) -> None:
    """Note how many seconds ago each job, and the backup, last ended well.

    Sync and purge both do, so that one of them that is dead is seen to grow old.
    """
    if "sync" in ages:
        metrics.add("SyncAge", ages["sync"])
    if "purge" in ages:
        metrics.add("PurgeAge", ages["purge"])
    if "backup" in ages:
        metrics.add("BackupAge", ages["backup"] / _SECONDS_PER_HOUR)


def add_statements(metrics: Metrics, statistics: DatabaseStatistics) -> None:
    """Note how the database answered, and start counting anew."""
    if statistics.connects:
        mean = statistics.connect_seconds / statistics.connects
        metrics.add("ConnectTime", mean * _MILLISECONDS)
    if statistics.statements:
        mean = statistics.statement_seconds / statistics.statements
        metrics.add("StatementTime", mean * _MILLISECONDS)
    if statistics.slow:
        metrics.add("SlowStatements", statistics.slow.total())
    for name, count in statistics.slow.items():
        metrics.add("SlowStatements", count, statement=name)
    if statistics.unreachable:
        metrics.add("DatabaseUnreachable", statistics.unreachable)
    if statistics.refused:
        metrics.add("AuthenticationFailures", statistics.refused)
    statistics.reset()
