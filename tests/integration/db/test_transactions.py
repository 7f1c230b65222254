"""Transactions on the one connection: what is kept, what is not, and who waits for whom."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass

import psycopg
import pytest

from functions.shared import errors
from functions.shared.db.connection import Database, Transaction
from functions.shared.db.queries import Query
from tests import factories
from tests.factories import Rows
from tests.patience import wait_until

ADD_USER = Query("add_user", b"INSERT INTO users (discord_user_id) VALUES (%(user_id)s)")
SELECT_USERS = Query(
    "select_users", b"SELECT discord_user_id, username FROM users ORDER BY discord_user_id"
)
BACKEND = Query("backend", b"SELECT pg_backend_pid()")
SLEEP = Query("sleep", b"SELECT pg_sleep(%(seconds)s)")
LOCK_USERS = Query("lock_users", b"LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
REFUSED = Query("refused", b"SELECT 1 / 0")


@dataclass(frozen=True)
class UserRow:
    discord_user_id: int
    username: str | None


async def test_a_block_that_ends_is_committed(database: Database, rows: Rows) -> None:
    async with database.transaction() as transaction:
        assert await transaction.execute(ADD_USER, user_id=1) == 1
        assert rows.count("users") == 0
    assert rows.count("users") == 1


async def test_a_block_that_raises_is_rolled_back(database: Database, rows: Rows) -> None:
    async def work() -> None:
        async with database.transaction() as transaction:
            await transaction.execute(ADD_USER, user_id=1)
            raise LookupError

    with pytest.raises(LookupError):
        await work()
    assert rows.count("users") == 0


async def test_a_refused_statement_takes_the_transaction_with_it(
    database: Database, rows: Rows
) -> None:
    async def work() -> None:
        async with database.transaction() as transaction:
            await transaction.execute(ADD_USER, user_id=1)
            await transaction.execute(REFUSED)

    with pytest.raises(errors.DatabaseError, match="division by zero"):
        await work()
    assert rows.count("users") == 0


async def test_the_connection_is_as_good_as_new_after_a_failure(database: Database) -> None:
    async with database.transaction() as transaction:
        before = await transaction.value(BACKEND)
    with pytest.raises(errors.DatabaseError):
        async with database.transaction() as transaction:
            await transaction.execute(REFUSED)
    async with database.transaction() as transaction:
        assert await transaction.value(BACKEND) == before


async def test_a_swallowed_failure_does_not_pass_for_a_commit(
    database: Database, rows: Rows
) -> None:
    async def work() -> None:
        async with database.transaction() as transaction:
            await transaction.execute(ADD_USER, user_id=1)
            with contextlib.suppress(errors.DatabaseError):
                await transaction.execute(REFUSED)

    with pytest.raises(errors.DatabaseError, match="nothing was kept"):
        await work()
    assert rows.count("users") == 0
    async with database.transaction() as transaction:
        assert await transaction.execute(ADD_USER, user_id=2) == 1


async def test_a_savepoint_limits_a_failure(database: Database, rows: Rows) -> None:
    async def fail_halfway(transaction: Transaction) -> None:
        async with transaction.savepoint():
            await transaction.execute(ADD_USER, user_id=2)
            await transaction.execute(ADD_USER, user_id=1)

    async with database.transaction() as transaction:
        await transaction.execute(ADD_USER, user_id=1)
        with pytest.raises(errors.DatabaseError, match="duplicate key"):
            await fail_halfway(transaction)
        async with transaction.savepoint():
            await transaction.execute(ADD_USER, user_id=3)
    assert [row["discord_user_id"] for row in rows.sql("SELECT * FROM users ORDER BY 1")] == [1, 3]


async def test_a_bug_inside_a_savepoint_ends_the_transaction(
    database: Database, rows: Rows
) -> None:
    async def work() -> None:
        async with database.transaction() as transaction, transaction.savepoint():
            await transaction.execute(ADD_USER, user_id=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work()
    assert rows.count("users") == 0


async def test_rows_come_as_values_with_the_columns_names(database: Database, rows: Rows) -> None:
    async with database.transaction() as transaction:
        assert await transaction.one(UserRow, SELECT_USERS) is None
        assert await transaction.value(SELECT_USERS) is None
        assert await transaction.all(UserRow, SELECT_USERS) == []
    rows.insert("users", discord_user_id=2)
    rows.insert("users", discord_user_id=1, username="ada")
    async with database.transaction() as transaction:
        assert await transaction.all(UserRow, SELECT_USERS) == [UserRow(1, "ada"), UserRow(2, None)]
        assert await transaction.one(UserRow, SELECT_USERS) == UserRow(1, "ada")
        assert await transaction.value(SELECT_USERS) == 1


async def test_tasks_take_turns_on_one_connection(database: Database, rows: Rows) -> None:
    inside = 0

    async def work(user_id: int) -> object:
        nonlocal inside
        async with database.transaction() as transaction:
            inside += 1
            assert inside == 1
            await transaction.execute(ADD_USER, user_id=user_id)
            await asyncio.sleep(0)
            inside -= 1
            return await transaction.value(BACKEND)

    backends = await asyncio.gather(*map(work, range(20)))
    assert len(set(backends)) == 1
    assert rows.count("users") == 20


async def test_one_tasks_failure_is_not_anothers(database: Database, rows: Rows) -> None:
    async def work(user_id: int) -> None:
        async with database.transaction() as transaction:
            await transaction.execute(ADD_USER, user_id=user_id)
            if user_id % 2:
                await transaction.execute(REFUSED)

    outcomes = await asyncio.gather(*map(work, range(6)), return_exceptions=True)
    assert [isinstance(outcome, errors.DatabaseError) for outcome in outcomes] == [False, True] * 3
    assert rows.count("users") == 3


async def test_a_statement_that_outlives_the_limit_is_a_timeout(database_url: str) -> None:
    database = factories.make_database(database_url, transaction_seconds=0.3)
    with pytest.raises(errors.DatabaseTimeout):
        async with database.transaction() as transaction:
            await transaction.value(SLEEP, seconds=30)
    async with database.transaction() as transaction:
        assert await transaction.value(BACKEND)
    await database.close()


async def test_a_transaction_may_have_its_own_limit(database: Database) -> None:
    with pytest.raises(errors.DatabaseTimeout):
        async with database.transaction(within=0.2) as transaction:
            await transaction.value(SLEEP, seconds=30)


async def test_the_server_stops_a_statement_that_nobody_waits_for(
    database: Database, rows: Rows
) -> None:
    with pytest.raises(errors.DatabaseTimeout):
        async with database.transaction(within=0.2) as transaction:
            await transaction.value(SLEEP, seconds=30)
    asleep = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(%'"
    wait_until(lambda: not rows.sql(asleep), seconds=2)


async def test_a_lock_that_outlives_the_limit_is_a_timeout(
    database: Database, database_url: str
) -> None:
    with psycopg.connect(database_url) as holder:
        holder.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(errors.DatabaseTimeout):
            async with database.transaction(within=0.2) as transaction:
                await transaction.execute(LOCK_USERS)


async def test_a_slow_block_is_not_committed_after_its_limit(
    database: Database, rows: Rows
) -> None:
    async def work() -> None:
        async with database.transaction(within=0.1) as transaction:
            await transaction.execute(ADD_USER, user_id=1)
            await asyncio.sleep(0.15)

    with pytest.raises(errors.DatabaseTimeout):
        await work()
    assert rows.count("users") == 0
    async with database.transaction() as transaction:
        assert await transaction.execute(ADD_USER, user_id=2) == 1


@pytest.mark.parametrize("within_a_statement", [True, False])
async def test_a_cancelled_task_leaves_no_broken_connection(
    database: Database, rows: Rows, *, within_a_statement: bool
) -> None:
    begun = asyncio.Event()

    async def work() -> None:
        async with database.transaction() as transaction:
            await transaction.execute(ADD_USER, user_id=1)
            begun.set()
            if within_a_statement:
                await transaction.value(SLEEP, seconds=1)
            await asyncio.sleep(30)

    task = asyncio.create_task(work())
    await begun.wait()
    await asyncio.sleep(0.02)
    task.cancel()
    async with asyncio.timeout(1):
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        async with database.transaction() as transaction:
            assert await transaction.execute(ADD_USER, user_id=2) == 1
    assert [row["discord_user_id"] for row in rows.sql("SELECT * FROM users")] == [2]


async def test_a_task_cancelled_while_it_waits_for_its_turn_takes_nothing(
    database: Database,
) -> None:
    async def work() -> None:
        async with database.transaction():
            pytest.fail("It was not its turn.")

    async with database.transaction():
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with database.transaction() as transaction:
        assert await transaction.value(BACKEND)


async def test_slow_statements_are_logged_by_name(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = factories.make_database(database_url, slow_statement_ms=50)
    async with database.transaction() as transaction:
        await transaction.value(BACKEND)
        await transaction.value(SLEEP, seconds=0.06)
    await database.close()
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage().startswith("Slow statement: sleep took ")


async def test_a_statement_that_took_too_long_is_logged_by_name(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = factories.make_database(database_url, slow_statement_ms=50)
    with pytest.raises(errors.DatabaseTimeout):
        async with database.transaction(within=0.2) as transaction:
            await transaction.value(SLEEP, seconds=30)
    await database.close()
    assert "Slow statement: sleep took " in caplog.text


async def test_operations_are_logged_for_debugging(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "discord_clip_saver.db")
    async with database.transaction() as transaction:
        await transaction.execute(ADD_USER, user_id=7)
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["Database operation: add_user with params {'user_id': 7}"]


@pytest.mark.parametrize("name", ["intent_state", "message_text"])
async def test_operations_are_logged_without_what_is_private(
    database: Database, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.DEBUG, "discord_clip_saver.db")
    query = Query("private", f"SELECT %({name})s::text".encode())
    async with database.transaction() as transaction:
        assert await transaction.value(query, **{name: "k3yH0le"}) == "k3yH0le"
    assert f"Database operation: private with params {{'{name}': '[redacted]'}}" in caplog.text
    assert "k3yH0le" not in caplog.text
