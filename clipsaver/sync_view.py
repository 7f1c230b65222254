"""A sync as the operator sees it: progress while it runs, what changed per guild, the summary."""

from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from functions.shared.reconcile import diff


class SyncView:
    """Watches a run and shows it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("Syncing guilds"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("guilds", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def started(self, guilds: int) -> None:
        """The run will look at this many guilds."""
        self._bar.update(self._task, total=guilds)

    def guild_done(self, name: str, plan: diff.GuildPlan) -> None:
        """Show a guild that changed; the others only move the bar."""
        self._bar.advance(self._task)
        if plan.guild_change or plan.channels:
            self._console.print(f"[green]✓[/] {escape(name)}: {_changes(plan)}")

    def guild_skipped(self, name: str, reason: str) -> None:
        """Show a guild that stays as it is stored, and why."""
        self._bar.advance(self._task)
        self._console.print(f"[red]✗[/] {escape(name)}: skipped. {escape(reason)}")


def _changes(plan: diff.GuildPlan) -> str:
    kinds = Counter(change.kind for change in plan.channels)
    parts = [f"{count} channels {kind}" for kind, count in kinds.items()]
    if plan.guild_change:
        parts.insert(0, f"guild {plan.guild_change}")
    return ", ".join(parts)


def summary_table(summary: Mapping[str, Any]) -> Table:
    """The summary of a run, as a table."""
    table = Table("", *sorted({*summary["guilds"], *summary["channels"]}), title="Sync")
    for row in ("guilds", "channels"):
        counts = summary[row]
        cells = [
            str(counts[column.header]) if column.header in counts else ""
            for column in table.columns[1:]
        ]
        table.add_row(row, *cells)
    notes = f"{summary['requests']} requests, {summary['rate_limited']} rate limited"
    if not summary["complete"]:
        notes += "; not complete: " + (
            summary.get("skipped") or summary["breaker"] or "time was up, the next run goes on"
        )
    elif summary["breaker"]:
        notes += f"; {summary['breaker']}"
    table.caption = notes
    return table
