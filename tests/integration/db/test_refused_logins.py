"""A login that PostgreSQL refuses: another one is tried if there is one, and once."""

import asyncio
import time

import pytest

from functions.shared import errors
from functions.shared.db.connection import Database
from functions.shared.db.queries import Query
from tests import factories
from tests.rotation import Rotating

ONE = Query("one", b"SELECT 1")


def with_password(database_url: str, password: str) -> str:
    user, _, rest = database_url.partition("@")
    return f"{user.rpartition(':')[0]}:{password}@{rest}"


async def ask(database: Database) -> object:
    try:
        async with database.transaction() as transaction:
            return await transaction.value(ONE)
    finally:
        await database.close()


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records]


async def test_a_newer_password_is_tried_at_once(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    outdated = with_password(database_url, "outdated")
    url = Rotating(outdated, database_url)
    assert await ask(factories.make_database(url)) == 1
    assert url.refused == [outdated]
    assert said(caplog) == []


async def test_a_newer_user_is_tried_as_well(database_url: str) -> None:
    url = Rotating(database_url.replace("clipsaver:", "nobody:"), database_url)
    assert await ask(factories.make_database(url)) == 1


@pytest.mark.session
async def test_a_password_that_stays_wrong_is_told_once(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = Rotating(with_password(database_url, "wrong"))
    with pytest.raises(errors.DatabaseUnavailable, match="password authentication failed"):
        await ask(factories.make_database(url))
    assert len(url.refused) == 1
    assert said(caplog) == [("CRITICAL", "Database connection failed")]


@pytest.mark.session
async def test_however_many_newer_ones_there_are_one_is_tried(database_url: str) -> None:
    wrong = [with_password(database_url, f"wrong-{number}") for number in range(4)]
    url = Rotating(*wrong)
    with pytest.raises(errors.DatabaseUnavailable, match="password authentication failed"):
        await ask(factories.make_database(url))
    assert url.refused == wrong[:1]


async def test_a_server_that_is_away_has_refused_nobody() -> None:
    url = Rotating("postgresql://ada:pw@127.0.0.1:1/clips", "postgresql://ada:pw@127.0.0.1:2/clips")
    with pytest.raises(errors.DatabaseUnavailable):
        await ask(factories.make_database(url))
    assert url.refused == []


async def test_a_newer_password_that_is_long_in_coming_is_not_waited_for(
    database_url: str,
) -> None:
    class Slow(Rotating):
        async def renewed(self, refused: str) -> str:
            await asyncio.sleep(60)
            return refused

    url = Slow(with_password(database_url, "wrong"))
    started = time.monotonic()
    with pytest.raises(errors.DatabaseUnavailable):
        await ask(factories.make_database(url, transaction_seconds=0.3))
    assert time.monotonic() - started < 2
