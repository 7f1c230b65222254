"""`clipsaver verify` and `clipsaver maintain`: a database looked through, and kept small."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from clipsaver.operations import findings, invocation, target
from clipsaver.operations.stack import Stack
from clipsaver.variables import operator_variables
from functions.operations.finding import Finding

console = Console(emoji=False)

_FAILED: Final = 1
_MEGABYTE: Final = 1_000_000


def register(app: typer.Typer) -> None:
    """Add the verbs to the operator's command."""
    app.command()(verify)
    app.command()(maintain)


def verify(stack: target.DeployedStack = None, region: target.Region = None) -> None:
    """Look whether what the database holds still holds together; nothing is changed.

    Ends with status 1 if something has to be done now.
    """
    answer = _answer({"operation": "verify"}, stack, region)
    findings.show(console, "Verify", [Finding(**each) for each in answer["findings"]])


def maintain(
    stack: target.DeployedStack = None,
    region: target.Region = None,
    *,
    reindex: Annotated[
        bool, typer.Option("--reindex", help="Build bloated and invalid indexes anew.")
    ] = False,
    reindex_all: Annotated[
        bool, typer.Option("--reindex-all", help="First build every index anew: one is damaged.")
    ] = False,
) -> None:
    """VACUUM (ANALYZE) every table, and show sizes, unused and bloated indexes."""
    event = {"operation": "maintain", "reindex": reindex, "reindex_all": reindex_all}
    done = _answer(event, stack, region)
    console.print(_tables(done["tables"], done["database_bytes"]))
    since = done["counted_since"] or "the database was made"
    console.print(_indexes("Never read since " + since, done["unused_indexes"]))
    console.print(_indexes("Bloated or invalid", done["bloated_indexes"]))
    if done["reindexed"]:
        console.print(f"Built anew: {', '.join(done['reindexed'])}")
    if done["bloated_indexes"] and not reindex:
        console.print("`clipsaver maintain --reindex` builds them anew; nobody waits for it.")
    if not done["complete"]:
        console.print("There was no time for the rest: run it again.")
        raise typer.Exit(_FAILED)


def _answer(event: Mapping[str, Any], stack: str | None, region: str | None) -> Any:  # noqa: ANN401 -- JSON
    deployed = None if stack is None else Stack.read(stack, region)
    return invocation.run(event, operator_variables(), deployed)


def _tables(tables: Sequence[Mapping[str, Any]], total: int) -> Table:
    shown = Table(
        *("table", "MB", "indexes MB", "live rows", "dead rows", "vacuum s"),
        title=f"Tables: {total / _MEGABYTE:.1f} MB in all",
    )
    for each in tables:
        seconds = each["seconds"]
        shown.add_row(
            each["name"],
            f"{each['table_bytes'] / _MEGABYTE:.1f}",
            f"{each['index_bytes'] / _MEGABYTE:.1f}",
            str(each["live_rows"]),
            str(each["dead_rows"]),
            "no time" if seconds is None else f"{seconds:.2f}",
        )
    return shown


def _indexes(title: str, indexes: Sequence[Mapping[str, Any]]) -> Table:
    shown = Table("index", "MB", "MB if built now", "reads", "", title=title)
    for each in indexes:
        fresh = each["fresh_bytes"]
        shown.add_row(
            each["name"],
            f"{each['bytes'] / _MEGABYTE:.1f}",
            "unknown" if fresh is None else f"{fresh / _MEGABYTE:.1f}",
            str(each["scans"]),
            "" if each["is_valid"] else "invalid",
        )
    return shown
