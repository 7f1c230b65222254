"""A run that is killed at any moment leaves whole guilds behind, and the next one finishes it."""

import math
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from clipsaver.emulator.channels import deny
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.permissions import Permission
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.postgres import Postgres
from tests.functional.killing import Runner, expire_leases
from tests.functional.sync.stage import Rows, timeless

GUILDS = 200
POINTS = 50
RUNNERS = 2
"""A run waits for the database half of its time, which another one can use."""

ByGuild = dict[int, list[tuple[Any, ...]]]


@pytest.fixture
def runners(discord: DiscordServer, tmp_path: Path) -> Iterator[Queue[Runner]]:
    """Whoever takes one gives it back."""
    settings = tmp_path / "settings.yml"
    # Threads would double the requests, and the time of a hundred runs with them.
    settings.write_text("sync_settings_defaults: {sync_active_threads: false}")
    every = [Runner("sync", discord, DEFAULT_SETTINGS_PATH=str(settings)) for _ in range(RUNNERS)]
    free: Queue[Runner] = Queue()
    for runner in every:
        free.put(runner)
    yield free
    for runner in every:
        runner.close()


def populate(discord: DiscordServer) -> list[Guild]:
    """Guilds with two channels each."""
    owner = discord.world.add_user("ada")
    guilds = [discord.world.add_guild(f"guild-{number}", owner) for number in range(GUILDS)]
    for guild in guilds:
        guild.add_channel("general")
        guild.add_channel("clips")
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
                general.post(discord.world.users[guild.owner_id], "news")
            case _:
                pass
    for number in range(GUILDS // 8):
        owner = discord.world.users[guilds[0].owner_id]
        discord.world.add_guild(f"new-{number}", owner).add_channel("general")


def by_guild(rows: Rows) -> ByGuild:
    """What is stored of each guild. The first column of bot_channels is the channel's id."""
    found: ByGuild = defaultdict(list)
    for table, column in (("bot_guilds", 0), ("guild_settings", 0), ("bot_channels", 1)):
        for row in rows[table]:
            found[row[column]].append(row)
    return found


@dataclass(frozen=True)
class Scene:
    """A database before the run, and what is stored of each guild without and with it."""

    postgres: Postgres
    original: str
    before: ByGuild
    after: Rows

    @contextmanager
    def copy(self, name: str) -> Iterator[str]:
        """The URL of a copy of the database, which must be at rest."""
        copy = f"{self.original}_{name}"
        self.postgres.create_database(copy, template=self.original)
        yield self.postgres.url(copy)
        self.postgres.drop_database(copy)

    def kill(self, runner: Runner, point: int, seconds: float) -> bool:
        """Kill a run and let another finish it; whether it was not quicker than the killer."""
        expected = by_guild(self.after)
        with self.copy(str(point)) as url:
            was_killed = runner.run(url, {}, kill_after=seconds)["result"] is None
            for guild_id, rows in by_guild(timeless(url)).items():
                assert rows in (self.before.get(guild_id), expected[guild_id])
            expire_leases(url)
            assert runner.run(url, {})["result"]["complete"]
            assert timeless(url) == self.after
        return was_killed


def test_a_run_killed_at_any_moment_is_finished_by_the_next_one(
    discord: DiscordServer, runners: Queue[Runner], postgres: Postgres, database_url: str
) -> None:
    guilds = populate(discord)
    runner = runners.get()
    assert runner.run(database_url, {})["result"]["complete"]
    change(discord, guilds)
    original = database_url.rpartition("/")[2]
    scene = Scene(postgres, original, by_guild(timeless(database_url)), {})
    seconds = math.inf
    # Twice, because the first one warms caches up that the killed ones find warm.
    for name in ("undisturbed", "undisturbed_again"):
        with scene.copy(name) as url:
            undisturbed = runner.run(url, {})
            assert undisturbed["result"]["complete"]
            seconds = min(seconds, undisturbed["seconds"])
            scene = replace(scene, after=timeless(url))
    runners.put(runner)

    def kill(point: int) -> bool:
        runner = runners.get()
        try:
            return scene.kill(runner, point, seconds * (point + 0.5) / POINTS)
        finally:
            runners.put(runner)

    with ThreadPoolExecutor(RUNNERS) as pool:
        killed = list(pool.map(kill, range(POINTS)))
    # Runs differ in length, and the last moments may be later than the end of theirs.
    assert sum(killed) >= POINTS / 2
