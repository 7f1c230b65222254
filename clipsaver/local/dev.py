"""`make dev`: the API on a local port, with the local stack or the real Discord behind it."""

import asyncio
import signal
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from rich.console import Console

from clipsaver import jobs
from clipsaver.emulator.samples import sample_world
from clipsaver.local import guard
from clipsaver.local.gateway import Gateway
from clipsaver.local.lambda_environment import LambdaEnvironment
from clipsaver.local.postgres import Postgres
from clipsaver.local.stack import LocalStack
from clipsaver.recovery import scratch
from functions.deploy import migrations
from functions.operations.recovery import places
from functions.shared import errors, settings
from functions.shared.configuration import Configuration


def serve(
    variables: Mapping[str, str], port: int, console: Console, dump: str | None = None
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        variables: The operator's; with `BOT_TOKEN` or `SECRET_ARN` among them the API speaks to
            the real Discord.
        port: The port of the API on 127.0.0.1.
        console: Where the addresses are shown.
        dump: A backup, or a file of pg_dump's: the database is a copy of it, and Discord is the
            local one whatever the variables say, so that nothing reaches anybody.

    Raises:
        CannotBind: the port is taken.
        ConfigurationError: a variable is missing or malformed.
        RecoveryError: the dump cannot be restored.
    """
    with ExitStack() as started:
        if dump is None and (variables.get("BOT_TOKEN") or variables.get("SECRET_ARN")):
            rows = _serve_real(variables, port, started)
        else:
            rows = _serve_local(variables.get("LOG_LEVEL", "INFO"), port, dump, started)
        console.rule("Clip Saver, until Ctrl-C", align="left")
        for name, address in rows.items():
            # On one line however narrow the terminal, to be copied.
            console.print(f"[bold]{name:<12}[/]{address}", soft_wrap=True, highlight=False)
        _wait_for_interrupt()


def _serve_local(log_level: str, port: int, dump: str | None, started: ExitStack) -> dict[str, str]:
    """The API on the local Discord, with a database of our own."""
    world = sample_world()
    fill = migrations.upgrade if dump is None else partial(scratch.fill, source=dump)
    stack = started.enter_context(LocalStack(world, port=port, log_level=log_level, fill=fill))
    jobs.wire(stack.variables, stack.gateway.url)
    samples = [str(guild.id) for guild in world.guilds.values() if guild.bot_member]
    # A full sync would take the servers of a dump for left: this Discord does not know them.
    stack.sync.invoke({} if dump is None else {"guild_ids": samples})
    return {
        "API": stack.gateway.url,
        "Discord": f"{stack.discord.url} (local)",
        "PostgreSQL": stack.database_url,
        **({} if dump is None else {"Copy of": _name_of(dump)}),
    }


def _name_of(dump: str) -> str:
    """The file, or of a place of backups the one that was taken."""
    return dump if Path(dump).is_file() else places.locate(dump)[1]


def _serve_real(variables: Mapping[str, str], port: int, started: ExitStack) -> dict[str, str]:
    """The API on the operator's variables, with a database of our own if they name none."""
    configuration = Configuration(
        settings.from_variables(variables),
        required=("DISCORD_PUBLIC_KEY", "DISCORD_APPLICATION_ID", "BOT_TOKEN"),
    )
    chosen = {name: value for name, value in variables.items() if guard.is_contract_variable(name)}
    shown = "yours"
    database_url = _named_database(configuration)
    if database_url is None:
        postgres = started.enter_context(Postgres())
        postgres.create_database("clip_saver")
        database_url = chosen["DATABASE_URL"] = postgres.url("clip_saver")
        shown = f"{database_url} (local; its data ends with this run)"
    migrations.upgrade(database_url)
    gateway = started.enter_context(
        Gateway(lambda: LambdaEnvironment("interactions", chosen), port=port)
    )
    discord_url = configuration.environment.discord_api_url
    return {"API": gateway.url, "Discord": discord_url, "PostgreSQL": shown}


def _named_database(configuration: Configuration) -> str | None:
    """The database that the variables or the secret name, if they do."""
    try:
        return asyncio.run(configuration.require("DATABASE_URL"))
    except errors.SecretUnavailable:
        raise
    except errors.ConfigurationError:
        return None


def _wait_for_interrupt() -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
