"""The stack, and whom the demo acts as."""

import time
from typing import Any, Final

import psycopg

from clipsaver.emulator.channels import Channel, Thread
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.people import User
from clipsaver.local.stack import LocalStack

_QUEUE_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.1


class Stage:
    """The stack, and whom the demo acts as."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.discord = stack.discord
        world = stack.discord.world
        self.arcade = self.guild("Arcade")
        self.ada = self._user("ada")
        self.grace = self._user("grace")
        self.linus = self._user("linus")
        self.application = world.application

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database, as an operator would."""
        with psycopg.connect(self.stack.database_url) as connection:
            return connection.execute(sql.encode()).fetchall()

    def value(self, sql: str) -> Any:  # noqa: ANN401 -- SQL decides
        """The first column of the first row."""
        return self.rows(sql)[0][0]

    def wait_for(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query, as soon as there are some; the queue takes a moment."""
        deadline = time.monotonic() + _QUEUE_SECONDS
        while not (found := self.rows(sql)) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        return found

    def guild(self, name: str) -> Guild:
        """A guild of the samples."""
        return next(g for g in self.discord.world.guilds.values() if g.name == name)

    def channel(self, name: str, guild: Guild | None = None) -> Channel:
        """A channel of Arcade, or of another guild; a thread or a forum's post, too."""
        there = guild or self.arcade
        return next(
            each
            for each in (*there.channels.values(), *there.threads.values())
            if each.name == name
        )

    def thread(self, name: str) -> Thread:
        """A thread of Arcade."""
        return next(each for each in self.arcade.threads.values() if each.name == name)

    def _user(self, name: str) -> User:
        return next(u for u in self.discord.world.users.values() if u.username == name)
