from collections.abc import Iterator
from pathlib import Path

import pytest

from clipsaver.local.postgres import Postgres
from functions.deploy import migrations
from functions.shared import release
from tests import factories
from tests.factories import Rows
from tests.integration.migrations.scripts import Scripts


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


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: Rows) -> Iterator[Scripts]:
    """A copy of the migrations that waits for hardly any lock, to which a test may add some."""
    copied = Scripts(tmp_path)
    monkeypatch.setattr(migrations, "_CONFIGURATION", copied.configuration)
    monkeypatch.setattr(migrations, "_LIMITS", "SET LOCAL lock_timeout = '200ms'")
    yield copied
    rows.sql("UPDATE alembic_version SET version_num = %s", release.SCHEMA)
