"""A release meets schemas other than its own, each in a real database."""

import pytest

from clipsaver.local.postgres import Postgres
from functions.shared import errors, release
from functions.shared.db.connection import Database
from functions.shared.db.queries import Query
from tests import factories
from tests.factories import Rows

ONE = Query("one", b"SELECT 1")


async def serve(database: Database) -> None:
    async with database.transaction() as transaction:
        assert await transaction.value(ONE) == 1


async def test_an_empty_database_needs_its_migrations(postgres: Postgres) -> None:
    postgres.create_database("without_schema")
    try:
        database = factories.make_database(postgres.url("without_schema"))
        with pytest.raises(errors.SchemaMismatch, match=r"is none, .* run `clipsaver migrate`"):
            await serve(database)
    finally:
        postgres.drop_database("without_schema")


async def test_an_older_schema_is_refused_until_it_is_migrated(
    database: Database, rows: Rows
) -> None:
    rows.sql("DELETE FROM schema_revisions")
    rows.insert("schema_revisions", revision="0000", oldest_release=release.RELEASE)
    for _ in range(2):
        with pytest.raises(errors.SchemaMismatch, match="is 0000, this release needs"):
            await serve(database)
    rows.sql("UPDATE schema_revisions SET revision = %s", release.SCHEMA)
    await serve(database)


async def test_the_own_schema_is_served_in_silence(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await serve(database)
    assert caplog.records == []


async def test_a_newer_schema_is_served_with_one_warning(
    database: Database, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    rows.insert("schema_revisions", revision="9999", oldest_release=release.RELEASE)
    await serve(database)
    await serve(database)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "9999 is newer" in record.getMessage()


async def test_a_newer_schema_that_excludes_this_release_is_refused(
    database: Database, rows: Rows
) -> None:
    rows.insert("schema_revisions", revision="9999", oldest_release="999.0.0")
    with pytest.raises(errors.SchemaMismatch, match=r"9999 needs release 999\.0\.0 or newer"):
        await serve(database)


@pytest.mark.session
async def test_a_refused_schema_leaves_no_connection_behind(database: Database, rows: Rows) -> None:
    rows.sql("DELETE FROM schema_revisions")
    with pytest.raises(errors.SchemaMismatch):
        await serve(database)
    ours = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'clip-saver test'"
    assert rows.sql(f"{ours} AND datname = current_database() AND state = 'active'") == []
