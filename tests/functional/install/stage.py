"""Everything an install needs, on this machine: Discord, the API, a database, and visitors."""

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import httpx
import psycopg
from psycopg import sql

from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.local import postgres as local_postgres
from clipsaver.local.gateway import Gateway
from clipsaver.local.lambda_environment import LambdaEnvironment
from tests.factories import Rows

_AT_ONCE = 2


class Stage:
    """The parts, and what a test does to them.

    Attributes:
        discord: The local Discord.
        grace: Who is signed in to its browser.
        chess_club: A guild of hers that waits for the bot.
        gateway: The API.
        rows: The database's rows, seen from the side.
    """

    def __init__(self, discord: DiscordServer, database_url: str, rows: Rows) -> None:
        application = discord.world.application
        self.discord = discord
        self.rows = rows
        self.grace = discord.world.browser_user
        self.chess_club = self.guild("Chess Club")
        self.variables: dict[str, str] = {
            "DISCORD_PUBLIC_KEY": application.public_key,
            "DISCORD_APPLICATION_ID": str(application.id),
            "BOT_TOKEN": application.bot_token,
            "DISCORD_CLIENT_SECRET": application.client_secret,
            "DATABASE_URL": database_url,
            "DISCORD_API_URL": discord.api_url,
            "LOG_LEVEL": "DEBUG",
        }
        self.gateway = Gateway(
            lambda: LambdaEnvironment("interactions", self.variables), concurrency=_AT_ONCE
        )

    def guild(self, name: str) -> Guild:
        return next(g for g in self.discord.world.guilds.values() if g.name == name)

    @property
    def callback_url(self) -> str:
        return f"{self.gateway.url}/install/callback"

    def stored(self) -> Mapping[str, object]:
        """Every row that an install writes."""
        return {
            "users": self.rows.sql("SELECT * FROM users ORDER BY 1"),
            "bot_guilds": self.rows.sql("SELECT * FROM bot_guilds ORDER BY 1"),
            "guild_settings": self.rows.sql("SELECT * FROM guild_settings ORDER BY 1"),
        }

    def guild_ids(self) -> list[int]:
        return [row["guild_id"] for row in self.rows.sql("SELECT guild_id FROM bot_guilds")]

    @contextmanager
    def database_down(self) -> Iterator[None]:
        """Nobody gets to the database, until the end of the block."""
        name = self.rows.connection.info.dbname
        self._limit(name, connections=0)
        self.rows.sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        try:
            yield
        finally:
            self._limit(name, connections=-1)

    def _limit(self, name: str, *, connections: int) -> None:
        statement = sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}")
        self.rows.connection.execute(
            statement.format(sql.Identifier(name), sql.Literal(connections))
        )


@contextmanager
def database(server: local_postgres.Postgres, template: str) -> Iterator[str]:
    """The name of a database for many tests, one after the other: a copy takes its time."""
    name = f"test_{uuid4().hex}"
    server.create_database(name, template=template)
    yield name
    server.drop_database(name)


@contextmanager
def stage(server: local_postgres.Postgres, name: str) -> Iterator[Stage]:
    """A stage with the sample world and an empty database.

    The API's environments start with its first request.
    """
    superuser_url = server.url(name, local_postgres.SUPERUSER)
    with (
        psycopg.connect(superuser_url, autocommit=True) as connection,
        DiscordServer(sample_world()) as discord,
    ):
        connection.execute("TRUNCATE users, bot_guilds, install_intents, leases, job_runs CASCADE")
        made = Stage(discord, server.url(name), Rows(connection))
        with made.gateway:
            discord.world.application.redirect_uris.append(made.callback_url)
            yield made


class Visitor:
    """Somebody with a browser of their own, who follows no redirect unasked."""

    def __init__(self, where: Stage) -> None:
        self._stage = where
        self.http = httpx.Client(base_url=where.gateway.url, trust_env=False, timeout=15)

    def get(self, url: str, **headers: str) -> httpx.Response:
        return self.http.get(url, headers=headers)

    def start(self, query: str = "") -> str:
        """Begin an install; the address of Discord's consent page."""
        answer = self.get(f"/install{query}")
        assert answer.status_code == 303
        return answer.headers["location"]

    def consent(self, consent_url: str, guild: Guild, decision: str = "authorize") -> str:
        """Decide on the consent page; where Discord then sends the browser."""
        assert self.get(consent_url).status_code == 200
        fields = dict(parameters(consent_url), guild_id=str(guild.id), decision=decision)
        answer = self.http.post(consent_url.partition("?")[0], data=fields)
        return str(answer.headers["location"])

    def install(self, guild: Guild) -> httpx.Response:
        """Install from the beginning to the end."""
        return self.get(self.consent(self.start(), guild))


def parameters(url: str) -> dict[str, str]:
    """The query of a URL."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def changed(url: str, **changes: str | None) -> str:
    """A URL with other parameters in its query; None removes one."""
    query = {**parameters(url), **changes}
    kept = {name: value for name, value in query.items() if value is not None}
    return f"{url.partition('?')[0]}?{urlencode(kept)}"


def heading(page: httpx.Response) -> str:
    """The one heading of a page."""
    (found,) = re.findall(r"<h1>(.*?)</h1>", page.text)
    return html.unescape(found)
