"""`clipsaver backup` and `clipsaver restore`."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, cast, get_args

import typer
from rich.console import Console
from rich.table import Table

from clipsaver.operations.stack import Stack
from clipsaver.recovery import (
    backup,
    deployed,
    errors,
    guild,
    manifest,
    places,
    restore,
    scratch,
    sealing,
    source,
)
from clipsaver.recovery.manifest import Kind, Manifest
from clipsaver.recovery.source import Source
from clipsaver.variables import configured, operator_variables
from functions.shared import secret
from functions.shared.configuration import Configuration

console = Console()

PASSPHRASE: Final = "BACKUP_PASSPHRASE"  # noqa: S105 -- a variable's name
_QUEUES: Final = ("JOBS_QUEUE_URL", "SCAN_QUEUE_URL")
_SEALED: Final = (
    "DISCORD_PUBLIC_KEY",
    "DISCORD_APPLICATION_ID",
    "BOT_TOKEN",
    "DISCORD_CLIENT_SECRET",
    "DATABASE_URL",
)
_LARGEST_SNOWFLAKE: Final = (1 << 63) - 1

StackName = Annotated[
    str | None, typer.Option("--stack", metavar="NAME", help="The stack that the database serves.")
]


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
Region = Annotated[str | None, typer.Option(help="The stack's region.")]


def take(
    to: Annotated[str, typer.Option(metavar="PLACE", help="FOLDER or s3://BUCKET/PREFIX.")],
    stack: StackName = None,
    region: Region = None,
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
    """Back up the database with its settings, its secret (sealed) and the stack's parameters."""
    variables = operator_variables()
    configuration = configured(variables, required=("DATABASE_URL",))
    kind: Kind = "log" if log_only else "tolerant" if tolerant else "full"
    started = time.monotonic()
    where, made = backup.take(
        backup.Order(
            url=configuration.environment.require("DATABASE_URL"),
            kind=kind,
            settings_path=configuration.environment.settings_path,
            secret={} if log_only or without_secret else _secret(configuration),
            passphrase=variables.get(PASSPHRASE, ""),
            stack=Stack.read(stack, region).parameters if stack else None,
        ),
        places.open_place(to),
    )
    seconds = time.monotonic() - started
    console.print(f"Backed up to {where} in {seconds:.1f} s.", soft_wrap=True, highlight=False)
    if made.rows:
        console.print(_counts("Rows", made.rows))
    for each in made.lost:
        console.print(f"[bold]lost[/] {each}", highlight=False)


def bring_back(  # noqa: PLR0913 -- the options of a verb
    place: Annotated[str, typer.Argument(metavar="FROM", help="A backup, or a place: its newest.")],
    guild_id: Annotated[
        int | None,
        typer.Option("--guild", metavar="ID", min=1, max=_LARGEST_SNOWFLAKE, help="Only this one."),
    ] = None,
    only: Annotated[
        str | None, typer.Option(metavar="PART", help="Of a guild: settings, channels or clips.")
    ] = None,
    stack: StackName = None,
    region: Region = None,
    *,
    before: Before = None,
    decided_until: DecidedUntil = None,
    decisions_since: DecisionsSince = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move aside what is in the database.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """Restore a backup: everything to an empty database, or one guild to one that serves."""
    variables = operator_variables()
    url = configured(variables, required=("DATABASE_URL",)).environment.require("DATABASE_URL")
    if decisions_since:
        _redo(url, place, decisions_since, decided_until)
        return
    with source.fetched(place, before) as found:
        if guild_id:
            _restore_guild(url, found, guild_id, _part(only), decided_until)
            return
        if replace and not yes and not restore.is_empty(url):
            typer.confirm(
                f"Replace what is in the database by {found.manifest.name}?"
                " It is moved aside, not deleted",
                abort=True,
            )
        started = time.monotonic()
        report = restore.restore(
            url, found.folder, replace=replace, decided=found.decided, until=decided_until
        )
        _tell(found.manifest, report, time.monotonic() - started)
        with console.status("Emptying the queues, which AWS does once a minute at most"):
            deployed.empty(_queues(stack, region, variables, replace=replace), region)


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
    console.print(f"Wrote {', '.join(variables)} to {target}; nobody else may read it.")


def _secret(configuration: Configuration) -> Mapping[str, str]:
    """The variables that a new stack would need, wherever they come from."""
    environment = configuration.environment
    found = {name: value for name in _SEALED if (value := environment.value(name))}
    if environment.secret_arn:
        found = secret.read(environment.secret_arn) | found
    return found


def _queues(
    stack: str | None, region: str | None, variables: Mapping[str, str], *, replace: bool
) -> list[str]:
    """Where work waits that was asked of the database as it was."""
    if stack:
        return deployed.queues(Stack.read(stack, region))
    if replace:
        return [variables[name] for name in _QUEUES if variables.get(name)]
    # An empty database may be another one than the queues' functions work on.
    return []


def _part(only: str | None) -> guild.Part | None:
    if only is not None and only not in get_args(guild.Part):
        raise typer.BadParameter(f"{only} is none of {', '.join(get_args(guild.Part))}")
    return cast("guild.Part | None", only)


def _restore_guild(
    url: str, found: Source, guild_id: int, only: guild.Part | None, until: datetime | None
) -> None:
    started = time.monotonic()
    taken_at = found.manifest.taken_at
    with scratch.restored_copy(found.folder) as copy_url:
        counts = guild.restore_guild(
            url, copy_url, guild_id, taken_at, only, decided=found.decided, until=until
        )
    seconds = time.monotonic() - started
    console.print(
        _counts(f"Guild {guild_id} as of {taken_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC", counts)
    )
    console.print(f"Restored in {seconds:.1f} s; `clipsaver sync --guild {guild_id}` is next.")


def _redo(url: str, place: str, since: datetime, until: datetime | None) -> None:
    redone = restore.redo(url, source.decided(place), since, until)
    console.print(_counts("Done again, because it was decided since", redone))


def _tell(made: Manifest, report: restore.Report, seconds: float) -> None:
    console.print(_counts(f"Restored {made.name}", report.rows))
    console.print(_counts("Ended, because it was under way then", report.voided))
    console.print(_counts("Goes on after the next sync", report.requeued))
    if report.redone:
        console.print(_counts("Done again, because it was decided since", report.redone))
    for each in report.lost:
        console.print(f"[bold]lost[/] {each}", highlight=False)
    console.print(f"Restored in {seconds:.1f} s; `clipsaver verify` and `clipsaver sync` are next.")
    if report.aside:
        console.print(
            f"What was there is in the schema {report.aside}; when nothing is missed:\n"
            f"  DROP SCHEMA {report.aside} CASCADE;",
            highlight=False,
        )


def _counts(title: str, counts: Mapping[str, int]) -> Table:
    table = Table("what", "rows", title=title)
    for name, count in counts.items():
        table.add_row(name, str(count))
    return table
