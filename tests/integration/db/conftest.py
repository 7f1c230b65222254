from collections.abc import AsyncIterator, Iterator

import pytest

from clipsaver.local.postgres import Postgres
from functions.shared.db.connection import Database
from tests import factories
from tests.factories import Rows


@pytest.fixture(scope="session")
def kept_database_url(postgres: Postgres, template_database: str) -> Iterator[str]:
    """One database for this folder: emptying it is much quicker than copying it for each test."""
    name = "kept_for_db"
    postgres.create_database(name, template=template_database)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def database_url(kept_database_url: str) -> Iterator[str]:
    yield kept_database_url
    with factories.open_rows(kept_database_url) as used:
        used.clear()


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    with factories.open_rows(database_url) as found:
        yield found


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = factories.make_database(database_url)
    yield made
    await made.close()
