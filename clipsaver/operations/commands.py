"""`clipsaver pause`, `resume`, `logs`, `doctor` and `dlq`."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from clipsaver import samconfig
from clipsaver.operations import (
    alarm_test,
    dead_letters,
    findings,
    invocation,
    surroundings,
    target,
)
from clipsaver.operations import logs as log_groups
from clipsaver.operations import pause as pausing
from clipsaver.operations.letters import Letter, QueueName
from clipsaver.operations.stack import Stack
from clipsaver.variables import operator_variables
from functions.operations.finding import Finding

console = Console(emoji=False)
dlq = typer.Typer(no_args_is_help=True, help="The dead letters of a deployed stack.")

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_AGE: Final = re.compile(r"([1-9]\d{0,5})([smhd])")

Queue = Annotated[
    QueueName | None, typer.Option("--queue", help="Only these; else all.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the verbs to the operator's command."""
    for verb in (pause, resume, logs, doctor):
        app.command()(verb)
    app.add_typer(dlq, name="dlq")


def pause(
    stack: target.StackName = None,
    region: target.Region = None,
    environment: target.Environment = samconfig.ENVIRONMENT,
) -> None:
    """Have a deployed stack write nothing until it is resumed; commands say so.

    A run that is under way ends by itself. On your own machine, PAUSED=true does the same.
    """
    for done in pausing.pause(target.read(stack, region, environment), datetime.now(UTC)):
        console.print(done, highlight=False)
    console.print("[bold]Paused.[/] `clipsaver resume` ends it; deploys keep it.")


def resume(
    stack: target.StackName = None,
    region: target.Region = None,
    environment: target.Environment = samconfig.ENVIRONMENT,
) -> None:
    """End a pause."""
    for done in pausing.resume(target.read(stack, region, environment), datetime.now(UTC)):
        console.print(done, highlight=False)
    console.print("[bold]Running.[/] The next sync makes up for what was missed.")


def logs(
    function: Annotated[
        str | None, typer.Argument(help="interactions, sync, jobs, api, ...; else all.")
    ] = None,
    stack: target.StackName = None,
    region: target.Region = None,
    environment: target.Environment = samconfig.ENVIRONMENT,
    since: Annotated[str, typer.Option(metavar="AGE", help="30s, 10m, 6h or 2d ago.")] = "10m",
    grep: Annotated[
        str, typer.Option(metavar="TEXT", help="Only lines with this text, letter by letter.")
    ] = "",
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more.")] = False,
) -> None:
    """Show the logs of a deployed stack, newest last."""
    name, region = target.name_and_region(stack, region, environment)
    search = log_groups.Search(name, function, datetime.now(UTC) - _age(since), grep)
    read = log_groups.follow if follow else log_groups.read
    try:
        for line in read(search, region):
            console.print(line.rendered(), soft_wrap=True, highlight=False)
    except KeyboardInterrupt:
        # Nothing else ends a --follow.
        return


def _age(text: str) -> timedelta:
    found = _AGE.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{text} is no age; 30s, 10m, 6h and 2d are", param_hint="--since")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def doctor(
    stack: target.DeployedStack = None,
    region: target.Region = None,
    *,
    alarm: Annotated[
        bool, typer.Option("--alarm-test", help="Fire an alarm of each topic, and do no more.")
    ] = False,
) -> None:
    """Look whether all is as it should be: configuration, Discord, database, schedules, queues.

    Ends with status 1 if something has to be done now.
    """
    if alarm:
        _test_alarm(stack, region)
        return
    findings.show(console, "Doctor", _findings(stack, region))


def _test_alarm(stack: str | None, region: str | None) -> None:
    if stack is None:
        raise typer.BadParameter("an alarm is one of a deployed stack", param_hint="--stack")
    for name in alarm_test.fire(Stack.read(stack, region)):
        console.print(f"{name} is in alarm for a moment: did its message arrive?", highlight=False)


def _findings(stack: str | None, region: str | None) -> list[Finding]:
    deployed = None if stack is None else Stack.read(stack, region)
    variables = operator_variables()
    answer = invocation.run({"operation": "doctor"}, variables, deployed)
    found = [Finding(**each) for each in answer["findings"]]
    around = surroundings.own(variables) if deployed is None else surroundings.look(deployed)
    return [*found, *around]


@dlq.command("list")
def dlq_list(
    stack: target.StackName = None,
    region: target.Region = None,
    environment: target.Environment = samconfig.ENVIRONMENT,
    queue: Queue = None,
) -> None:
    """Show each dead letter, why it died, and whether to send it again."""
    with _office(stack, region, environment, queue) as office:
        console.print(_letters_table(office.letters))


@dlq.command("redrive")
def dlq_redrive(
    stack: target.StackName = None,
    region: target.Region = None,
    environment: target.Environment = samconfig.ENVIRONMENT,
    queue: Queue = None,
) -> None:
    """Send again what can still do any good; the rest stays."""
    with _office(stack, region, environment, queue) as office:
        sent = office.redrive()
        left = [letter for letter in office.letters if letter not in sent]
        console.print(f"{len(sent)} sent again, {len(left)} left.")
        _tell_slipped(office)
    if left:
        console.print(_letters_table(left))


@dlq.command("drop")
def dlq_drop(
    stack: target.StackName = None,
    region: target.Region = None,
    environment: target.Environment = samconfig.ENVIRONMENT,
    queue: Queue = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete dead letters, after showing them."""
    with _office(stack, region, environment, queue) as office:
        console.print(_letters_table(office.letters))
        if not office.letters:
            return
        count = len(office.letters)
        if not yes:
            typer.confirm(f"Delete {count} for ever?", abort=True)
        console.print(f"{len(office.drop())} dropped.")
        _tell_slipped(office)


def _tell_slipped(office: dead_letters.Office) -> None:
    if office.slipped:
        console.print(
            f"{len(office.slipped)} slipped away, held for too long or taken by somebody else: look"
            " again with `clipsaver dlq list`."
        )


def _office(
    stack: str | None, region: str | None, environment: str, queue: QueueName | None
) -> AbstractContextManager[dead_letters.Office]:
    deployed = target.read(stack, region, environment)
    there = [name for name, (dead, _) in dead_letters.QUEUES.items() if dead in deployed.resources]
    return dead_letters.opened(deployed, there if queue is None else [queue])


def _letters_table(letters: Sequence[Letter]) -> Table:
    headers = ("queue", "sent (UTC)", "received", "what", "why", "redrive", "id")
    # An id that is cut off cannot be looked for.
    columns = [Column(header, overflow="fold") for header in headers]
    table = Table(*columns, title="Dead letters")
    for each in letters:
        table.add_row(
            each.queue,
            f"{each.sent_at:%Y-%m-%d %H:%M:%S}",
            str(each.receives),
            escape(each.what),
            escape(each.cause),
            "yes" if each.is_redrivable else "no",
            each.message_id,
        )
    return table
