from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from functions.shared.catalogue.access_reader import AccessReader
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient
from tests import factories
from tests.factories import Rows


class Clock:
    """Seconds since the epoch, which pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    @property
    def instant(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)


@pytest.fixture
def discord() -> Iterator[DiscordServer]:
    with DiscordServer(sample_world()) as server:
        yield server


@pytest.fixture
async def client(discord: DiscordServer) -> AsyncIterator[DiscordClient]:
    token = discord.world.application.bot_token
    made = DiscordClient(api_url=discord.api_url, bot_token=token, rate_share=1.0)
    yield made
    await made.aclose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reader(client: DiscordClient, clock: Clock) -> AccessReader:
    return AccessReader(client, clock)


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    with factories.open_rows(database_url) as found:
        yield found


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = factories.make_database(database_url)
    yield made
    await made.close()
