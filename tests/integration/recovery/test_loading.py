"""A dump on its way into a database."""

import time
from pathlib import Path

import psycopg
import pytest

from functions.operations.recovery import errors, loading, programs, restore
from functions.operations.recovery import manifest as manifests
from tests import factories
from tests.factories import HERE, Rows
from tests.integration.recovery import stage


@pytest.fixture
def dump(rows: Rows, database_url: str, tmp_path: Path) -> Path:
    """More than fits into a pipe."""
    rows.sql(
        "INSERT INTO clips (guild_id, channel_id, message_id, attachment_id, filename)"
        " SELECT %s, %s, number, number, 'a.mp4' FROM generate_series(10, 20000) AS number",
        HERE,
        HERE + 1,
    )
    return stage.take(database_url, tmp_path).folder / manifests.DUMP


def test_the_newest_programs_load_into_the_server_as_well(dump: Path, empty_url: str) -> None:
    loading.load_dump(programs.packaged("pg_restore"), empty_url, dump)
    assert not restore.is_empty(empty_url)


def test_extensions_that_an_administrator_made_are_left_to_one(
    rows: Rows, database_url: str, superuser_url: str, empty_url: str, tmp_path: Path
) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as almighty:
        almighty.execute("CREATE EXTENSION amcheck")
    taken = stage.take(database_url, tmp_path)
    stage.restore(empty_url, taken.folder)
    stage.restore(database_url, taken.folder, replace=True)
    for url in (empty_url, database_url):
        with factories.open_rows(url) as after:
            assert after.count("bot_guilds") == 2


def test_a_database_that_is_not_there_is_told(dump: Path, empty_url: str) -> None:
    nowhere = empty_url.replace("/empty_", "/nowhere_")
    with pytest.raises(errors.ProgramFailed, match="does not exist"):
        loading.load_dump(programs.packaged("pg_restore"), nowhere, dump)


def test_half_a_dump_leaves_nothing_behind(dump: Path, empty_url: str) -> None:
    dump.write_bytes(dump.read_bytes()[:-20_000])
    with pytest.raises(errors.ProgramFailed):
        loading.load_dump(programs.packaged("pg_restore"), empty_url, dump)
    assert restore.is_empty(empty_url)


def test_a_database_with_the_tables_already_is_left_alone(dump: Path, database_url: str) -> None:
    with pytest.raises(errors.ProgramFailed, match="already exists"):
        loading.load_dump(programs.packaged("pg_restore"), database_url, dump)


def test_the_time_is_over_while_an_index_is_built(
    rows: Rows, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    stage.slow_index(rows, seconds=4)
    dump = stage.take(database_url, tmp_path).folder / manifests.DUMP
    started = time.monotonic()
    with pytest.raises(errors.ProgramFailed, match="not done after 2 s"):
        loading.load_dump(programs.packaged("pg_restore"), empty_url, dump, seconds=2)
    assert time.monotonic() - started < 4


def test_no_row_is_quoted_when_one_is_refused(
    rows: Rows, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    stage.clip(rows, 9, title="what somebody wrote")
    stage.refuse_titles(rows)
    dump = stage.take(database_url, tmp_path).folder / manifests.DUMP
    with pytest.raises(errors.ProgramFailed, match="violates check constraint") as raised:
        loading.load_dump(programs.packaged("pg_restore"), empty_url, dump)
    assert "somebody" not in str(raised.value)
