"""Deploys that meet: at once, one after a killed one, an older one after a newer one."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.deploy import lease as leases
from functions.deploy import migrations
from functions.shared import errors, release
from tests import factories
from tests.factories import Rows
from tests.integration.migrations.scripts import Scripts
from tests.patience import wait_until

TAKE = """
    UPDATE migration_lease SET holder = gen_random_uuid(), held_by = 'stack staging',
        held_since = '2026-11-24 10:30:00Z', expires_at = now() + make_interval(secs => %s)
"""
APPLIED = "SELECT revision FROM schema_revisions WHERE revision >= '9' ORDER BY revision"
KILLED = """
import pathlib, sys
from functions.deploy import lease, migrations
lease.LEASE_SECONDS = 0.5
migrations._CONFIGURATION = pathlib.Path(sys.argv[2])
migrations.upgrade(sys.argv[1])
"""
QUICK = 0.05


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "_POLL_SECONDS", QUICK)


@pytest.fixture
def lease(rows: Rows, migrated_url: str) -> Iterator[Rows]:
    """The lease of the migrations, in the hands of somebody else's session."""
    migrations.upgrade(migrated_url)
    with factories.open_rows(migrated_url) as other:
        yield other
    rows.sql("UPDATE migration_lease SET expires_at = 'epoch'")


def applied(rows: Rows) -> list[str]:
    return [row["revision"] for row in rows.sql(APPLIED)]


def test_of_two_deploys_at_once_one_migrates_and_the_other_finds_it_done(
    empty_database_url: str,
) -> None:
    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(migrations.upgrade, [empty_database_url] * 2))
    assert told[0].startswith("Applied migrations 0001,")
    assert told[1] == f"The schema is {release.SCHEMA}; there was nothing to migrate."


def test_the_second_waits_while_a_migration_of_the_first_is_under_way(
    rows: Rows, migrated_url: str, scripts: Scripts, lease: Rows
) -> None:
    """Even if that takes longer than the lease: the row is locked."""
    scripts.add("SELECT 1")
    lease.sql("BEGIN")
    lease.sql(TAKE, -60)
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(migrations.upgrade, migrated_url)
        time.sleep(10 * QUICK)
        assert not second.done()
        lease.sql("COMMIT")
        assert second.result() == "Applied migration 9999: the schema is 9999."
    assert applied(rows) == ["9999"]


def test_a_killed_deploy_is_succeeded_when_its_lease_expires(
    migrated_url: str, scripts: Scripts, lease: Rows
) -> None:
    scripts.add("SELECT 1")
    lease.sql(TAKE, 10 * QUICK)
    started = time.monotonic()
    assert migrations.upgrade(migrated_url).startswith("Applied")
    assert time.monotonic() - started >= 9 * QUICK


def test_a_deploy_killed_in_the_middle_of_a_migration_is_succeeded(
    rows: Rows, migrated_url: str, scripts: Scripts
) -> None:
    scripts.add("CREATE TABLE half (); SELECT pg_sleep(1)")
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, migrated_url, scripts.configuration]
    ) as it:
        migrating = "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1)'"
        wait_until(lambda: rows.sql(migrating))
        it.kill()
    assert migrations.upgrade(migrated_url) == "Applied migration 9999: the schema is 9999."
    rows.sql("DROP TABLE half")


def test_a_wait_that_ends_says_who_was_waited_for(migrated_url: str, lease: Rows) -> None:
    lease.sql(TAKE, 60)
    with pytest.raises(
        errors.MigrationsBusy,
        match=r"stack staging has been migrating since 10:30:00 UTC, and 1 s .* deploy again",
    ):
        migrations.upgrade(migrated_url, seconds=1.5)


def test_a_deploy_that_lost_its_lease_writes_nothing_more(
    rows: Rows, migrated_url: str, scripts: Scripts
) -> None:
    scripts.add_python("""
    with op.get_context().autocommit_block():
        op.get_bind().exec_driver_sql("UPDATE migration_lease SET holder = gen_random_uuid()")
    op.get_bind().exec_driver_sql("CREATE TABLE late ()")
    """)
    with pytest.raises(errors.LeaseLost, match="took over"):
        migrations.upgrade(migrated_url)
    assert applied(rows) == []
    assert rows.sql("SELECT to_regclass('late') AS late") == [{"late": None}]


def test_a_failed_migration_leaves_those_before_it_and_frees_the_lease(
    rows: Rows, migrated_url: str, scripts: Scripts
) -> None:
    scripts.add("SELECT 1", "9998")
    scripts.add("CREATE TABLE half (); SELECT 1/0", "9999", after="9998")
    with pytest.raises(errors.DatabaseError, match=r"Migration 9999 failed \(division by zero"):
        migrations.upgrade(migrated_url)
    assert applied(rows) == ["9998"]
    assert rows.sql("SELECT to_regclass('half') AS half") == [{"half": None}]
    assert rows.sql("SELECT holder FROM migration_lease") == [{"holder": None}]


def test_an_older_release_leaves_a_newer_schema_alone_and_a_newer_one_goes_on_from_there(
    rows: Rows, migrated_url: str, scripts: Scripts
) -> None:
    """N, N+1, N, N+1."""
    scripts.add("CREATE TABLE newer (id bigint)")
    migrations.upgrade(migrated_url)
    scripts.withdraw()
    try:
        assert migrations.upgrade(migrated_url) == (
            f"The schema 9999 is newer than the {release.SCHEMA} of release {release.RELEASE}, "
            "which can live with it: it was left alone."
        )
        assert rows.count("newer") == 0
        assert applied(rows) == ["9999"]
        scripts.add("CREATE TABLE newer (id bigint)")
        assert migrations.upgrade(migrated_url).endswith("there was nothing to migrate.")
    finally:
        rows.sql("DROP TABLE newer")


def test_an_older_release_that_may_not_serve_says_so(
    rows: Rows, migrated_url: str, scripts: Scripts
) -> None:
    scripts.add("SELECT 1", oldest_release="999.0.0")
    migrations.upgrade(migrated_url)
    scripts.withdraw()
    with pytest.raises(
        errors.SchemaMismatch, match=r"9999 needs release 999\.0\.0 .* deploy the newer release"
    ):
        migrations.upgrade(migrated_url)


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(errors.DatabaseUnavailable, match="is DATABASE_URL right"):
        migrations.upgrade("postgresql://nobody@127.0.0.1:1/nothing")
