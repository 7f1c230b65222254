"""The catalogue of a guild with a million messages and 5,000 clips, by Discord's search."""

from typing import Final

from benchmarks import scan_stage
from benchmarks.figures import Figure
from benchmarks.report import Report
from benchmarks.scan_stage import MESSAGES, SEARCH, SEARCHES_PER_SECOND, ScanStage, Shape
from functions.shared.discord.client import RESULTS_PER_PAGE

_SHAPE: Final = Shape(channels=20, length=50_000, every=200)
_BUDGET: Final = 1.10
_GROWTH_BUDGET_BYTES: Final = 10_000_000


def run(report: Report) -> None:
    """Search, with history left for later."""
    with scan_stage.filled(report, _SHAPE) as stage:
        report.table(
            f"scan by search, {_SHAPE.messages:,} messages, {_SHAPE.clips:,} clips",
            _measure(stage),
        )


def _measure(stage: ScanStage) -> list[Figure]:
    least = -(-_SHAPE.clips // RESULTS_PER_PAGE)
    # History has its turn in another benchmark: what was refused lately is left alone.
    stage.execute(
        "INSERT INTO bot_channel_scan_runs (channel_id, status, finished_at)"
        " SELECT channel_id, 'failed', now() FROM bot_channels"
    )
    stage.execute("UPDATE bot_channels SET archived_threads_refused_at = now()")
    with stage.scan({}) as function:
        invocation = stage.turn(function, "searching", least)
        traffic = stage.take_traffic()
        saved = stage.value("SELECT count(*) FROM clips")
        stage.execute("DELETE FROM clips; DELETE FROM guild_scans")
        again = stage.turn(function, "searching again", least)
    searches = traffic.by_route[SEARCH]
    return [
        Figure(
            what="requests for the search",
            measured=searches,
            reference=least,
            compared_with=f"pages of {RESULTS_PER_PAGE}",
            budget=_BUDGET,
        ),
        Figure(
            what="time",
            measured=invocation.seconds,
            unit="s",
            reference=searches / SEARCHES_PER_SECOND,
            compared_with=f"{searches} / {SEARCHES_PER_SECOND} per second, the search's bucket",
            budget=_BUDGET,
        ),
        Figure(
            what="clips not saved",
            measured=_SHAPE.clips - saved,
            budget=0,
        ),
        Figure(what="pages of history", measured=traffic.by_route.get(MESSAGES, 0), budget=0),
        Figure(what="answers 429", measured=traffic.rate_limited, budget=0),
        Figure(
            what="requests by history instead",
            measured=_SHAPE.messages / 100,
            reference=searches,
            compared_with="by search",
        ),
        Figure(what="peak memory", measured=again.peak_bytes / 1e6, unit="MB"),
        Figure(
            what="memory that grew in a second search",
            measured=(again.peak_bytes - invocation.peak_bytes) / 1e6,
            unit="MB",
            budget=_GROWTH_BUDGET_BYTES / 1e6,
        ),
    ]
