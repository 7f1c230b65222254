"""A stage for each test of the sync; the local Discord behind them is one, emptied in between."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from clipsaver.emulator.application import EVENTS_DISABLED
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World
from clipsaver.local.postgres import Postgres
from functions.shared.discord import rate_limits, transport
from tests import factories
from tests.functional.sync.stage import Stage


@pytest.fixture(scope="session")
def shared_discord() -> Iterator[DiscordServer]:
    with DiscordServer(World()) as server:
        server.rate_limits.per_second = 1_000_000
        yield server


@pytest.fixture
def discord(shared_discord: DiscordServer) -> Iterator[DiscordServer]:
    """The local Discord, with nothing in it but an application."""
    yield shared_discord
    world, application = shared_discord.world, shared_discord.world.application
    for guild in list(world.guilds.values()):
        world.delete_guild(guild)
    world.lists_hidden_channels = False
    shared_discord.latency.between = (0.0, 0.0)
    application.interactions_endpoint_url = application.event_webhooks_url = None
    application.event_webhooks_status = EVENTS_DISABLED
    shared_discord.faults.clear()
    shared_discord.requests.clear()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the pace and the patience of the client, which have tests of their own."""
    monkeypatch.setattr(rate_limits, "GLOBAL_LIMIT", 1_000_000)
    monkeypatch.setattr(rate_limits, "HIGHEST_RATE", 1_000_000.0)
    monkeypatch.setattr(rate_limits, "_JITTER_SECONDS", 0.0)
    monkeypatch.setattr(transport, "_FIRST_BACKOFF_SECONDS", 0.001)
    monkeypatch.setattr(transport, "_TIMEOUT", httpx.Timeout(0.8))


@pytest.fixture(scope="session")
def kept_database_url(postgres: Postgres, template_database: str) -> Iterator[str]:
    """One database for this folder: emptying it is much quicker than copying it for each test."""
    name = "kept_for_sync"
    postgres.create_database(name, template=template_database)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def database_url(kept_database_url: str) -> Iterator[str]:
    yield kept_database_url
    with factories.open_rows(kept_database_url) as used:
        used.clear()


@pytest.fixture
def stage(discord: DiscordServer, database_url: str, tmp_path: Path) -> Iterator[Stage]:
    with ExitStack() as environments:
        stage = Stage(discord, database_url, tmp_path, environments.enter_context)
        yield stage
        stage.stop_interfering()
