"""What the demo prints: a heading per step, tables, checks, and a verdict."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.table import Table


@dataclass(slots=True)
class _Step:
    title: str
    seconds: float = 0.0
    passed: int = 0
    failed: list[str] = field(default_factory=list)


class Report:
    """Collects the outcome of every step while printing it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps: list[_Step] = []

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A step; an error in it is a failed check and ends the demo."""
        step = _Step(title.partition("\n")[0].rstrip("."))
        self._steps.append(step)
        self._console.print()
        self._console.rule(f"[bold]{len(self._steps)}. {step.title}", align="left")
        started = time.perf_counter()
        try:
            yield
        finally:
            step.seconds = time.perf_counter() - started

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Show what is there."""
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*(escape(str(cell)) for cell in row))
        self._console.print(table)

    def quote(self, who: str, text: str) -> None:
        """Show what somebody reads in Discord."""
        self._console.print(f"[dim]{escape(who)} reads:[/]")
        for line in text.splitlines():
            self._console.print(f"  [cyan]│[/] {escape(line)}")

    def check(self, claim: str, holds: bool, found: object = "") -> None:  # noqa: FBT001 -- reads as a sentence
        """Check an outcome; what was found instead is shown when it does not hold."""
        step = self._steps[-1]
        if holds:
            step.passed += 1
            self._console.print(f"[green]✓[/] {escape(claim)}")
        else:
            step.failed.append(claim)
            self._console.print(f"[bold red]✗ {escape(claim)}[/]: found {escape(repr(found))}")

    def conclude(self) -> bool:
        """Print the verdict; whether everything held."""
        table = Table("step", "checks", "seconds", title="Demo", title_justify="left")
        for number, step in enumerate(self._steps, start=1):
            total = step.passed + len(step.failed)
            colour = "red" if step.failed else "green"
            checks = f"[{colour}]{step.passed} of {total}[/]" if total else ""
            table.add_row(f"{number}. {step.title}", checks, f"{step.seconds:.2f}")
        failed = [claim for step in self._steps for claim in step.failed]
        passed = sum(step.passed for step in self._steps)
        self._console.print()
        self._console.print(table)
        if failed:
            self._console.print(f"[bold red]{len(failed)} checks failed.[/]")
        else:
            seconds = sum(step.seconds for step in self._steps)
            self._console.print(f"[bold green]All {passed} checks passed[/] in {seconds:.1f} s.")
        return not failed
