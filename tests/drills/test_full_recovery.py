"""Everything is gone but a backup and Discord: a new stack, and nobody notices the difference."""

from typing import Any

import psycopg

from clipsaver import jobs
from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.world import World
from clipsaver.local.stack import LocalStack
from tests.drills.conftest import Timed, Verb


def _ask(stack: LocalStack, question: str) -> Any:
    with psycopg.connect(stack.database_url) as connection:
        found = connection.execute(question.encode()).fetchall()
    return found[0][0]


def _status(stack: LocalStack, world: World) -> str:
    arcade = next(guild for guild in world.guilds.values() if guild.name == "Arcade")
    ada = next(user for user in world.users.values() if user.username == "ada")
    return stack.discord.interactions.command(arcade, ada, "status").text


def _live(stack: LocalStack) -> None:
    """What happens in the life of a stack: an admin's setting, and somebody on the way."""
    with psycopg.connect(stack.database_url) as connection:
        connection.execute('UPDATE guild_settings SET settings = settings || \'{"prefix": "?"}\'')
        connection.execute("INSERT INTO install_intents (state) VALUES ('on-the-way')")


def test_a_stack_comes_back_from_a_backup(timed: Timed, clipsaver: Verb) -> None:
    world = sample_world()
    with LocalStack(world) as lost:
        jobs.wire(lost.variables, lost.gateway.url)
        lost.sync.invoke({})
        _live(lost)
        clipsaver(lost.database_url, "backup", "--to", "backups", "--without-secret")
        # After the backup, before the disaster: this must not be lost.
        with psycopg.connect(lost.database_url) as connection:
            connection.execute(
                "INSERT INTO clip_opt_outs (guild_id, user_id) SELECT guild_id, 7 FROM bot_guilds"
            )
        clipsaver(lost.database_url, "backup", "--to", "backups", "--log-only")
    with (
        timed("Full recovery into an empty stack", minutes=60),
        LocalStack(world, fill=lambda url: clipsaver(url, "restore", "backups")) as stack,
    ):
        jobs.wire(stack.variables, stack.gateway.url)
        summary = stack.sync.invoke({})
        assert summary["complete"] is True
        assert summary["guilds"]["added"] == 0
        assert "Clip Saver in Arcade" in _status(stack, world)
        prefixes = "SELECT array_agg(DISTINCT settings ->> 'prefix') FROM guild_settings"
        assert _ask(stack, prefixes) == ["?"]
        assert _ask(stack, "SELECT count(*) FROM install_intents") == 0
        assert _ask(stack, "SELECT count(*) FROM clip_opt_outs") == 2
