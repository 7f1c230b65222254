"""What the operator sees while a sync runs."""

import io

from rich.console import Console

from clipsaver.sync_view import SyncView, shown_summary
from functions.shared.discord.statistics import Statistics
from functions.shared.reconcile.summary import Summary


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().split())


def test_a_skipped_guild_is_shown_with_the_reason() -> None:
    console = Console(file=io.StringIO(), width=120)
    with SyncView(console) as view:
        view.started(1)
        view.guild_skipped("Arc[ade]", "Discord did not answer")
    assert "Arc[ade]: skipped. Discord did not answer" in shown(console)


def test_the_summary_says_why_a_run_is_not_complete() -> None:
    console = Console(file=io.StringIO(), width=200)
    summary = Summary(complete=False, skipped="Another sync is running; it does the work.")
    console.print(shown_summary(summary.as_json(Statistics())))
    assert "not complete: Another sync is running" in shown(console)


def test_the_summary_fits_a_narrow_terminal_and_leaves_out_what_did_not_happen() -> None:
    console = Console(file=io.StringIO(), width=80)
    summary = Summary()
    summary.guilds.update(added=2, failed=1)
    summary.channels.update(updated=1234)
    console.print(shown_summary(summary.as_json(Statistics())))
    assert isinstance(console.file, io.StringIO)
    lines = [line.strip("│┃") for line in console.file.getvalue().splitlines() if "│" in line]
    cells = [tuple(cell.strip() for cell in line.split("│")) for line in lines]
    assert cells == [
        ("seen", "0", "0"),
        ("added", "2", "0"),
        ("updated", "0", "1234"),
        ("failed", "1", ""),
    ]
