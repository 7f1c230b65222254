"""A guild with a long history, synced into a database, and the scan function beside it."""

import asyncio
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import psycopg

from benchmarks import child, discord_process, filling, function_process, long_history
from benchmarks.child import Child
from benchmarks.function_process import Invocation
from benchmarks.report import Report
from clipsaver.emulator.rate_limits import Limit
from clipsaver.emulator.server import DiscordServer
from clipsaver.local import guard
from clipsaver.local.postgres import Postgres
from functions.deploy import migrations

SEARCH: Final = "GET /guilds/{guild_id}/messages/search"
MESSAGES: Final = "GET /channels/{channel_id}/messages"
SEARCHES_PER_SECOND: Final = 5
"""The bucket of a guild's search, of the size that Discord's buckets have."""

_DATABASE: Final = "clip_saver"
_LOOK_SECONDS: Final = 0.5
_LONGEST_SECONDS: Final = 900.0


@dataclass(frozen=True, slots=True)
class Shape:
    """How much there is: channels, messages in each, and every how many of them a video."""

    channels: int
    length: int
    every: int

    @property
    def messages(self) -> int:
        """All messages of the guild."""
        return self.channels * self.length

    @property
    def clips(self) -> int:
        """All clips of the guild."""
        return self.channels * -(-self.length // self.every)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What Discord was asked for: by route, the 429s among it, and over how many seconds."""

    by_route: dict[str, int]
    rate_limited: int
    seconds: float

    @property
    def requests(self) -> int:
        """All of it."""
        return sum(self.by_route.values())


class ScanStage:
    """Where a scan is measured."""

    def __init__(
        self, report: Report, postgres: Postgres, discord: Child, database_url: str
    ) -> None:
        self._report = report
        self._discord = discord
        ready, self._guild_id = discord.receive()
        self._database_url = database_url
        self._variables = {
            "BOT_TOKEN": ready.bot_token,
            "DATABASE_URL": database_url,
            "DISCORD_API_URL": ready.api_url,
            "LOG_LEVEL": "WARNING",
        }
        guard.refuse_foreign(
            self._variables, discord_url=ready.api_url, postgres_port=postgres.port
        )

    @contextmanager
    def scan(self, settings: Mapping[str, float]) -> Iterator[Child]:
        """The scan function, with these settings of its section of the settings file."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "settings.yml"
            lines = [f"  {key}: {value}" for key, value in settings.items()]
            path.write_text("\n".join(("scan_settings_defaults:", *lines)))
            variables = {**self._variables, "DEFAULT_SETTINGS_PATH": str(path)}
            with Child(function_process.serve, "scan", variables, _LONGEST_SECONDS) as function:
                # Its cold start is measured elsewhere.
                function.ask({"Records": []})
                yield function

    def turn(self, function: Child, text: str, requests: int) -> Invocation:
        """Give the guild a turn, and show how far it is."""
        body = json.dumps({"kind": "scan", "guild_id": str(self._guild_id)})
        with self._report.stage(text, requests) as advance:
            function.send({"Records": [{"messageId": "1", "body": body}]})
            while not function.has_answered(within=_LOOK_SECONDS):
                advance(self._discord.ask("count"))
        invocation: Invocation = function.receive()
        return invocation

    def take_traffic(self) -> Traffic:
        """What was asked of Discord since this was last called."""
        traffic: Traffic = self._discord.ask("take")
        return traffic

    def execute(self, sql: str) -> None:
        """Change the database by hand."""
        with psycopg.connect(self._database_url) as connection:
            connection.execute(sql.encode())

    def value(self, sql: str) -> Any:  # noqa: ANN401 -- SQL decides
        """The first column of the first row."""
        with psycopg.connect(self._database_url) as connection:
            row = connection.execute(sql.encode()).fetchone()
        return row[0] if row else None


@contextmanager
def filled(report: Report, shape: Shape) -> Iterator[ScanStage]:
    """A stage with a guild of this shape; everything on it is gone after the block."""
    with Postgres() as postgres:
        postgres.create_database(_DATABASE)
        url = postgres.url(_DATABASE)
        migrations.upgrade(url)
        with Child(serve, shape, url) as discord:
            yield ScanStage(report, postgres, discord, url)


def serve(pipe: Connection, shape: Shape, database_url: str) -> None:
    """In the child: build the guild, store it as a sync would, then serve it.

    The parent gets a `Ready` with the guild's id. After that, "count" is answered with the number
    of requests, and "take" with their `Traffic`, which is forgotten here.
    """
    world, guild = long_history.build(shape.channels, shape.length, shape.every)
    asyncio.run(filling.fill(world, database_url, lambda _: None))
    application = world.application
    with DiscordServer(world) as server:
        server.latency.between = discord_process.LATENCY_SECONDS
        server.search.rounds = 0
        server.rate_limits.routes[SEARCH] = Limit(SEARCHES_PER_SECOND, 1.0)
        pipe.send(
            (
                discord_process.Ready(
                    api_url=server.api_url,
                    public_key=application.public_key,
                    application_id=str(application.id),
                    bot_token=application.bot_token,
                    client_secret=application.client_secret,
                ),
                guild.id,
            )
        )
        for request in child.requests(pipe):
            pipe.send(len(server.requests) if request == "count" else _take(server))


def _take(server: DiscordServer) -> Traffic:
    by_route: dict[str, int] = {}
    for each in server.requests:
        by_route[each.route] = by_route.get(each.route, 0) + 1
    times = [each.at for each in server.requests]
    traffic = Traffic(
        by_route,
        rate_limited=server.requests.by_status()[discord_process.TOO_MANY_REQUESTS],
        seconds=max(times) - min(times) if times else 0.0,
    )
    server.requests.clear()
    return traffic
