"""The operator's command, `clipsaver`: it reads the same variables as the functions, and `.env`."""

import json
import sys
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from clipsaver import demo as demonstration
from clipsaver import jobs
from clipsaver.local import dev as development
from clipsaver.local import errors as local_errors
from clipsaver.local import migrations
from clipsaver.registration import CommandDiff
from clipsaver.sync_view import SyncView, summary_table
from clipsaver.variables import operator_variables
from functions.shared import errors, settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Operate Discord Clip Saver. Variables come from the environment and from .env.",
)
commands = typer.Typer(no_args_is_help=True, help="The bot's commands, as Discord knows them.")
app.add_typer(commands, name="commands")

console = Console()
complaints = Console(stderr=True)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen; write nothing.")]

_FAILED: Final = 1


def main() -> None:
    """Run the command; an error of ours is a sentence, not a traceback."""
    try:
        app()
    except (errors.ClipSaverError, local_errors.LocalError, SQLAlchemyError) as error:
        complaints.print(f"[bold red]{type(error).__name__}[/]: {error}", highlight=False)
        sys.exit(_FAILED)


@app.command()
def demo() -> None:
    """Show the whole main job on this machine, and check every outcome."""
    if not demonstration.run(console):
        raise typer.Exit(_FAILED)


@app.command()
def dev(port: Annotated[int, typer.Option(help="The port of the API.")] = 8000) -> None:
    """Serve the API locally until interrupted; on the real Discord where .env names one."""
    development.serve(operator_variables(), port, console)


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this release."""
    environment = settings.from_variables(operator_variables(), required=("DATABASE_URL",))
    migrations.upgrade(environment.require("DATABASE_URL"))
    console.print("The database has the newest schema.")


@app.command()
def sync(
    guild: Annotated[list[str] | None, typer.Option(help="Only this guild; repeatable.")] = None,
    *,
    dry_run: DryRun = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write what the mass-change breaker would hold back.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Reconcile guilds and channels with what Discord says, now."""
    event: dict[str, Any] = {"dry_run": dry_run, "force": force}
    if guild:
        event["guild_ids"] = guild
    with SyncView(complaints if as_json else console) as view:
        summary = jobs.sync(operator_variables(), event, view)
    if as_json:
        print(json.dumps(summary, indent=2))  # noqa: T201 -- for another program to read
    else:
        console.print(summary_table(summary))


@app.command()
def purge(*, dry_run: DryRun = False) -> None:
    """Delete what has expired, now."""
    summary = jobs.purge(operator_variables(), {"dry_run": dry_run})
    table = Table("table", "would be deleted" if dry_run else "deleted", title="Purge")
    for name in ("install_intents", "scan_runs", "processed_interactions", "guilds"):
        table.add_row(name, str(summary[name]))
    console.print(table)


@commands.command("diff")
def commands_diff() -> None:
    """Show how the registered commands differ from the declared ones."""
    console.print(_diff_table(jobs.commands(operator_variables(), push=False), "Commands"))


@commands.command("push")
def commands_push() -> None:
    """Register the declared commands, if they differ."""
    console.print(_diff_table(jobs.commands(operator_variables(), push=True), "Commands pushed"))


def _diff_table(found: CommandDiff, title: str) -> Table:
    table = Table("command", "change", title=title)
    for change in ("added", "changed", "removed"):
        for name in getattr(found, change):
            table.add_row(name, change)
    if not found:
        table.caption = "As declared; nothing to write."
    return table
