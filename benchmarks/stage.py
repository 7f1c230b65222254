"""A filled database and the local Discord that it was filled from, for as long as a block lasts."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from benchmarks import discord_process, function_process
from benchmarks.child import Child
from benchmarks.discord_process import Traffic
from benchmarks.function_process import Invocation
from benchmarks.report import Report
from clipsaver.local import guard
from clipsaver.local.postgres import Postgres
from functions.deploy import migrations

_DATABASE: Final = "clip_saver"
_LOOK_SECONDS: Final = 0.5
"""How often a running sync is looked at; seldom, because looking takes time from it."""
_CHECKED_GUILDS: Final = 5


class NotSteady(Exception):
    """The database is not what a sync would leave behind, so that "nothing changed" is not met."""


class Stage:
    """Where a sync is measured.

    Attributes:
        database_url: The filled database.
        variables: What the functions see.
    """

    def __init__(self, report: Report, postgres: Postgres, discord: Child, guilds: int) -> None:
        self.database_url = postgres.url(_DATABASE)
        self._report = report
        self._discord = discord
        ready = _wait_until_filled(report, discord, guilds)
        self.variables = {
            "DISCORD_PUBLIC_KEY": ready.public_key,
            "DISCORD_APPLICATION_ID": ready.application_id,
            "BOT_TOKEN": ready.bot_token,
            "DISCORD_CLIENT_SECRET": ready.client_secret,
            "DATABASE_URL": self.database_url,
            "DISCORD_API_URL": ready.api_url,
            "LOG_LEVEL": "WARNING",
        }
        guard.refuse_foreign(self.variables, discord_url=ready.api_url, postgres_port=postgres.port)

    @contextmanager
    def sync(self, timeout_seconds: float, settings: Mapping[str, float]) -> Iterator[Child]:
        """The sync function, warm, with these settings of its section of the settings file.

        Raises:
            NotSteady: a look at a few guilds finds changes.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "settings.yml"
            lines = [f"  {key}: {str(value).lower()}" for key, value in settings.items()]
            path.write_text("\n".join(("sync_settings_defaults:", *lines)))
            variables = {**self.variables, "DEFAULT_SETTINGS_PATH": str(path)}
            with Child(function_process.serve, "sync", variables, timeout_seconds) as function:
                self._check_steady(function)
                yield function

    def invoke(self, function: Child, text: str, requests: int) -> Invocation:
        """Invoke the sync for everything and show how far it is.

        Args:
            function: The sync.
            text: What to show.
            requests: About how many requests it will make.
        """
        with self._report.stage(text, requests) as advance:
            function.send({})
            while not function.has_answered(within=_LOOK_SECONDS):
                advance(self._discord.ask("count"))
        invocation: Invocation = function.receive()
        return invocation

    def take_traffic(self) -> Traffic:
        """What was asked of Discord since this was last called."""
        traffic: Traffic = self._discord.ask("take")
        return traffic

    def _check_steady(self, function: Child) -> None:
        with psycopg.connect(self.database_url) as connection:
            rows = connection.execute(
                "SELECT guild_id::text FROM bot_guilds ORDER BY guild_id LIMIT %s",
                (_CHECKED_GUILDS,),
            ).fetchall()
        checked: Invocation = function.ask({"guild_ids": [guild_id for (guild_id,) in rows]})
        self.take_traffic()
        if changes := _changes(checked.result):
            raise NotSteady(f"a sync of {_CHECKED_GUILDS} guilds finds changes: {changes}")


@contextmanager
def filled(report: Report, guilds: int) -> Iterator[Stage]:
    """A stage with so many guilds; everything on it is gone after the block."""
    with Postgres() as postgres:
        postgres.create_database(_DATABASE)
        url = postgres.url(_DATABASE)
        migrations.upgrade(url)
        with Child(discord_process.serve, guilds, url) as discord:
            stage = Stage(report, postgres, discord, guilds)
            with psycopg.connect(url, autocommit=True) as connection:
                # What autovacuum would have done long ago must not happen while something is timed.
                connection.execute("VACUUM (ANALYZE)")
            yield stage


def _wait_until_filled(report: Report, discord: Child, guilds: int) -> discord_process.Ready:
    with report.stage(f"filling the database with {guilds:,} guilds", guilds) as advance:
        while isinstance(message := discord.receive(), int):
            advance(message)
    ready: discord_process.Ready = message
    return ready


def _changes(summary: Mapping[str, Any]) -> dict[str, int]:
    return {
        f"{kind} {name}": count
        for kind in ("guilds", "channels")
        for name, count in summary[kind].items()
        if count and name != "seen"
    }
