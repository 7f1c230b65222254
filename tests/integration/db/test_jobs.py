"""What the scheduled jobs keep: leases, and when they ran."""

from uuid import uuid4

from functions.shared.db import job_runs, leases
from functions.shared.db.connection import Database
from tests.factories import Rows, ago

OURS, THEIRS = uuid4(), uuid4()


async def test_one_holds_a_lease_at_a_time(database: Database) -> None:
    async with database.transaction() as transaction:
        assert await leases.acquire_lease(transaction, "sync", OURS)
        assert not await leases.acquire_lease(transaction, "sync", THEIRS)
        assert await leases.acquire_lease(transaction, "other", THEIRS)
        assert not await leases.renew_lease(transaction, "sync", THEIRS)


async def test_a_lease_given_back_is_free(database: Database) -> None:
    async with database.transaction() as transaction:
        assert await leases.acquire_lease(transaction, "sync", OURS)
        await leases.release_lease(transaction, "sync", THEIRS)
        assert not await leases.acquire_lease(transaction, "sync", THEIRS)
        await leases.release_lease(transaction, "sync", OURS)
        assert await leases.acquire_lease(transaction, "sync", THEIRS)


async def test_an_expired_lease_is_taken_over_and_lost(database: Database, rows: Rows) -> None:
    async with database.transaction() as transaction:
        assert await leases.acquire_lease(transaction, "sync", OURS)
    rows.sql("UPDATE leases SET expires_at = %s", ago(seconds=1))
    async with database.transaction() as transaction:
        assert await leases.acquire_lease(transaction, "sync", THEIRS)
        assert not await leases.renew_lease(transaction, "sync", OURS)


async def test_a_renewal_prolongs_a_lease_by_its_full_length(
    database: Database, rows: Rows
) -> None:
    async with database.transaction() as transaction:
        assert await leases.acquire_lease(transaction, "sync", OURS)
    rows.sql("UPDATE leases SET expires_at = now() + interval '1 second'")
    async with database.transaction() as transaction:
        assert await leases.renew_lease(transaction, "sync", OURS)
    (lease,) = rows.sql("SELECT extract(epoch FROM expires_at - now()) AS seconds FROM leases")
    assert leases.LEASE_SECONDS - 1 < lease["seconds"] <= leases.LEASE_SECONDS


async def test_a_job_that_began_has_not_succeeded(database: Database) -> None:
    async with database.transaction() as transaction:
        assert await job_runs.select_ages(transaction) == {}
        await job_runs.note_start(transaction, "sync")
        assert await job_runs.select_ages(transaction) == {}
        assert await job_runs.select_last_success(transaction, "sync") is None


async def test_a_success_has_an_age_and_a_summary(database: Database, rows: Rows) -> None:
    async with database.transaction() as transaction:
        await job_runs.note_start(transaction, "sync")
        await job_runs.note_success(transaction, "sync", {"guilds": 1})
        await job_runs.note_success(transaction, "purge", {"guilds": 2})
        await job_runs.note_success(transaction, "purge", {"guilds": 3})
    hour_ago = ago(hours=1)
    rows.sql("UPDATE job_runs SET last_succeeded_at = %s WHERE job = 'sync'", hour_ago)
    async with database.transaction() as transaction:
        await job_runs.note_start(transaction, "sync")
        ages = await job_runs.select_ages(transaction)
        assert await job_runs.select_last_success(transaction, "sync") == hour_ago
    assert 3_600 <= ages["sync"] < 3_700
    assert 0 <= ages["purge"] < 60
    summaries = rows.sql("SELECT job, summary FROM job_runs ORDER BY job")
    assert [row["summary"] for row in summaries] == [{"guilds": 3}, {"guilds": 1}]
