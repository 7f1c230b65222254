"""The sync on a stage: a local Discord, a database, and the function as Lambda runs it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import psycopg

from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.people import User
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World
from clipsaver.local.lambda_environment import LambdaEnvironment

CHANNELS: Final = "GET /guilds/{guild_id}/channels"
THREADS: Final = "GET /guilds/{guild_id}/threads/active"
GUILD: Final = "GET /guilds/{guild_id}"
MEMBER: Final = "GET /guilds/{guild_id}/members/{user_id}"
GUILDS: Final = "GET /users/@me/guilds"
CHANNEL: Final = "GET /channels/{channel_id}"
APPLICATION: Final = "GET /applications/@me"

_INSTANT: Final = "timestamp with time zone"
_TABLES: Final = (
    "users",
    "bot_guilds",
    "guild_settings",
    "bot_channels",
    "bot_channel_scan_runs",
    "install_intents",
    "leases",
    "job_runs",
)

Rows = dict[str, list[tuple[Any, ...]]]
Enter = Callable[[AbstractContextManager[LambdaEnvironment]], LambdaEnvironment]


class Stage:
    """What a test of the sync looks at and plays with.

    Two guilds are there from the start. A test changes *Arcade*; the rows of *Basement* must not
    move unless the test changes it as well.

    Attributes:
        discord: The local Discord.
        database_url: The database that the sync writes to.
        variables: What the function sees; change it before the first sync.
    """

    def __init__(
        self, discord: DiscordServer, database_url: str, folder: Path, enter: Enter
    ) -> None:
        self.discord = discord
        self.database_url = database_url
        self._folder = folder
        self.variables = {
            "BOT_TOKEN": discord.world.application.bot_token,
            "DATABASE_URL": database_url,
            "DISCORD_API_URL": discord.api_url,
            "LOG_LEVEL": "INFO",
        }
        self._enter = enter
        self._environment: LambdaEnvironment | None = None
        self.owner = self.world.add_user("ada")
        self.arcade = self.add_guild("Arcade", "clips", "screenshots")
        self.lobby = self.arcade.add_channel("Lobby", "voice")
        self.staff = self.arcade.add_channel("staff", private_to=[])
        self.clips, self.screenshots = list(self.arcade.channels.values())[:2]
        self.week = self.clips.add_thread("Clip of the week")
        self.basement = self.add_guild("Basement", "general")

    @property
    def world(self) -> World:
        """What exists in the local Discord."""
        return self.discord.world

    @property
    def bot(self) -> User:
        """The bot's user."""
        return self.world.application.bot

    def add_guild(self, name: str, *channels: str) -> Guild:
        """Add a guild with the bot and these text channels in it."""
        guild = self.world.add_guild(name, owner=self.owner)
        for channel in channels:
            guild.add_channel(channel)
        return guild

    def use_settings(self, document: str) -> None:
        """Give the next cold start another settings file."""
        path = self._folder / "settings.yml"
        path.write_text(document)
        self.variables["DEFAULT_SETTINGS_PATH"] = str(path)
        self.forget_environment()

    def cold_environment(self, *, seconds: float = 30) -> LambdaEnvironment:
        """Another execution environment of the function, which ends with the test."""
        return self._enter(LambdaEnvironment("sync", self.variables, timeout_seconds=seconds))

    def sync(self, event: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Invoke the function, warm from the second time on; its result."""
        self._environment = self._environment or self.cold_environment()
        result: dict[str, Any] = self._environment.invoke(dict(event or {}))
        return result

    def forget_environment(self) -> None:
        """Let the next sync be a cold start."""
        self._environment = None

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the database, as an operator would."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(sql.encode(), parameters or None).fetchall()

    def execute(self, sql: str, *parameters: object) -> None:
        """Change the database by hand; several statements go without parameters."""
        with psycopg.connect(self.database_url) as connection:
            connection.execute(sql.encode(), parameters or None)

    def interfere(self, event: str, action: str, *, when: str = "true") -> None:
        """Have PostgreSQL take part in what the sync does.

        Args:
            event: When it acts: `BEFORE INSERT ON guild_settings`.
            action: What it does then, in PL/pgSQL; `nextval('interference.attempts')` counts, and
                goes on counting when a transaction is rolled back.
            when: For which rows: `NEW.guild_id = 5`.
        """
        self.execute(
            f"""
            CREATE SCHEMA interference;
            CREATE SEQUENCE interference.attempts;
            CREATE FUNCTION interference.act() RETURNS trigger LANGUAGE plpgsql AS
            $$BEGIN {action} RETURN NEW; END$$;
            CREATE TRIGGER interfering {event} FOR EACH ROW WHEN ({when})
            EXECUTE FUNCTION interference.act();
            """
        )

    def stop_interfering(self) -> None:
        """End the interference, if there is one."""
        self.execute("DROP SCHEMA IF EXISTS interference CASCADE")

    def value(self, sql: str, *parameters: object) -> Any:
        """The first column of the first row."""
        return self.rows(sql, *parameters)[0][0]

    def states(self, guild: Guild | None = None) -> dict[str, str]:
        """The states of a guild's channels by name; of *Arcade* by default."""
        guild_id = (guild or self.arcade).id
        return dict(self.rows("SELECT name, state FROM bot_channels WHERE guild_id = %s", guild_id))

    def channel_versions(self) -> dict[int, str]:
        """For each channel's row, the transaction that wrote it last."""
        return dict(self.rows("SELECT channel_id, xmin::text FROM bot_channels"))

    def everything(self) -> Rows:
        """The whole database, with the transaction that wrote each row last."""
        with psycopg.connect(self.database_url) as connection:
            return {
                table: connection.execute(
                    f"SELECT xmin::text, {table}::text FROM {table} ORDER BY 2".encode()
                ).fetchall()
                for table in _TABLES
            }

    def guild_rows(self, guild: Guild) -> Rows:
        """All that is stored of a guild, with the transaction that wrote each row last."""
        with psycopg.connect(self.database_url) as connection:
            return {
                table: connection.execute(
                    f"SELECT xmin::text, {table}::text FROM {table} "
                    "WHERE guild_id = %s ORDER BY 2".encode(),
                    (guild.id,),
                ).fetchall()
                for table in ("bot_guilds", "guild_settings", "bot_channels")
            }


def timeless(database_url: str) -> Rows:
    """What the sync has stored, instants aside."""
    with psycopg.connect(database_url) as connection:
        return {
            table: connection.execute(
                f"SELECT {_columns(connection, table)} FROM {table} ORDER BY 1, 2".encode()
            ).fetchall()
            for table in ("users", "bot_guilds", "guild_settings", "bot_channels")
        }


def _columns(connection: psycopg.Connection[tuple[Any, ...]], table: str) -> str:
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_name = %s AND data_type <> %s ORDER BY ordinal_position",
        (table, _INSTANT),
    ).fetchall()
    return ", ".join(name for (name,) in found)
