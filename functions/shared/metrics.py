"""Metrics: what an invocation did, in CloudWatch's embedded metric format (EMF).

CloudWatch makes metrics of log lines that describe themselves (AWS docs, CloudWatch embedded metric
format), so nothing is called and nothing is waited for. Each line has one set of dimensions; ids of
guilds and people are never among them, since every new value is a metric that costs money. A
stack's namespace keeps its figures apart from those of another one in the same account.

How much is kept is the operator's choice (`MONITORING`): `critical` keeps the few figures of
`CRITICAL`, without dimensions, so that there are never more than these; `full` keeps all of them.
"""

import resource
import sys
from typing import Final, Literal, Protocol

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from functions.shared import observability, settings

MetricName = Literal[
    "SyncsCompleted",
    "DiscordUnreachable",
    "Drift",
    "DatabaseUnreachable",
    "AuthenticationFailures",
    "SignatureRejections",
    "InteractionsFailed",
    "DatabaseUse",
    "BackupAge",
    "Interactions",
    "AcknowledgeTime",
    "Jobs",
    "SyncAge",
    "PurgeAge",
    "ConnectTime",
    "StatementTime",
    "SlowStatements",
    "Connections",
    "ConnectionsUse",
    "IndexUse",
    "ActiveScans",
    "MemoryUse",
    "Guilds",
    "Channels",
    "Requests",
    "Retries",
    "RateLimited",
    "RequestLatency",
    "RunDuration",
    "Failures",
    "PurgeFailures",
    "Breaker",
    "MessagesScanned",
    "MessagesUnreadable",
    "ClipsFound",
]
"""What is measured.

SyncsCompleted: full syncs that ended well.
DiscordUnreachable: requests that got no usable answer, or only 5xx, after all of their repeats.
Drift: differences of the application's endpoints from what they should be.
DatabaseUnreachable: connections that could not be opened.
AuthenticationFailures: bot tokens that Discord refused, and logins that PostgreSQL refused.
SignatureRejections: requests to the signed routes that Discord did not sign.
InteractionsFailed: interactions whose answer is an apology for an error; API Gateway counts 5xx.
DatabaseUse: size of the database in percent of DATABASE_CAPACITY_MB, where that is known.
BackupAge: hours since the last backup, where there ever was one.
Interactions: answered, by `within`: 1_s, 3_s, or late, which Discord shows as a failure.
AcknowledgeTime: milliseconds from API Gateway's receiving an interaction to its answer.
Jobs: by `outcome`: done, failed, again (given back to the queue) or too_old.
SyncAge, PurgeAge: seconds since the last one that ended well.
ConnectTime, StatementTime: milliseconds of a login and of a statement, on average.
SlowStatements: statements above slow_statement_ms, all together and by `statement`.
Connections, ConnectionsUse: of the server, over all of its clients, and in percent of its limit.
IndexUse: percent of the scans of our tables that went through an index, since the counts began.
ActiveScans: readings of channels that are under way.
MemoryUse: the most memory that the environment ever took, in percent of its limit.
Guilds, Channels: how many are tracked, by `state`.
Requests, Retries: sent to Discord.
RateLimited: 429 answers, by `scope`.
RequestLatency: milliseconds between sending and the last byte, on average.
RunDuration: milliseconds of a whole run.
Failures: guilds that could not be synced, and syncs that could not go on.
PurgeFailures: purges that could not go on.
Breaker: 1 when the mass-change breaker held something back, else 0.
MessagesScanned, MessagesUnreadable: messages read for the first time, and those that made no sense.
ClipsFound: clips that were not known.
"""

CRITICAL: Final[frozenset[MetricName]] = frozenset(
    {
        "SyncsCompleted",
        "DiscordUnreachable",
        "Drift",
        "DatabaseUnreachable",
        "AuthenticationFailures",
        "SignatureRejections",
        "InteractionsFailed",
        "DatabaseUse",
        "BackupAge",
    }
)
"""What the alarms of every stack look at. With the one that the template makes of Lambda's own log
lines they are ten: as many as AWS gives for free."""

_UNITS: Final[dict[MetricName, MetricUnit]] = {
    "DatabaseUse": MetricUnit.Percent,
    "AcknowledgeTime": MetricUnit.Milliseconds,
    "SyncAge": MetricUnit.Seconds,
    "PurgeAge": MetricUnit.Seconds,
    "ConnectTime": MetricUnit.Milliseconds,
    "StatementTime": MetricUnit.Milliseconds,
    "ConnectionsUse": MetricUnit.Percent,
    "IndexUse": MetricUnit.Percent,
    "MemoryUse": MetricUnit.Percent,
    "RequestLatency": MetricUnit.Milliseconds,
    "RunDuration": MetricUnit.Milliseconds,
}
"""All others are counts, or hours, for which CloudWatch has no unit."""
_KIB_PER_MIB: Final = 1024


class Metrics(Protocol):
    """Somebody who keeps figures."""

    @property
    def is_on(self) -> bool:
        """Whether they are kept at all; some cost a query to find out."""

    def add(self, name: MetricName, value: float, **dimensions: str) -> None:
        """Note a value; several of one name are summed up and averaged by CloudWatch."""

    def flush(self) -> None:
        """Print what was noted; to be called once, at the end of an invocation."""


class Unmeasured:
    """Nobody keeps figures: a terminal is for people."""

    is_on = False

    def add(self, name: MetricName, value: float, **dimensions: str) -> None:
        """Forget it."""

    def flush(self) -> None:
        """Print nothing."""


class CloudWatchMetrics:
    """Figures for CloudWatch, one line for each set of dimensions.

    Args:
        namespace: The stack's own.
        monitoring: How much is kept, `full` or `critical`.
        memory_limit_mb: What the environment may take; None where nobody set a limit.
    """

    is_on = True

    def __init__(
        self,
        namespace: str,
        monitoring: settings.Monitoring = "full",
        memory_limit_mb: int | None = None,
    ) -> None:
        self._namespace = namespace
        self._keeps_all = monitoring == "full"
        self._memory_limit_mb = memory_limit_mb
        self._lines: dict[tuple[tuple[str, str], ...], EphemeralMetrics] = {}

    def add(self, name: MetricName, value: float, **dimensions: str) -> None:
        """Note a value under its name and these dimensions, if it is kept at all."""
        if self._keeps_all:
            self._line(tuple(dimensions.items())).add_metric(name, _unit(name), value)
        elif name in CRITICAL:
            self._line(()).add_metric(name, _unit(name), value)

    def flush(self) -> None:
        """Print everything and begin anew."""
        if self._memory_limit_mb:
            self.add("MemoryUse", 100 * _most_memory_mib() / self._memory_limit_mb)
        for line in self._lines.values():
            line.flush_metrics()
        self._lines.clear()

    def _line(self, dimensions: tuple[tuple[str, str], ...]) -> EphemeralMetrics:
        if dimensions not in self._lines:
            line = EphemeralMetrics(service=observability.SERVICE, namespace=self._namespace)
            for name, value in dimensions:
                line.add_dimension(name, value)
            self._lines[dimensions] = line
        return self._lines[dimensions]


def of(environment: settings.Environment) -> Metrics:
    """Whoever keeps the figures in this environment."""
    if not environment.on_lambda or environment.monitoring == "off":
        return Unmeasured()
    return CloudWatchMetrics(
        environment.metrics_namespace, environment.monitoring, environment.memory_limit_mb
    )


def _unit(name: MetricName) -> MetricUnit:
    return _UNITS.get(name, MetricUnit.Count)


def _most_memory_mib() -> float:
    """What this process has taken at most."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts kibibytes, macOS bytes (their manuals, getrusage).
    return most / _KIB_PER_MIB / (_KIB_PER_MIB if sys.platform == "darwin" else 1)
