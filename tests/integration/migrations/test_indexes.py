"""Indexes that migrations build while people write to the table."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.deploy import migrations
from functions.shared import errors
from tests import factories
from tests.factories import Rows
from tests.integration.migrations.scripts import Scripts
from tests.patience import wait_until

BUILD = """indexes.build("idx_built", "bot_channels (name)")"""
FOUND = """
    SELECT indisvalid, pg_get_indexdef(indexrelid) AS definition FROM pg_index
    WHERE indexrelid = to_regclass('idx_built')
"""
APPLIED = "SELECT 1 FROM schema_revisions WHERE revision = '9999'"
WHOLE = [
    {
        "indisvalid": True,
        "definition": "CREATE INDEX idx_built ON public.bot_channels USING btree (name)",
    }
]


@pytest.fixture
def scripts(scripts: Scripts, rows: Rows) -> Iterator[Scripts]:
    scripts.add_python(BUILD)
    yield scripts
    rows.sql("DROP INDEX IF EXISTS idx_built")


@pytest.fixture
def writer(migrated_url: str, rows: Rows) -> Iterator[Rows]:
    """Somebody in the middle of a transaction that writes to the table."""
    rows.guild(1)
    with factories.open_rows(migrated_url) as other:
        other.sql("BEGIN")
        other.channel(1, 2)
        yield other


def test_an_index_is_built_while_a_writer_is_at_work(
    rows: Rows, migrated_url: str, scripts: Scripts, writer: Rows
) -> None:
    """CREATE INDEX would have failed at its lock limit, and made everybody after it wait."""
    with ThreadPoolExecutor(1) as pool:
        deploy = pool.submit(migrations.upgrade, migrated_url)
        wait_until(lambda: rows.sql(FOUND))
        rows.channel(1, 3)
        time.sleep(0.5)
        assert not deploy.done()
        writer.sql("COMMIT")
        assert deploy.result().startswith("Applied migration 9999")
    assert rows.sql(FOUND) == WHOLE
    assert rows.sql(APPLIED)


def test_an_interrupted_build_is_told_and_built_again(
    rows: Rows, migrated_url: str, scripts: Scripts, writer: Rows
) -> None:
    with pytest.raises(
        errors.DatabaseTimeout, match=r"Migration 9999 took longer than it may .* tries it again"
    ):
        migrations.upgrade(migrated_url, seconds=1)
    assert rows.sql(FOUND)[0]["indisvalid"] is False
    assert not rows.sql(APPLIED)
    writer.sql("COMMIT")
    migrations.upgrade(migrated_url)
    assert rows.sql(FOUND) == WHOLE
    assert rows.sql(APPLIED)


def test_an_index_that_is_whole_is_not_built_twice(
    rows: Rows, migrated_url: str, scripts: Scripts
) -> None:
    """Its build was finished, and the deploy killed before that was noted."""
    rows.sql("CREATE INDEX idx_built ON bot_channels (name)")
    before = rows.sql("SELECT to_regclass('idx_built')::oid AS oid")
    migrations.upgrade(migrated_url)
    assert rows.sql("SELECT to_regclass('idx_built')::oid AS oid") == before
    assert rows.sql(APPLIED)


def test_others_stay_away_for_as_long_as_a_build_may_take(
    rows: Rows, migrated_url: str, scripts: Scripts, writer: Rows
) -> None:
    left = "SELECT extract(epoch FROM expires_at - now()) AS seconds FROM migration_lease"
    with ThreadPoolExecutor(1) as pool:
        deploy = pool.submit(migrations.upgrade, migrated_url, seconds=300)
        wait_until(lambda: rows.sql(FOUND))
        assert rows.sql(left)[0]["seconds"] > 290
        writer.sql("COMMIT")
        deploy.result()
