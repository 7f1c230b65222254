"""A stage for each test of the scan, as for those of the sync."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World
from clipsaver.local.postgres import Postgres
from tests import factories
from tests.functional.scan.stage import SEARCH, Stage
from tests.functional.sync.conftest import no_waiting

__all__ = ["no_waiting"]


@pytest.fixture
def discord() -> Iterator[DiscordServer]:
    """A local Discord whose search is indexed already."""
    with DiscordServer(World()) as server:
        server.rate_limits.per_second = 1_000_000
        server.search.rounds = 0
        yield server


@pytest.fixture(scope="session")
def kept_scan_database_url(postgres: Postgres, template_database: str) -> Iterator[str]:
    """One database for this folder: emptying it is much quicker than copying it for each test."""
    name = "kept_for_scan"
    postgres.create_database(name, template=template_database)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def database_url(kept_scan_database_url: str) -> Iterator[str]:
    yield kept_scan_database_url
    with factories.open_rows(kept_scan_database_url) as used:
        used.clear()


@pytest.fixture
def stage(
    discord: DiscordServer, database_url: str, tmp_path: Path, patience: None
) -> Iterator[Stage]:
    with ExitStack() as environments:
        stage = Stage(discord, database_url, tmp_path, environments.enter_context)
        yield stage
        stage.stop_interfering()


@pytest.fixture
def without_threads(stage: Stage) -> None:
    """What there is to read, the tests post themselves."""
    del stage.arcade.threads[stage.week.id]


@pytest.fixture
def without_search(stage: Stage) -> None:
    """Whatever is found here is found by reading."""
    stage.discord.faults.add(SEARCH, status=403, body={"message": "x", "code": 50001})
