"""A sync of 1,000 guilds of which nothing changed, against the rate that Discord allows."""

from dataclasses import dataclass
from typing import Final

from benchmarks import row_versions, stage
from benchmarks.figures import Figure
from benchmarks.report import Report
from benchmarks.stage import Stage

_DISCORD_PER_SECOND: Final = 50
"""Requests that one bot may make in any second (Discord docs, Rate Limits)."""
_GUILDS: Final = 1_000
_LONGEST_SECONDS: Final = 900.0
"""Lambda's longest timeout: one invocation is to do it all."""

_TIME_BUDGET: Final = 1.05
_REQUESTS_BUDGET: Final = 2.05
_REQUESTS_BUDGET_WITHOUT_THREADS: Final = 1.05


@dataclass(frozen=True, slots=True)
class _Variant:
    """One way to configure the sync."""

    share: float
    with_threads: bool = True

    @property
    def requests_budget(self) -> float:
        """The most requests per guild."""
        return _REQUESTS_BUDGET if self.with_threads else _REQUESTS_BUDGET_WITHOUT_THREADS

    def __str__(self) -> str:
        threads = "" if self.with_threads else ", without threads"
        return f"sync_rate_share {self.share}{threads}"


_VARIANTS: Final = (_Variant(0.8), _Variant(1.0), _Variant(1.0, with_threads=False))


def run(report: Report) -> None:
    """Sync at the default share and at the whole rate, with threads and without."""
    with stage.filled(report, _GUILDS) as filled:
        for variant in _VARIANTS:
            figures = _measure(filled, variant)
            report.table(f"sync, {_GUILDS:,} guilds, nothing changed, {variant}", figures)


def _measure(filled: Stage, variant: _Variant) -> list[Figure]:
    settings = {
        "sync_rate_share": variant.share,
        "sync_active_threads": variant.with_threads,
    }
    with (
        filled.sync(_LONGEST_SECONDS, settings) as function,
        row_versions.remembered(filled.database_url) as versions,
    ):
        about = int(_GUILDS * variant.requests_budget)
        invocation = filled.invoke(function, f"syncing with {variant}", about)
        rewritten = versions.rewritten()
    traffic = filled.take_traffic()
    return [
        Figure(
            what="time of the run",
            measured=invocation.seconds,
            unit="s",
            reference=traffic.requests / (_DISCORD_PER_SECOND * variant.share),
            compared_with=f"{traffic.requests:,} / ({_DISCORD_PER_SECOND} * {variant.share})",
            budget=_TIME_BUDGET,
        ),
        Figure(
            what="requests",
            measured=traffic.requests,
            reference=_GUILDS,
            compared_with="guilds",
            budget=variant.requests_budget,
        ),
        Figure(what="answers 429", measured=traffic.rate_limited, budget=0),
        Figure(what="guilds that had no turn", measured=_GUILDS - traffic.guilds_read, budget=0),
        Figure(what="rows of bot_channels rewritten", measured=rewritten, budget=0),
        Figure(
            what="processor time of the sync",
            measured=invocation.cpu_seconds,
            unit="s",
            reference=invocation.seconds,
            compared_with="time of the run",
        ),
    ]
