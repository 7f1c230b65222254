"""Findings, as a table with what to do about each."""

from collections.abc import Sequence
from typing import Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from functions.operations.finding import Finding

_STYLES: Final = {"ok": "green", "warning": "yellow", "failure": "bold red"}
_FAILED: Final = 1


def show(console: Console, title: str, found: Sequence[Finding]) -> None:
    """Print them.

    Raises:
        Exit: something has to be done now; the command ends with status 1.
    """
    # An address that is cut off cannot be pasted.
    found_column = Column("found", overflow="fold")
    table = Table("check", "", found_column, Column("what to do", overflow="fold"), title=title)
    for each in found:
        level = f"[{_STYLES[each.level]}]{each.level}[/]"
        table.add_row(each.check, level, escape(each.told), escape(each.fix))
    console.print(table)
    if any(each.level == "failure" for each in found):
        raise typer.Exit(_FAILED)
