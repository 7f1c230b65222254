"""`verify` and `maintain` on a real database with damaged indexes."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from clipsaver.local import postgres as local_postgres
from functions.operations import maintenance, verification
from functions.operations.finding import Finding
from functions.shared import errors
from functions.shared.db.connection import Database
from tests import factories
from tests.factories import HERE, Rows

pytestmark = pytest.mark.session

INDEX = "idx_clips_author"
DAMAGED = "damaged"
_PAGE = 8192


@pytest.fixture
def rows(superuser_url: str) -> Iterator[Rows]:
    with factories.open_rows(superuser_url) as rows:
        rows.two_guilds()
        _post(rows, 1, 60_000)
        rows.sql("CREATE EXTENSION amcheck")
        rows.sql("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO clipsaver")
        yield rows


@pytest.fixture
async def database(rows: Rows, database_url: str) -> AsyncIterator[Database]:
    database = factories.make_database(database_url)
    yield database
    await database.close()


@pytest.fixture
def damaged_url(
    rows: Rows, postgres: local_postgres.Postgres, request: pytest.FixtureRequest
) -> Iterator[str]:
    """A copy, in which a page, by default of an index, was overwritten before it was read."""
    relation, page = getattr(request, "param", (INDEX, 1))
    (place,) = rows.sql(
        "SELECT current_setting('data_directory') AS data, pg_relation_filepath(%s) AS path,"
        " current_database() AS name",
        relation,
    )
    rows.connection.close()
    with factories.open_rows(postgres.url(user=local_postgres.SUPERUSER)) as server:
        server.connection.execute(
            f"CREATE DATABASE {DAMAGED} OWNER clipsaver TEMPLATE {place['name']}"
            " STRATEGY file_copy".encode()
        )
        (made,) = server.sql("SELECT oid FROM pg_database WHERE datname = %s", DAMAGED)
    file = Path(place["path"]).name
    with (Path(place["data"]) / "base" / str(made["oid"]) / file).open("r+b") as damaged:
        damaged.seek(page * _PAGE)
        damaged.write(b"\x01" * _PAGE)
    yield postgres.url(DAMAGED)
    postgres.drop_database(DAMAGED)


@pytest.fixture
async def damaged(damaged_url: str) -> AsyncIterator[Database]:
    database = factories.make_database(damaged_url)
    yield database
    await database.close()


def _post(rows: Rows, first: int, last: int) -> None:
    rows.sql(
        "INSERT INTO clips (guild_id, channel_id, message_id, attachment_id, filename, author_id)"
        " SELECT %s, %s, number, number, 'a.mp4', number %% 97"
        " FROM generate_series(%s::int, %s) AS number",
        HERE,
        HERE + 1,
        first,
        last,
    )


def _forget(rows: Rows) -> None:
    """Have an index miss rows, as a collation that changed does; its pages are sound."""
    of_index = "WHERE indexrelid = 'idx_clips_author'::regclass"
    rows.sql(f"UPDATE pg_index SET indisready = false {of_index}")
    _post(rows, 100_001, 100_010)
    rows.sql(f"UPDATE pg_index SET indisready = true {of_index}")


async def found(database: Database) -> dict[str, Finding]:
    return {each.check: each for each in await verification.verify(database, 60)}


async def test_an_index_that_misses_rows_is_found_and_built_anew(
    rows: Rows, database: Database
) -> None:
    _forget(rows)
    noticed = await found(database)
    assert (noticed["rows"].level, noticed["amcheck"].level) == ("ok", "failure")
    assert INDEX in noticed["amcheck"].told
    assert "`clipsaver maintain --reindex-all`" in noticed["amcheck"].fix
    done = await maintenance.maintain(database, 60, reindex_all=True)
    assert done["complete"] is True
    assert {"clips", "bot_guilds"} <= set(done["reindexed"])
    assert (await found(database))["amcheck"].level == "ok"


async def test_an_index_with_a_damaged_page_is_built_anew_before_vacuum_reads_it(
    damaged: Database, damaged_url: str, postgres: local_postgres.Postgres
) -> None:
    with factories.open_rows(damaged_url) as rows:
        rows.sql("DELETE FROM clips WHERE message_id < 40000")
    with pytest.raises(errors.DatabaseError, match="invalid page in block 1"):
        await maintenance.maintain(damaged, 60, reindex=True)
    broken = await found(damaged)
    assert broken["rows"].level == "ok"
    assert broken["amcheck"].level == "failure"
    await maintenance.maintain(damaged, 60, reindex_all=True)
    mended = await found(damaged)
    assert mended["amcheck"].level == "ok"
    checksums = mended["page checksums"]
    if "off" not in checksums.told:
        assert broken["page checksums"].level == "failure"
        assert checksums.level == "warning"
        assert "reads met a damaged page since" in checksums.told
        assert "SELECT pg_stat_reset()" in checksums.fix
        with factories.open_rows(postgres.url(DAMAGED, local_postgres.SUPERUSER)) as rows:
            rows.sql("SELECT pg_stat_reset()")
        assert (await found(damaged))["page checksums"].level == "ok"


@pytest.mark.parametrize("damaged_url", [("bot_channels", 0)], indirect=True)
async def test_what_cannot_be_read_is_not_to_be_deleted(damaged: Database) -> None:
    told = await verification.verify(damaged, 60)
    fixes = {each.check: each.fix for each in told if each.level == "failure"}
    assert {"rows", "constraints"} <= fixes.keys()
    assert not any("delete" in fix for fix in fixes.values())
    assert "Corruption" in fixes["constraints"]
