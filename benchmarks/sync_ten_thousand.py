"""A sync of 10,000 guilds: it goes on from invocation to invocation, in little memory."""

from collections.abc import Sequence
from typing import Final

from benchmarks import stage
from benchmarks.figures import Figure
from benchmarks.function_process import Invocation
from benchmarks.report import Report
from benchmarks.stage import Stage

_SMALL: Final = 1_000
_LARGE: Final = 10_000
_LONGEST_SECONDS: Final = 900.0
"""Lambda's longest timeout."""
_INVOCATION_SECONDS: Final = 120.0
_MOST_INVOCATIONS: Final = 6
"""Two more than it takes at the allowed rate."""
_SETTINGS: Final = {"sync_rate_share": 1.0}
_REQUESTS_PER_GUILD: Final = 2.05

_MEMORY_BUDGET_MB: Final = 200
_MEMORY_PER_GUILD_BUDGET_BYTES: Final = 1_000
_MEGABYTE: Final = 1_000_000


def run(report: Report) -> None:
    """Sync 1,000 guilds for their memory, then 10,000 in invocations of two minutes."""
    with (
        stage.filled(report, _SMALL) as filled,
        filled.sync(_LONGEST_SECONDS, _SETTINGS) as function,
    ):
        about = int(_SMALL * _REQUESTS_PER_GUILD)
        small = filled.invoke(function, f"syncing {_SMALL:,} guilds, for their memory", about)
    with stage.filled(report, _LARGE) as filled:
        invocations = _invoke_until_complete(report, filled)
        traffic = filled.take_traffic()
    peak = invocations[-1].peak_bytes
    figures = [
        Figure(what="invocations", measured=len(invocations)),
        Figure(what="syncs left incomplete", measured=not _is_complete(invocations), budget=0),
        Figure(what="guilds that had no turn", measured=_LARGE - traffic.guilds_read, budget=0),
        Figure(what="turns repeated", measured=traffic.guilds_read_again),
        Figure(
            what="requests", measured=traffic.requests, reference=_LARGE, compared_with="guilds"
        ),
        Figure(what="answers 429", measured=traffic.rate_limited),
        Figure(
            what="peak memory",
            measured=peak / _MEGABYTE,
            unit="MB",
            budget=_MEMORY_BUDGET_MB,
        ),
        Figure(
            what=f"memory per guild beyond {_SMALL:,}",
            measured=(peak - small.peak_bytes) / (_LARGE - _SMALL),
            unit="bytes",
            budget=_MEMORY_PER_GUILD_BUDGET_BYTES,
        ),
    ]
    report.table(f"sync, {_LARGE:,} guilds, invocations of {_INVOCATION_SECONDS:.0f} s", figures)


def _invoke_until_complete(report: Report, filled: Stage) -> list[Invocation]:
    """The invocations up to the one that completes the sync, or all that it may have."""
    invocations: list[Invocation] = []
    requests = 0
    with filled.sync(_INVOCATION_SECONDS, _SETTINGS) as function:
        while len(invocations) < _MOST_INVOCATIONS and not _is_complete(invocations):
            text = f"syncing {_LARGE:,} guilds, invocation {len(invocations) + 1}"
            about = int(_LARGE * _REQUESTS_PER_GUILD)
            invocations.append(filled.invoke(function, text, about))
            requests += invocations[-1].result["requests"]
            report.say(f"  {requests:,} requests so far")
    return invocations


def _is_complete(invocations: Sequence[Invocation]) -> bool:
    return bool(invocations) and invocations[-1].result["complete"]
