"""`clipsaver schedule ...`."""

from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from clipsaver import deployment, samconfig
from clipsaver.operations import target
from clipsaver.schedules import crontab, deployed, runs
from clipsaver.variables import operator_variables
from functions.shared import settings

_RUNS_SHOWN: Final = 3

console = Console(emoji=False)
app = typer.Typer(no_args_is_help=True, help="When sync, purge and backups run on AWS.")


@app.command()
def convert(
    line: Annotated[
        str | None, typer.Argument(metavar="CRONTAB", help="Without one, the settings' purge.")
    ] = None,
    timezone: Annotated[str, typer.Option(help="The stack's ScheduleTimezone.")] = "UTC",
) -> None:
    """Turn a crontab line into what EventBridge takes, and show its next runs."""
    zone = _zone(timezone)
    expression = _from_settings() if line is None else _converted(line)
    console.print(expression, highlight=False, soft_wrap=True)
    now = datetime.now(UTC)
    table = Table(f"next runs in {zone.key}")
    for moment in islice(runs.following(expression, zone, now, now), _RUNS_SHOWN):
        table.add_row(_shown(moment, zone))
    console.print(table)


def _from_settings() -> str:
    environment = settings.from_variables(operator_variables())
    return deployment.purge_schedule(environment.settings_path)


def _converted(line: str) -> str:
    try:
        return crontab.to_expression(line)
    except crontab.Inexpressible as error:
        raise typer.BadParameter(str(error)) from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise typer.BadParameter(f"there is no time zone {name}; one is Europe/Berlin") from error


@app.command("list")
def list_deployed(
    stack: target.StackName = None,
    region: target.Region = None,
    environment: target.Environment = samconfig.ENVIRONMENT,
) -> None:
    """Show expression, time zone, state and next run of what is deployed."""
    name, region = target.name_and_region(stack, region, environment)
    now = datetime.now(UTC)
    table = Table("schedule", "expression", "zone", "state", "next run")
    for each in deployed.of_stack(name, region):
        table.add_row(each.name, each.expression, each.zone.key, each.state, _next(each, now))
    console.print(table)


def _next(schedule: deployed.Schedule, now: datetime) -> str:
    try:
        moment = schedule.next_run(now)
    except runs.Unreadable:
        return "unknown"
    if moment is None:
        return "never"
    # EventBridge does not tell when exactly a rate began to count.
    about = "about " if schedule.expression.startswith("rate") else ""
    return about + _shown(moment, schedule.zone)


def _shown(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M %z}"
