"""The operator's command, `clipsaver`: it reads the same variables as the functions, and `.env`."""

import json
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clipsaver import aws, deployment, guild_settings, jobs, samconfig
from clipsaver.local import errors as local_errors
from clipsaver.operations import care, pause
from clipsaver.operations import commands as operations
from clipsaver.operations.stack import Stack
from clipsaver.recovery import commands as recovery
from clipsaver.schedules import commands as schedules
from clipsaver.sync_view import SyncView, shown_summary
from clipsaver.variables import configured, operator_variables
from functions.shared import errors, settings
from functions.shared.db.setting_changes import SettingChange
from functions.shared.registration import CommandDiff

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Operate Discord Clip Saver. Variables come from the environment and from .env.",
)
commands = typer.Typer(no_args_is_help=True, help="The bot's commands, as Discord knows them.")
app.add_typer(commands, name="commands")
own_settings = typer.Typer(
    no_args_is_help=True, help="The settings of one server, or of one of its channels."
)
app.add_typer(own_settings, name="settings")
app.add_typer(schedules.app, name="schedule")
operations.register(app)
care.register(app)
app.command("backup")(recovery.take)
app.command("restore")(recovery.bring_back)
app.command("unseal")(recovery.unseal)

# An ARN holds `:secret:`, which is the name of an emoji.
console = Console(emoji=False)
complaints = Console(stderr=True, emoji=False)

_FAILED: Final = 1
_TOLD: Final = (
    errors.ClipSaverError,
    local_errors.LocalError,
    aws.AwsError,
)
"""Errors whose message is all that an operator needs."""
_LARGEST_SNOWFLAKE: Final = (1 << 63) - 1

GuildId = Annotated[int, typer.Argument(metavar="GUILD", min=1, max=_LARGEST_SNOWFLAKE)]
ChannelId = Annotated[
    int | None,
    typer.Option("--channel", metavar="ID", min=1, max=_LARGEST_SNOWFLAKE, help="Only there."),
]
Key = Annotated[str, typer.Argument(help="As `show` lists it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen; write nothing.")]


def main() -> None:
    """Run the command; an error of ours is a sentence, not a traceback."""
    try:
        app()
    except _TOLD as error:
        _complain(error, str(error))
    except OSError as error:
        # A full disk, a folder that nobody may write to: only the operator can change that.
        _complain(error, f"{error.strerror}: {error.filename}" if error.filename else str(error))


def _complain(error: Exception, told: str) -> NoReturn:
    complaints.print(f"[bold red]{type(error).__name__}[/]: {escape(told)}", highlight=False)
    sys.exit(_FAILED)


@app.command()
def demo() -> None:
    """Show the whole main job on this machine, and check every outcome."""
    # The local stack takes half a second to load; the other verbs do without.
    from clipsaver import demo as demonstration  # noqa: PLC0415

    if not demonstration.run(console):
        raise typer.Exit(_FAILED)


@app.command()
def dev(
    port: Annotated[int, typer.Option(help="The port of the API.")] = 8000,
    dump: Annotated[
        str | None, typer.Option(metavar="FROM", help="A copy of this backup or dump.")
    ] = None,
) -> None:
    """Serve the API locally until interrupted; on the real Discord where .env names one."""
    from clipsaver.local import dev as development  # noqa: PLC0415 -- as above

    development.serve(operator_variables(), port, console, dump)


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this release."""
    from functions.deploy import migrations  # noqa: PLC0415 -- as above

    configuration = configured(operator_variables(), required=("DATABASE_URL",))
    console.print(escape(migrations.upgrade(configuration.environment.require("DATABASE_URL"))))


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
    """Reconcile guilds and channels with what Discord says, now.

    Ends with status 1 if the mass-change breaker held something back.
    """
    event: dict[str, Any] = {"dry_run": dry_run, "force": force}
    if guild:
        event["guild_ids"] = guild
    with SyncView(complaints if as_json else console) as view:
        summary = jobs.sync(operator_variables(), event, view)
    if as_json:
        print(json.dumps(summary, indent=2))  # noqa: T201 -- for another program to read
    else:
        console.print(shown_summary(summary))
    if summary["breaker"]:
        raise typer.Exit(_FAILED)


@app.command()
def purge(*, dry_run: DryRun = False) -> None:
    """Delete what has expired, now."""
    summary = jobs.purge(operator_variables(), {"dry_run": dry_run})
    table = Table("table", "would be deleted" if dry_run else "deleted", title="Purge")
    for name in ("install_intents", "scan_runs", "processed_interactions", "guilds"):
        table.add_row(name, str(summary[name]))
    console.print(table)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def deploy(
    sam_options: typer.Context,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            "-p",
            metavar="NAME=VALUE",
            help="A parameter of the template; wins over samconfig.toml, repeatable.",
        ),
    ] = None,
    environment: Annotated[
        str, typer.Option("--config-env", help="Which environment of samconfig.toml.")
    ] = samconfig.ENVIRONMENT,
    config_file: Annotated[Path, typer.Option(help="SAM's configuration.")] = samconfig.PATH,
    sam: Annotated[str, typer.Option(help="The SAM command line.")] = "sam",
    *,
    show: Annotated[bool, typer.Option("--show", help="Only print the command.")] = False,
) -> None:
    """Deploy what `sam build` built, with the purge schedule of the settings.

    Other options are handed on to `sam deploy`.
    """
    given, options = parameters or [], sam_options.args
    if problem := deployment.problem(given, options):
        raise typer.BadParameter(problem)
    request = deployment.Deploy(sam, config_file, environment, given, options)
    path = settings.from_variables(operator_variables()).settings_path
    command = request.command(path, datetime.now(UTC), paused=_is_paused(*request.target()))
    if show:
        print(shlex.join(command))  # noqa: T201 -- to be pasted, so never wrapped
        return
    raise typer.Exit(deployment.run(command))


def _is_paused(stack: str | None, region: str | None) -> bool | None:
    """Whether the deployed stack is paused; None if there is none yet, or AWS does not tell."""
    if stack is None:
        return None
    try:
        return pause.is_paused(Stack.read(stack, region))
    except aws.NotDeployed:
        return None
    except aws.AwsError as error:
        told = escape(str(error))
        complaints.print(f"Whether the stack is paused is not known, so Paused stays: {told}")
        return None


@commands.command("diff")
def commands_diff() -> None:
    """Show how the registered commands differ from the declared ones."""
    console.print(_diff_table(jobs.commands(operator_variables(), push=False), "Commands"))


@commands.command("push")
def commands_push() -> None:
    """Register the declared commands, if they differ."""
    console.print(_diff_table(jobs.commands(operator_variables(), push=True), "Commands pushed"))


@own_settings.command("show")
def settings_show(guild: GuildId, channel: ChannelId = None) -> None:
    """Show each setting, its value and where that comes from, and the last changes."""
    found = guild_settings.show(operator_variables(), guild_settings.scope(guild, channel))
    table = Table("key", "value", "source", title=f"Settings of {escape(found.name)}")
    for value in found.values:
        table.add_row(value.key, escape(_shown(value.value)), value.source)
    console.print(table)
    if found.changes:
        console.print(_history(found.changes))


@own_settings.command("set")
def settings_set(guild: GuildId, key: Key, value: str, channel: ChannelId = None) -> None:
    """Set one."""
    where = guild_settings.scope(guild, channel)
    try:
        new = guild_settings.parse(where, key, value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    _tell_change(key, changed=guild_settings.change(operator_variables(), where, key, new))


@own_settings.command("reset")
def settings_reset(guild: GuildId, key: Key, channel: ChannelId = None) -> None:
    """Leave one to the default, or for a channel to the server."""
    where = guild_settings.scope(guild, channel)
    try:
        guild_settings.check_resettable(where, key)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    _tell_change(key, changed=guild_settings.change(operator_variables(), where, key, None))


@own_settings.command("restore")
def settings_restore(guild: GuildId, channel: ChannelId = None) -> None:
    """Undo the last change."""
    where = guild_settings.scope(guild, channel)
    undone = guild_settings.restore(operator_variables(), where)
    if undone is None:
        console.print("There is no change to undo.")
    else:
        console.print(f"{undone.key} is {escape(_shown(undone.old_value))} again.")


def _tell_change(key: str, *, changed: bool) -> None:
    console.print(f"{key} was changed." if changed else f"{key} was that already.")


def _history(changes: Sequence[SettingChange]) -> Table:
    table = Table("when", "where", "key", "from", "to", "by", "", title="Last changes")
    for each in changes:
        table.add_row(
            f"{each.changed_at:%Y-%m-%d %H:%M} UTC",
            escape(f"#{each.channel_name}") if each.channel_id else "",
            each.key,
            escape(_shown(each.old_value)),
            escape(_shown(each.new_value)),
            str(each.changed_by or "operator"),
            "undone" if each.undone_at else "",
        )
    return table


def _shown(value: object | None) -> str:
    """A value as `set` takes it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "not set" if value is None else str(value)


def _diff_table(found: CommandDiff, title: str) -> Table:
    table = Table("command", "change", title=title)
    for change in ("added", "changed", "removed"):
        for name in getattr(found, change):
            table.add_row(name, change)
    if not found:
        table.caption = "As declared; nothing to write."
    return table
