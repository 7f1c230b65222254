"""What the tests of backups start from."""

from collections.abc import Iterator

import pytest

from clipsaver.local.postgres import Postgres
from tests import factories
from tests.factories import ELSEWHERE, Rows
from tests.integration.recovery import stage


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    """Two guilds with clips."""
    with factories.open_rows(database_url) as rows:
        rows.two_guilds()
        for message_id in (1, 2, 3):
            stage.clip(rows, message_id)
        stage.clip(rows, 4, ELSEWHERE)
        yield rows


@pytest.fixture
def empty_url(postgres: Postgres) -> Iterator[str]:
    """A database without a single table."""
    with stage.new_database(postgres) as url:
        yield url
