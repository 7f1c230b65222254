"""Metrics: what an invocation did, in CloudWatch's embedded metric format (EMF).

CloudWatch makes metrics of log lines that describe themselves (AWS docs, CloudWatch embedded metric
format), so nothing is called and nothing is waited for. Each line has one set of dimensions; ids of
guilds and people are never among them, since every new value is a metric that costs money.
"""

from typing import Final, Literal, Protocol

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from functions.shared import observability

NAMESPACE: Final = "DiscordClipSaver"

MetricName = Literal[
    "Guilds",
    "Channels",
    "Requests",
    "Retries",
    "RateLimited",
    "RequestLatency",
    "RunDuration",
    "Failures",
    "Breaker",
    "Drift",
    "MessagesScanned",
    "ClipsFound",
]
"""What is measured.

Guilds, Channels: how many are tracked, by `state`.
Requests, Retries: sent to Discord.
RateLimited: 429 answers, by `scope`.
RequestLatency: milliseconds between sending and the last byte, on average.
RunDuration: milliseconds of a whole run.
Failures: guilds that could not be synced, and runs that could not go on.
Breaker: 1 when the mass-change breaker held something back, else 0.
MessagesScanned, ClipsFound: messages read for the first time, and clips that were not known.
Drift: differences of the application's endpoints from what they should be.
"""

_MILLISECONDS: Final[frozenset[MetricName]] = frozenset({"RequestLatency", "RunDuration"})


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
    """Figures for CloudWatch, one line for each set of dimensions."""

    is_on = True

    def __init__(self) -> None:
        self._lines: dict[tuple[tuple[str, str], ...], EphemeralMetrics] = {}

    def add(self, name: MetricName, value: float, **dimensions: str) -> None:
        """Note a value under its name and these dimensions."""
        line = self._line(tuple(dimensions.items()))
        unit = MetricUnit.Milliseconds if name in _MILLISECONDS else MetricUnit.Count
        line.add_metric(name, unit, value)

    def flush(self) -> None:
        """Print everything and begin anew."""
        for line in self._lines.values():
            line.flush_metrics()
        self._lines.clear()

    def _line(self, dimensions: tuple[tuple[str, str], ...]) -> EphemeralMetrics:
        if dimensions not in self._lines:
            line = EphemeralMetrics(service=observability.SERVICE, namespace=NAMESPACE)
            for name, value in dimensions:
                line.add_dimension(name, value)
            self._lines[dimensions] = line
        return self._lines[dimensions]
