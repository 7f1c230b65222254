from collections.abc import AsyncIterator, Iterator

import pytest

from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from functions.shared.discord.client import DiscordClient


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
