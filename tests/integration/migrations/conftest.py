from collections.abc import Iterator

import pytest

from clipsaver.local.postgres import Postgres
from tests import factories
from tests.factories import Rows


@pytest.fixture
def empty_database_url(postgres: Postgres) -> Iterator[str]:
    """A database without any migration."""
    name = "not_migrated"
    postgres.create_database(name)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def migrated_url(postgres: Postgres, template_database: str) -> Iterator[str]:
    name = "kept_for_operators"
    postgres.create_database(name, template=template_database)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def rows(migrated_url: str) -> Iterator[Rows]:
    """The database as its owner sees it, in one session."""
    with factories.open_rows(migrated_url) as found:
        yield found
        found.clear()
