"""Everything an install needs, on this machine: Discord, the API, a database, and visitors."""

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import psycopg
from psycopg import sql

from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.people import User
from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.gateway import Gateway
from clipsaver.local.lambda_environment import LambdaEnvironment
from tests.factories import Rows

_AT_ONCE = 2


class Stage:
    """The parts, and what a test does to them.

    Attributes:
        discord: The local Discord; `grace`, who owns `chess_club`, is signed in to its browser.
        gateway: The API.
        rows: The database's rows, seen from the side.
    """

    def __init__(self, discord: DiscordServer, database_url: str, rows: Rows) -> None:
        application = discord.world.application
        self.discord = discord
        self.rows = rows
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

    def user(self, name: str) -> User:
        return next(u for u in self.discord.world.users.values() if u.username == name)

    @property
    def chess_club(self) -> Guild:
        return self.guild("Chess Club")

    @property
    def grace(self) -> User:
        return self.user("grace")

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
        self._allow(name, connections=False)
        self.rows.sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        try:
            yield
        finally:
            self._allow(name, connections=True)

    def _allow(self, name: str, *, connections: bool) -> None:
        statement = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        self.rows.connection.execute(
            statement.format(sql.Identifier(name), sql.Literal(connections))
        )


@contextmanager
def stage(database_url: str, superuser_url: str) -> Iterator[Stage]:
    """A stage with the sample world; the API's environments start with its first request."""
    with (
        psycopg.connect(superuser_url, autocommit=True) as connection,
        DiscordServer(sample_world()) as discord,
    ):
        made = Stage(discord, database_url, Rows(connection))
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
