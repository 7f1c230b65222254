"""What `make bench` prints: what is to come, how far it is, and a table for each benchmark."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from benchmarks.figures import Figure

_COLOURS: Final = {"within": "green", "over": "red", "": "default"}
_WHOLE_FROM: Final = 1000
"""Numbers from here on are shown without decimals."""

Advance = Callable[[float], None]
"""Tells how much of a stage's total is done by now."""


class Report:
    """The only one who writes to the terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str) -> None:
        """Print a sentence."""
        self._console.print(text, highlight=False)

    @contextmanager
    def stage(self, text: str, total: float) -> Iterator[Advance]:
        """Show how far a part of a benchmark is; the bar is gone afterwards, its text stays."""
        self._console.print(f"[dim]· {text}[/]", highlight=False)
        bar = Progress(
            TextColumn("  "),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        with bar:
            task = bar.add_task("", total=total)
            yield lambda done: bar.update(task, completed=done)

    def table(self, title: str, figures: Sequence[Figure]) -> None:
        """Show what a benchmark found out."""
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
        table.add_column("what")
        for column in ("measured", "compared with", "ratio", "budget"):
            table.add_column(column, justify="right")
        table.add_column("verdict")
        for figure in figures:
            table.add_row(*_cells(figure))
        self._console.print(table)


def _cells(figure: Figure) -> tuple[str, ...]:
    ratio, reference = figure.ratio, figure.reference
    compared = "" if reference is None else f"{figure.compared_with}: {_value(figure, reference)}"
    # A ratio has no unit, and neither has its budget.
    if figure.budget is None:
        budget = ""
    elif ratio is None:
        budget = f"≤ {_value(figure, figure.budget)}"
    else:
        budget = f"≤ {figure.budget:.2f}"
    return (
        figure.what,
        _value(figure, figure.measured),
        compared,
        "" if ratio is None else f"{ratio:.3f}",
        budget,
        f"[{_COLOURS[figure.verdict]}]{figure.verdict}[/]",
    )


def _value(figure: Figure, value: float) -> str:
    if value >= _WHOLE_FROM or float(value).is_integer():
        number = f"{value:,.0f}"
    else:
        number = f"{value:.4g}"
    return f"{number} {figure.unit}".rstrip()
