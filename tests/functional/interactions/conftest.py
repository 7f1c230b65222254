from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Final

import psycopg
import pytest

from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.local import postgres as local_postgres
from functions.shared.discord.client import DiscordClient
from tests.events import files, signed
from tests.functional.interactions.database import Database
from tests.functional.interactions.function import Function

BOT_TOKEN: Final = "bot-token-of-the-test"

NewFunction = Callable[..., Function]


@pytest.fixture(scope="package")
def lasting_database(
    postgres: local_postgres.Postgres, template_database: str
) -> Iterator[Database]:
    """One with two guilds, for tests that change nothing."""
    name = "lasting_clips"
    postgres.create_database(name, template=template_database)
    superuser = postgres.url(name, local_postgres.SUPERUSER)
    with psycopg.connect(superuser, autocommit=True) as connection:
        made = Database(postgres.url(name), connection)
        made.fill()
        yield made
    postgres.drop_database(name)


@pytest.fixture
def database(lasting_database: Database) -> Iterator[Database]:
    """The same without any rows while a test lasts, which is quicker than one of its own."""
    lasting_database.clear()
    yield lasting_database
    lasting_database.clear()
    lasting_database.fill()


@pytest.fixture
def variables(database: Database) -> dict[str, str]:
    return {
        "DISCORD_PUBLIC_KEY": signed.PUBLIC_KEY,
        "DISCORD_APPLICATION_ID": files.APPLICATION_ID,
        "BOT_TOKEN": BOT_TOKEN,
        "DATABASE_URL": database.url,
        "LOG_LEVEL": "DEBUG",
    }


@pytest.fixture
def new_function(variables: dict[str, str]) -> Iterator[NewFunction]:
    """Starts a cold environment; a variable changed to None is absent."""
    with ExitStack() as stack:

        def start(**changes: str | None) -> Function:
            merged = {**variables, **changes}
            given = {name: value for name, value in merged.items() if value is not None}
            return stack.enter_context(Function(given))

        yield start


@pytest.fixture
def function(new_function: NewFunction) -> Function:
    return new_function()


@pytest.fixture
def discord() -> Iterator[DiscordServer]:
    """A local Discord with guilds, channels and people in it."""
    with DiscordServer(sample_world()) as server:
        yield server


@pytest.fixture
async def client(discord: DiscordServer) -> AsyncIterator[DiscordClient]:
    """The bot's way to it."""
    token = discord.world.application.bot_token
    made = DiscordClient(api_url=discord.api_url, bot_token=token, rate_share=1.0)
    yield made
    await made.aclose()
