"""`maintain` on a real database."""

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from functions.operations import maintenance
from functions.shared import errors
from functions.shared.db import maintenance as db_maintenance
from functions.shared.db.connection import Database
from functions.shared.db.maintenance import Index, select_indexes
from tests import factories
from tests.factories import HERE, Rows


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    with factories.open_rows(database_url) as rows:
        rows.two_guilds()
        yield rows


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = factories.make_database(database_url)
    yield database
    await database.close()


def _fill_and_empty(rows: Rows) -> None:
    """An index that once was large, and is full of air now."""
    rows.sql("ALTER TABLE clips SET (autovacuum_enabled = false)")
    rows.sql(
        "INSERT INTO clips (guild_id, channel_id, message_id, attachment_id, filename)"
        " SELECT %s, %s, number, number, 'a.mp4' FROM generate_series(1, 60000) AS number",
        HERE,
        HERE + 1,
    )
    rows.sql("DELETE FROM clips WHERE message_id %% 20 <> %s", 0)


async def test_every_table_is_vacuumed_and_analyzed(rows: Rows, database: Database) -> None:
    done = await maintenance.maintain(database, 30)
    assert done["complete"] is True
    assert {each["name"] for each in done["tables"]} >= {"bot_guilds", "clips", "leases"}
    assert all(each["seconds"] is not None for each in done["tables"])
    counted = rows.sql(
        "SELECT last_vacuum, last_analyze FROM pg_stat_user_tables WHERE relname = 'bot_guilds'"
    )
    assert None not in counted[0].values()


async def test_bloated_indexes_are_named_and_rebuilt_only_when_asked_to(
    rows: Rows, database: Database
) -> None:
    _fill_and_empty(rows)
    named = await maintenance.maintain(database, 60)
    assert named["reindexed"] == []
    assert "clips_pkey" in {each["name"] for each in named["bloated_indexes"]}
    rebuilt = await maintenance.maintain(database, 60, reindex=True)
    assert "clips_pkey" in rebuilt["reindexed"]
    assert (await maintenance.maintain(database, 60))["bloated_indexes"] == []


async def test_a_fresh_index_is_not_taken_for_a_bloated_one(rows: Rows, database: Database) -> None:
    rows.sql(
        "INSERT INTO clips (guild_id, channel_id, message_id, attachment_id, filename)"
        " SELECT %s, %s, number, number, 'a.mp4' FROM generate_series(1, 60000) AS number",
        HERE,
        HERE + 1,
    )
    assert (await maintenance.maintain(database, 60))["bloated_indexes"] == []


async def test_only_of_b_trees_is_told_how_large_they_would_be(
    rows: Rows, database: Database
) -> None:
    rows.sql("ANALYZE clips")
    async with database.transaction() as transaction:
        indexes = {each.name: each for each in await select_indexes(transaction)}
    assert indexes["clips_pkey"].fresh_bytes is not None
    assert indexes["idx_clips_document"].fresh_bytes is None


async def test_what_there_is_no_time_for_is_said(rows: Rows, database: Database) -> None:
    done = await maintenance.maintain(database, 0)
    assert done["complete"] is False
    assert {each["seconds"] for each in done["tables"]} == {None}


@pytest.mark.parametrize("reindex_all", [False, True])
async def test_what_the_end_of_the_time_cuts_off_is_left_for_the_next_time(
    rows: Rows, database: Database, database_url: str, *, reindex_all: bool
) -> None:
    with psycopg.connect(database_url) as busy:
        busy.execute("LOCK TABLE clips IN SHARE UPDATE EXCLUSIVE MODE")
        done = await maintenance.maintain(database, 2, reindex_all=reindex_all)
        # What still waits there has not noticed yet that nobody waits for it.
        rows.sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
    assert done["complete"] is False
    assert {each["name"]: each["seconds"] for each in done["tables"]}["clips"] is None
    assert "clips" not in done["reindexed"]
    assert done["database_bytes"] > 0
    assert (await maintenance.maintain(database, 60, reindex_all=reindex_all))["complete"]


async def test_a_table_that_cannot_be_vacuumed_is_an_error_and_no_lack_of_time(
    rows: Rows, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise errors.DatabaseError("invalid page in block 7")

    monkeypatch.setattr(db_maintenance, "vacuum", fail)
    with pytest.raises(errors.DatabaseError, match="block 7"):
        await maintenance.maintain(database, 30)


@pytest.mark.parametrize(
    ("index", "unused", "bloated"),
    [
        (Index("i", 9_000_000, 0, is_optional=True, is_valid=True, fresh_bytes=8_500_000), 1, 0),
        (Index("i", 9_000_000, 0, is_optional=False, is_valid=True, fresh_bytes=3_000_000), 0, 1),
        (Index("i", 16_384, 7, is_optional=True, is_valid=True, fresh_bytes=8_192), 0, 0),
        (Index("i", 16_384, 7, is_optional=True, is_valid=False, fresh_bytes=None), 0, 1),
        (Index("i", 90_000_000, 7, is_optional=True, is_valid=True, fresh_bytes=None), 0, 0),
    ],
)
def test_small_used_and_needed_indexes_are_left_in_peace(
    index: Index, unused: int, bloated: int
) -> None:
    assert maintenance.is_unused(index) is bool(unused)
    assert maintenance.is_bloated(index) is bool(bloated)
