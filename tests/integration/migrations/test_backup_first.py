"""A migration that can lose data runs only while there is a backup to bring it back from."""

import re

import pytest

from functions.deploy import migrations
from functions.shared import errors, release
from tests.factories import HERE, Rows
from tests.integration.migrations.scripts import Scripts

LOSES_DATA = "loses_data = True"


@pytest.fixture
def scripts(scripts: Scripts) -> Scripts:
    """The next release drops something."""
    scripts.add("SELECT 1", "9998")
    scripts.add("SELECT 1", "9999", after="9998", also=LOSES_DATA)
    return scripts


def _backed_up(rows: Rows, age: str) -> None:
    rows.sql(
        "INSERT INTO job_runs (job, last_succeeded_at) VALUES ('backup', now() - %s::interval)",
        age,
    )


def _schema(rows: Rows) -> str:
    (found,) = rows.sql("SELECT version_num FROM alembic_version")
    return str(found["version_num"])


@pytest.mark.parametrize(
    ("age", "told"),
    [(None, "the last full backup never was"), ("27 hours", "the last full backup is from 2")],
)
def test_without_a_fresh_backup_nothing_is_migrated(
    migrated_url: str, rows: Rows, scripts: Scripts, age: str | None, told: str
) -> None:
    rows.guild(HERE)
    if age:
        _backed_up(rows, age)
    with pytest.raises(errors.NoFreshBackup, match=re.escape(told)) as refused:
        migrations.upgrade(migrated_url)
    assert "Migration 9999" in str(refused.value)
    assert "`clipsaver backup`" in str(refused.value)
    assert _schema(rows) == release.SCHEMA


def test_after_a_backup_it_runs(migrated_url: str, rows: Rows, scripts: Scripts) -> None:
    rows.guild(HERE)
    _backed_up(rows, "25 hours")
    migrations.upgrade(migrated_url)
    assert _schema(rows) == "9999"


def test_where_nothing_is_nothing_can_be_lost(
    migrated_url: str, empty_database_url: str, rows: Rows, scripts: Scripts
) -> None:
    migrations.upgrade(migrated_url)
    migrations.upgrade(empty_database_url)
    assert _schema(rows) == "9999"


def test_what_was_just_restored_has_its_backup(
    migrated_url: str, rows: Rows, scripts: Scripts
) -> None:
    rows.guild(HERE)
    migrations.upgrade(migrated_url, is_backed_up=True)
    assert _schema(rows) == "9999"


def test_a_migration_that_loses_nothing_asks_for_none(
    migrated_url: str, rows: Rows, scripts: Scripts
) -> None:
    rows.guild(HERE)
    migrations.upgrade(migrated_url, "9998")
    assert _schema(rows) == "9998"
