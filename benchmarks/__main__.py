"""`python -m benchmarks [NAME ...]`: measure all, or the named ones, and show the figures."""

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rich.console import Console

from benchmarks import (
    clip_search,
    growth,
    interactions,
    purge,
    scan_history,
    scan_search,
    sync_ten_thousand,
    sync_thousand,
)
from benchmarks.report import Report
from clipsaver.local import guard


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What can be chosen by name.

    Attributes:
        minutes: About how long it takes on a machine with two cores.
    """

    name: str
    about: str
    minutes: float
    run: Callable[[Report], None]


BENCHMARKS: Final = (
    Benchmark("clip-search", "searches over a million clips", 2.5, clip_search.run),
    Benchmark("growth", "what a server, a channel and a clip take of the disk", 0.3, growth.run),
    Benchmark("interactions", "a PING and commands, cold and warm", 1.5, interactions.run),
    Benchmark("purge-1000000", "a million expired install intents", 0.5, purge.run),
    Benchmark("scan-history", "200,000 messages, one by one", 2, scan_history.run),
    Benchmark("scan-search", "5,000 clips among a million messages", 2, scan_search.run),
    Benchmark("sync-1000", "1,000 guilds, nothing changed", 2.5, sync_thousand.run),
    Benchmark("sync-10000", "10,000 guilds over many invocations", 10, sync_ten_thousand.run),
)


def main() -> None:
    """Run what the command line asks for."""
    # Nothing may lead to a Discord or a database that was not started here.
    guard.clean_environment()
    chosen = _chosen()
    report = Report(Console())
    minutes = sum(benchmark.minutes for benchmark in chosen)
    load = os.getloadavg()[0]
    report.say(
        f"{len(chosen)} of {len(BENCHMARKS)} benchmarks, about {minutes:g} minutes; "
        f"{os.cpu_count()} cores, load {load:.1f} before the start."
    )
    for benchmark in chosen:
        report.say(
            f"\n[bold]{benchmark.name}[/]: {benchmark.about}, about {benchmark.minutes:g} min"
        )
        benchmark.run(report)


def _chosen() -> list[Benchmark]:
    by_name = {benchmark.name: benchmark for benchmark in BENCHMARKS}
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(by_name))
    names = parser.parse_args().names
    if unknown := [name for name in names if name not in by_name]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(by_name)}")
    return [by_name[name] for name in names] or list(BENCHMARKS)


if __name__ == "__main__":
    main()
