"""A run that is killed at any moment leaves whole guilds behind, and the next one finishes it."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clipsaver.emulator.channels import deny
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.permissions import Permission
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.postgres import Postgres
from tests.functional.sync.stage import Rows, timeless

ROOT = Path(__file__).parents[3]
GUILDS = 200
POINTS = 50


class Runner:
    """The process that runs syncs and kills them; see `kill_run`."""

    def __init__(self, discord: DiscordServer) -> None:
        self._variables = {
            "BOT_TOKEN": discord.world.application.bot_token,
            "DISCORD_API_URL": discord.api_url,
            "LOG_LEVEL": "CRITICAL",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.functional.sync.kill_run"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def sync(self, database_url: str, kill_after: float | None = None) -> dict[str, Any]:
        """Run a sync; how long it took and whether it came to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        variables = self._variables | {"DATABASE_URL": database_url}
        asked = {"variables": variables, "kill_after": kill_after}
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@pytest.fixture
def runner(discord: DiscordServer) -> Iterator[Runner]:
    runner = Runner(discord)
    yield runner
    runner.close()


def populate(discord: DiscordServer) -> list[Guild]:
    """Guilds with two channels and a thread each."""
    owner = discord.world.add_user("ada")
    guilds = [discord.world.add_guild(f"guild-{number}", owner) for number in range(GUILDS)]
    for guild in guilds:
        guild.add_channel("general")
        guild.add_channel("clips").add_thread("Clip of the week")
    return guilds


def change(discord: DiscordServer, guilds: list[Guild]) -> None:
    """Something else in each guild, in turns: 25 of them are left, and 25 are new."""
    for number, guild in enumerate(guilds):
        general, clips = guild.channels.values()
        match number % 8:
            case 0:
                guild.add_channel("screenshots")
            case 1:
                clips.name = "best-clips"
            case 2:
                clips.overwrites = (deny(guild.everyone, Permission.VIEW_CHANNEL),)
            case 3:
                guild.delete_channel(clips)
            case 4:
                guild.name = f"renamed-{number}"
            case 5:
                discord.world.remove_bot(guild)
            case 6:
                next(iter(guild.threads.values())).archive()
            case _:
                general.post(discord.world.users[guild.owner_id], "news")
    for number in range(GUILDS // 8):
        owner = discord.world.users[guilds[0].owner_id]
        discord.world.add_guild(f"new-{number}", owner).add_channel("general")


def by_guild(rows: Rows) -> dict[int, list[tuple[Any, ...]]]:
    """What is stored of each guild. The first column of bot_channels is the channel's id."""
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for table, column in (("bot_guilds", 0), ("guild_settings", 0), ("bot_channels", 1)):
        for row in rows[table]:
            found[row[column]].append(row)
    return found


class Copies:
    """Databases that are copies of one that nobody is connected to."""

    def __init__(self, postgres: Postgres, original: str) -> None:
        self._postgres = postgres
        self._original = original
        self._made = 0

    def make(self) -> str:
        """Another copy; the one before it is dropped."""
        self.drop()
        self._made += 1
        self._postgres.create_database(self._name, template=self._original)
        return self._postgres.url(self._name)

    def drop(self) -> None:
        """Drop the last copy."""
        self._postgres.drop_database(self._name)

    @property
    def _name(self) -> str:
        return f"{self._original}_copy_{self._made}"


def test_a_run_killed_at_any_moment_is_finished_by_the_next_one(
    discord: DiscordServer, runner: Runner, postgres: Postgres, database_url: str
) -> None:
    guilds = populate(discord)
    assert runner.sync(database_url)["complete"]
    change(discord, guilds)
    copies = Copies(postgres, database_url.rpartition("/")[2])
    old = by_guild(timeless(database_url))
    undisturbed_url = copies.make()
    undisturbed = runner.sync(undisturbed_url)
    assert undisturbed["complete"]
    expected = timeless(undisturbed_url)
    new = by_guild(expected)
    killed = 0
    for point in range(POINTS):
        url = copies.make()
        moment = undisturbed["seconds"] * (point + 0.5) / POINTS
        killed += not runner.sync(url, kill_after=moment)["complete"]
        for guild_id, rows in by_guild(timeless(url)).items():
            assert rows in (old.get(guild_id, []), new[guild_id])
        expire_lease(url)
        assert runner.sync(url)["complete"]
        assert timeless(url) == expected
    copies.drop()
    assert killed >= POINTS * 0.8


def expire_lease(database_url: str) -> None:
    """The lease of a killed run is waited for up to ten seconds, which fifty times are too many."""
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE leases SET expires_at = now() - interval '1 second'")
