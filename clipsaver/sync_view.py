"""A sync as the operator sees it: progress while it runs, what changed per guild, the summary."""

from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

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


def shown_summary(summary: Mapping[str, Any]) -> Group:
    """The summary of a run: what happened, to how many, and what it took."""
    table = Table("", "guilds", "channels", title="Sync")
    of_guilds, of_channels = summary["guilds"], summary["channels"]
    for kind in {**of_guilds, **of_channels}:
        counts = [counted.get(kind) for counted in (of_guilds, of_channels)]
        if kind == "seen" or any(counts):
            table.add_row(kind, *["" if count is None else str(count) for count in counts])
    notes = f"{summary['requests']} requests, {summary['rate_limited']} rate limited"
    if not summary["complete"]:
        notes += "; not complete: " + (
            summary.get("skipped") or summary["breaker"] or "time was up, the next run goes on"
        )
    elif summary["breaker"]:
        notes += f"; {summary['breaker']}"
    # A caption would be no wider than the table.
    return Group(table, Text(notes))
