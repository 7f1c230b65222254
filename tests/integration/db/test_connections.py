"""The connection's life: opened late, kept, found dead, opened again; and never waited for long."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from clipsaver.local.postgres import SUPERUSER, Postgres
from functions.deploy import migrations
from functions.shared import errors
from functions.shared.db.connection import Database
from functions.shared.db.queries import Query
from tests import factories
from tests.factories import Rows
from tests.integration.db.proxy import Proxy

BACKEND = Query("backend", b"SELECT pg_backend_pid()")
SLEEP = Query("sleep", b"SELECT pg_sleep(%(seconds)s)")
PREPARED = Query("prepared", b"SELECT count(*) FROM pg_prepared_statements")
APPLICATION = Query("application", b"SELECT current_setting('application_name')")


async def backend(database: Database, *, within: float | None = None) -> int:
    async with database.transaction(within=within) as transaction:
        return int(await transaction.value(BACKEND))


def through(proxy: Proxy, database_url: str, postgres: Postgres) -> str:
    return database_url.replace(f":{postgres.port}/", f":{proxy.port}/")


@contextmanager
def taking_at_most(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records]


@pytest.mark.session
async def test_nothing_is_opened_before_it_is_needed(database_url: str, rows: Rows) -> None:
    factories.make_database(database_url)
    others = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'clip-saver test'"
    assert rows.sql(others) == []


async def test_the_connection_is_kept(database: Database) -> None:
    assert await backend(database) == await backend(database)


@pytest.mark.session
async def test_after_a_close_the_next_transaction_opens_another(database: Database) -> None:
    before = await backend(database)
    await database.close()
    await database.close()
    assert await backend(database) != before


@pytest.mark.session
async def test_a_connection_that_died_meanwhile_is_replaced(
    database: Database, superuser_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = await backend(database)
    with factories.open_rows(superuser_url) as superuser:
        superuser.sql("SELECT pg_terminate_backend(%s, 1000)", before)
    assert await backend(database) != before
    assert said(caplog) == [("ERROR", "Connection lost")]


async def test_a_connection_that_dies_in_use_is_an_error_and_then_replaced(
    database: Database, superuser_url: str
) -> None:
    async def die() -> None:
        async with database.transaction() as transaction:
            with factories.open_rows(superuser_url) as superuser:
                superuser.sql(
                    "SELECT pg_terminate_backend(%s, 1000)", await transaction.value(BACKEND)
                )
            await transaction.value(BACKEND)

    with pytest.raises(errors.DatabaseUnavailable, match="Connection lost"):
        await die()
    assert await backend(database)


@pytest.fixture(scope="module")
def own_server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A migrated server that a test may stop: no other module has a connection to it."""
    with Postgres(request.config.getoption("--postgres-binaries")) as server:
        migrations.upgrade(server.url(user=SUPERUSER))
        yield server


async def test_a_stopped_server_is_told_at_once_and_found_again(
    own_server: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    database = factories.make_database(own_server.url(user=SUPERUSER))
    before = await backend(database)
    own_server.stop()
    with (
        taking_at_most(1),
        pytest.raises(errors.DatabaseUnavailable, match="is DATABASE_URL right"),
    ):
        await backend(database)
    assert said(caplog) == [
        ("ERROR", "Connection lost"),
        ("CRITICAL", "Database connection failed"),
    ]
    with taking_at_most(1), pytest.raises(errors.DatabaseUnavailable):
        await backend(database)
    own_server.start()
    assert await backend(database) != before
    await database.close()


@pytest.mark.session
async def test_a_refused_password_is_told_without_it(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    user, _, rest = database_url.partition("@")
    wrong = f"{user.rpartition(':')[0]}:Wr0ng-Passw0rd@{rest}"
    with pytest.raises(errors.DatabaseUnavailable, match="password authentication failed") as told:
        await backend(factories.make_database(wrong))
    assert "Wr0ng" not in str(told.value)
    assert said(caplog) == [("CRITICAL", "Database connection failed")]
    assert "Wr0ng" not in repr(vars(caplog.records[0]))


async def test_a_name_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: object, **_named: object) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(errors.DatabaseUnavailable, match="not known"):
        await backend(factories.make_database("postgresql://ada:pw@db.example/clips"))


async def test_a_name_that_cannot_be_looked_up_is_told() -> None:
    with pytest.raises(errors.DatabaseUnavailable):
        await backend(factories.make_database("postgresql://ada:pw@db..example/clips"))


async def test_a_silent_server_cannot_hold_a_caller_that_connects(
    database_url: str, postgres: Postgres
) -> None:
    async with Proxy(postgres.port) as proxy:
        url = through(proxy, database_url, postgres)
        database = factories.make_database(url, connect_seconds=0.2)
        proxy.silent = True
        with taking_at_most(0.5), pytest.raises(errors.DatabaseUnavailable, match=r"0\.2 s"):
            await backend(database)
        proxy.silent = False
        assert await backend(database)
        await database.close()


async def test_the_transactions_limit_includes_connecting(
    database_url: str, postgres: Postgres
) -> None:
    async with Proxy(postgres.port) as proxy:
        proxy.silent = True
        database = factories.make_database(through(proxy, database_url, postgres))
        with taking_at_most(0.5), pytest.raises(errors.DatabaseUnavailable):
            await backend(database, within=0.2)


async def test_a_name_with_several_dead_addresses_has_one_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port: int = deaf.getsockname()[1]
        dead = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [dead] * 4)
        url = f"postgresql://ada:pw@db.example:{port}/clips"
        with taking_at_most(0.6), pytest.raises(errors.DatabaseUnavailable):
            await backend(factories.make_database(url, connect_seconds=0.3))


async def test_a_connection_that_fell_silent_while_idle_is_replaced(
    database_url: str, postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    async with Proxy(postgres.port) as proxy:
        url = through(proxy, database_url, postgres)
        database = factories.make_database(url, connect_seconds=0.2)
        assert await backend(database)
        proxy.silent = True
        with taking_at_most(1), pytest.raises(errors.DatabaseUnavailable):
            await backend(database)
        assert said(caplog) == [
            ("ERROR", "Connection lost"),
            ("CRITICAL", "Database connection failed"),
        ]
        proxy.silent = False
        assert await backend(database)
        await database.close()


async def test_a_connection_that_falls_silent_in_use_is_given_up_in_time(
    database_url: str, postgres: Postgres
) -> None:
    async with Proxy(postgres.port) as proxy:
        database = factories.make_database(through(proxy, database_url, postgres))

        async def fall_silent() -> None:
            async with database.transaction(within=0.3) as transaction:
                await transaction.value(BACKEND)
                proxy.silent = True
                await transaction.value(BACKEND)

        with taking_at_most(0.6), pytest.raises(errors.DatabaseTimeout):
            await fall_silent()
        proxy.silent = False
        assert await backend(database)
        await database.close()


async def test_a_task_cancelled_on_a_silent_connection_ends_at_once(
    database_url: str, postgres: Postgres
) -> None:
    async with Proxy(postgres.port) as proxy:
        database = factories.make_database(through(proxy, database_url, postgres))
        assert await backend(database)
        proxy.silent = True
        task = asyncio.create_task(backend(database))
        await asyncio.sleep(0.05)
        task.cancel()
        with taking_at_most(0.2):
            await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        proxy.silent = False
        assert await backend(database)
        await database.close()


async def test_nothing_is_prepared_that_a_pooler_would_lose(database: Database) -> None:
    for _ in range(10):
        async with database.transaction() as transaction:
            await transaction.value(BACKEND)
            assert await transaction.value(PREPARED) == 0


async def test_limits_end_with_their_transaction(database: Database) -> None:
    settings = "current_setting('statement_timeout'), current_setting('lock_timeout')"
    limits = Query("limits", f"SELECT ARRAY[{settings}]".encode())
    async with database.transaction(within=5) as transaction:
        inside = await transaction.value(limits)
    assert all(4_500 < int(limit.removesuffix("ms")) <= 5_000 for limit in inside)
    assert database._connection is not None
    outside = await (await database._connection.execute(limits.sql)).fetchone()
    assert outside == (["0", "0"],)


async def test_a_pooler_that_refuses_start_up_options_is_asked_for_none(
    database_url: str, postgres: Postgres
) -> None:
    async with Proxy(postgres.port) as proxy:
        database = factories.make_database(through(proxy, database_url, postgres))
        await backend(database)
        await database.close()
        assert b"application_name\0clip-saver test\0" in proxy.heard
        assert b"options" not in proxy.heard


async def test_the_server_knows_who_is_connected(database: Database) -> None:
    async with database.transaction() as transaction:
        assert await transaction.value(APPLICATION) == "clip-saver test"
