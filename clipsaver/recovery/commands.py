"""`clipsaver backup` and `clipsaver restore`."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, cast, get_args

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clipsaver.operations import invocation, target
from clipsaver.operations.stack import Stack
from clipsaver.recovery import deployed
from clipsaver.variables import configured, operator_variables
from functions.operations.backup import variables_of
from functions.operations.recovery import (
    backup,
    errors,
    guild,
    manifest,
    places,
    restore,
    sealing,
    source,
)
from functions.operations.recovery.manifest import Kind
from functions.operations.recovery.source import Source

console = Console(emoji=False)

PASSPHRASE: Final = "BACKUP_PASSPHRASE"  # noqa: S105 -- a variable's name
_QUEUES: Final = ("JOBS_QUEUE_URL", "SCAN_QUEUE_URL")
_LARGEST_SNOWFLAKE: Final = (1 << 63) - 1


def _instant(text: str) -> datetime:
    """A moment as an operator types it; UTC where no offset is given."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no time like 2026-01-31T12:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Before = Annotated[
    datetime | None,
    typer.Option(parser=_instant, metavar="TIME", help="The newest from before, as ...T12:00Z."),
]
DecidedUntil = Annotated[
    datetime | None,
    typer.Option(parser=_instant, metavar="TIME", help="Do not redo what was decided later."),
]
DecisionsSince = Annotated[
    datetime | None,
    typer.Option(
        parser=_instant, metavar="TIME", help="Bring no rows; only redo what was decided."
    ),
]


def take(
    to: Annotated[
        str | None, typer.Option(metavar="PLACE", help="FOLDER or s3://BUCKET/PREFIX.")
    ] = None,
    stack: target.DeployedStack = None,
    region: target.Region = None,
    *,
    tolerant: Annotated[
        bool, typer.Option("--tolerant", help="Skip what cannot be read, and say what was lost.")
    ] = False,
    log_only: Annotated[
        bool, typer.Option("--log-only", help="Only what people decided: every hour, say.")
    ] = False,
    without_secret: Annotated[
        bool, typer.Option("--without-secret", help="Keep no secret in the backup.")
    ] = False,
) -> None:
    """Back up the database with its settings and its secret (sealed).

    With --stack alone, the deployed stack does it, into its own bucket. With --to as well, this
    machine does, and the stack's parameters go along.
    """
    if log_only and tolerant:
        raise typer.BadParameter(
            "reads no tables that could be damaged: leave out --tolerant", param_hint="--log-only"
        )
    kind: Kind = "log" if log_only else "tolerant" if tolerant else "full"
    started = time.monotonic()
    found = Stack.read(stack, region) if stack else None
    if to is None:
        where, rows, lost = _take_there(kind, found)
    else:
        where, made = _take_here(to, kind, found, without_secret=without_secret)
        rows, lost = made.rows, made.lost
    seconds = time.monotonic() - started
    told = f"Backed up to {escape(where)} in {seconds:.1f} s."
    console.print(told, soft_wrap=True, highlight=False)
    if rows:
        console.print(_counts("Rows", rows))
    _tell_lost(lost)


def _take_here(
    to: str, kind: Kind, stack: Stack | None, *, without_secret: bool
) -> tuple[str, manifest.Manifest]:
    configuration = configured(operator_variables(), required=("DATABASE_URL",))
    keeps_secret = kind != "log" and not without_secret
    order = backup.Order(
        url=configuration.environment.require("DATABASE_URL"),
        kind=kind,
        settings_path=configuration.environment.settings_path,
        secret=variables_of(configuration) if keeps_secret else {},
        passphrase=configuration.environment.backup_passphrase or "",
        stack=stack.parameters if stack else None,
    )
    return backup.take(order, places.open_place(to))


def _take_there(kind: Kind, stack: Stack | None) -> tuple[str, dict[str, int], list[str]]:
    if stack is None:
        raise typer.BadParameter("where to? --to PLACE, or --stack NAME into its bucket")
    event = {"operation": "backup", "kind": kind, "stack": dict(stack.parameters)}
    answer = invocation.run(event, operator_variables(), stack)
    if kind != "log" and not answer["is_secret_kept"]:
        console.print(f"Without the secret: it has no {PASSPHRASE} to be sealed with.")
    return answer["place"], answer["rows"], answer["lost"]


def bring_back(  # noqa: PLR0913 -- the options of a verb
    place: Annotated[
        str | None,
        typer.Argument(metavar="FROM", help="A backup, or a place: its newest."),
    ] = None,
    guild_id: Annotated[
        int | None,
        typer.Option("--guild", metavar="ID", min=1, max=_LARGEST_SNOWFLAKE, help="Only this one."),
    ] = None,
    only: Annotated[
        str | None, typer.Option(metavar="PART", help="Of a guild: settings, channels or clips.")
    ] = None,
    stack: target.DeployedStack = None,
    region: target.Region = None,
    *,
    before: Before = None,
    decided_until: DecidedUntil = None,
    decisions_since: DecisionsSince = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move aside what is in the database.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """Restore a backup: everything to an empty database, or one guild to one that serves.

    With --stack, the deployed stack does it, from its own bucket; FROM may be the name of a backup
    there.
    """
    part = _part(only)
    if part and guild_id is None:
        raise typer.BadParameter(
            "is a part of one server: name it with --guild ID", param_hint="--only"
        )
    if replace and guild_id:
        raise typer.BadParameter(
            "moves the whole database aside: leave it out with --guild", param_hint="--replace"
        )
    if decisions_since:
        beside = {"--stack": stack, "--guild": guild_id, "--before": before, "--replace": replace}
        _check_rowless([option for option, value in beside.items() if value])
    if stack:
        instants = {"before": before, "decided_until": decided_until}
        given = {"name": place, "replace": replace, "guild_id": guild_id, "only": part}
        _restore_there({**given, **instants}, Stack.read(stack, region), is_sure=yes)
    elif place is None:
        raise typer.BadParameter("name a backup or a place, or a stack", param_hint="FROM")
    elif decisions_since:
        decided = source.decided(place)
        redone = restore.redo(_url(), decided, decisions_since, decided_until)
        console.print(_counts("Done again, because it was decided since", redone))
        _tell_lost(decided.told)
    elif guild_id:
        with source.fetched(place, before) as found:
            _restore_guild(_url(), found, guild_id, part, decided_until)
    else:
        with source.fetched(place, before) as found:
            _restore_here(found, decided_until, replace=replace, is_sure=yes)


def _check_rowless(beside: Sequence[str]) -> None:
    """Refuse what would be ignored where no backup's rows are brought."""
    if beside:
        raise typer.BadParameter(
            f"brings no rows and is done here: leave out {', '.join(beside)}",
            param_hint="--decisions-since",
        )


def _url() -> str:
    found = configured(operator_variables(), required=("DATABASE_URL",))
    return found.environment.require("DATABASE_URL")


def _confirm(what: str) -> None:
    typer.confirm(f"Replace {what}? What is there is moved aside, not deleted", abort=True)


def _restore_here(
    found: Source, decided_until: datetime | None, *, replace: bool, is_sure: bool
) -> None:
    # Loading it takes longer than most verbs.
    from functions.deploy import migrations  # noqa: PLC0415

    url = _url()
    if replace and not is_sure and not restore.is_empty(url):
        console.print("Whatever serves this database has to be paused: `clipsaver pause`.")
        _confirm(f"what is in the database by {found.manifest.name}")
    started = time.monotonic()
    try:
        report = restore.restore(
            url,
            found.folder,
            replace=replace,
            decided=found.decided,
            until=decided_until,
            migrate=migrations.upgrade,
        )
    except KeyboardInterrupt:
        console.print("Interrupted; the database is as it was.")
        raise
    _tell(found.manifest.name, report, time.monotonic() - started)
    # An empty database may be another one than the queues' functions work on.
    if replace:
        variables = operator_variables()
        _empty_queues([variables[name] for name in _QUEUES if variables.get(name)], None)


def _restore_there(given: Mapping[str, Any], stack: Stack, *, is_sure: bool) -> None:
    if given["replace"]:
        deployed.check_paused(stack)
        if not is_sure:
            _confirm("the stack's database")
    started = time.monotonic()
    answer = deployed.restore(given, stack)
    seconds = time.monotonic() - started
    if "rows" in answer:
        _tell_guild(answer["name"], given["guild_id"], answer["rows"], seconds)
        return
    _tell(answer["name"], restore.Report(**answer["report"]), seconds)
    _empty_queues(deployed.queues(stack), stack.region)


def _empty_queues(urls: list[str], region: str | None) -> None:
    """Drop what was asked of the database as it was."""
    with console.status("Emptying the queues, which AWS does once a minute at most"):
        deployed.empty(urls, region)


def unseal(
    place: Annotated[str, typer.Argument(metavar="FROM", help="As `restore` takes it.")],
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Must not exist yet.")],
) -> None:
    """Write the secret of a backup to a file, as JSON: what Secrets Manager takes."""
    with source.fetched(place) as found:
        sealed = found.folder / manifest.SECRET
        if not sealed.is_file():
            raise errors.BackupMissing("This backup holds no secret")
        passphrase = operator_variables().get(PASSPHRASE)
        passphrase = passphrase or typer.prompt(PASSPHRASE, hide_input=True)
        variables = sealing.open_sealed(sealed.read_bytes(), passphrase)
    try:
        target.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise typer.BadParameter(f"{target} exists already") from error
    target.write_text(json.dumps(variables, indent=2) + "\n", encoding="utf-8")
    names = escape(", ".join(variables))
    console.print(f"Wrote {names} to {escape(str(target))}; nobody else may read it.")


def _part(only: str | None) -> guild.Part | None:
    if only is not None and only not in get_args(guild.Part):
        raise typer.BadParameter(f"{only} is none of {', '.join(get_args(guild.Part))}")
    return cast("guild.Part | None", only)


def _restore_guild(
    url: str, found: Source, guild_id: int, only: guild.Part | None, until: datetime | None
) -> None:
    started = time.monotonic()
    rows = guild.restore_guild(url, found, guild_id, only, until=until)
    _tell_guild(found.manifest.name, guild_id, rows, time.monotonic() - started)
    _tell_lost(found.decided.told)


def _tell_lost(lost: Iterable[str]) -> None:
    for each in lost:
        console.print(f"[bold]lost[/] {escape(each)}", highlight=False)


def _tell_guild(name: str, guild_id: int, rows: Mapping[str, int], seconds: float) -> None:
    console.print(_counts(f"Guild {guild_id} as of {name}", rows))
    console.print(f"Restored in {seconds:.1f} s; `clipsaver sync --guild {guild_id}` is next.")


def _tell(name: str, report: restore.Report, seconds: float) -> None:
    console.print(_counts(f"Restored {name}", report.rows))
    console.print(_counts("Ended, because it was under way then", report.voided))
    console.print(_counts("Goes on after the next sync", report.requeued))
    if report.redone:
        console.print(_counts("Done again, because it was decided since", report.redone))
    _tell_lost(report.lost)
    console.print(f"Restored in {seconds:.1f} s; `clipsaver verify` and `clipsaver sync` are next.")
    if report.aside:
        drops = "\n".join(f"  DROP SCHEMA {schema} CASCADE;" for schema in report.aside)
        console.print(
            f"What was there is kept aside; when nothing is missed:\n{drops}",
            highlight=False,
        )


def _counts(title: str, counts: Mapping[str, int]) -> Table:
    table = Table("what", "rows", title=title)
    for name, count in counts.items():
        table.add_row(escape(name), str(count))
    return table
