"""The one connection of a warm Lambda environment, and transactions on it.

It is opened when first needed, replaced when it died while the environment was frozen, and works
through PgBouncer and RDS Proxy in transaction mode: no prepared statements, no session state, time
limits by SET LOCAL. A server that stopped answering cannot hold a caller longer than the deadline
of its transaction: libpq would wait for the answer, so the socket is closed under it instead.
"""

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import psycopg
from psycopg import pq, rows

from functions.shared import credentials, errors
from functions.shared.db import schema
from functions.shared.db.queries import Query
from functions.shared.db.statistics import Statistics

_log = logging.getLogger("discord_clip_saver.db")

T = TypeVar("T")

_SHOWN_CHARACTERS: Final = 500
_REDACTED_PARAMS: Final = frozenset({"intent_state", "message_text", "words"})
_STALE_CHECK_SECONDS: Final = 0.5
_TOOK_TOO_LONG: Final = (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable)


class Database:
    """PostgreSQL, as one connection that is there when it is needed.

    Attributes:
        statistics: What was done so far.
    """

    def __init__(
        self,
        url: str | credentials.Credential,
        *,
        application_name: str,
        connect_seconds: float,
        transaction_seconds: float,
        slow_statement_ms: int,
    ) -> None:
        """Remember how to connect; nothing is opened yet.

        Args:
            url: A libpq URL, or where the one of the moment is to be had.
            application_name: What `pg_stat_activity` shows.
            connect_seconds: Limit for connecting, over all addresses of the host's name.
            transaction_seconds: Limit for a transaction, connecting included.
            slow_statement_ms: Statements slower than this are logged by name.
        """
        self.statistics = Statistics()
        self._url = credentials.of(url)
        self._application_name = application_name
        self._connect_seconds = connect_seconds
        self._transaction_seconds = transaction_seconds
        self._slow_seconds = slow_statement_ms / 1000
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self, *, within: float | None = None) -> AsyncIterator["Transaction"]:
        """A transaction: committed at the end of the block, rolled back if the block raises.

        Args:
            within: Seconds for everything, connecting included; the default is the database's.

        Raises:
            DatabaseUnavailable: no connection, or it was lost on the way.
            ConfigurationError: no database is configured, or the secret was not read.
            DatabaseTimeout: a statement, a lock or everything together took too long.
            DatabaseError: PostgreSQL refused a statement.
            SchemaMismatch: the schema does not fit this release.
        """
        async with self._turn:
            deadline = time.monotonic() + (within or self._transaction_seconds)
            transaction = self._transaction(await self._begin(deadline), deadline)
            try:
                yield transaction
                await transaction.commit()
            except BaseException:
                await self._abandon(transaction)
                raise

    async def run_alone(self, sql: str, *, within: float) -> None:
        """Run a statement that PostgreSQL refuses inside a transaction: VACUUM, REINDEX ...

        Args:
            sql: The statement, made of identifiers that PostgreSQL quoted.
            within: Seconds for everything, connecting included.

        Raises:
            DatabaseError: as `transaction`.
        """
        async with self._turn:
            deadline = time.monotonic() + within
            # What a transaction begins with also finds out whether the connection still lives.
            starting = self._transaction(await self._begin(deadline), deadline)
            await starting.run("ROLLBACK")
            await starting.run(sql)

    async def close(self) -> None:
        """Close the connection, if one is open; the next transaction opens another."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _begin(self, deadline: float) -> psycopg.AsyncConnection[Any]:
        """A connection on which a transaction has begun; a dead one is replaced once."""
        if self._connection is not None and not self._connection.closed:
            stale_check = min(deadline, time.monotonic() + _STALE_CHECK_SECONDS)
            try:
                await self._start(self._connection, stale_check, deadline)
            except errors.DatabaseError as error:
                _log.error("Connection lost", extra={"reason": str(error)})
                self._connection.pgconn.finish()
            else:
                return self._connection
        self._connection = await self._open(deadline)
        await self._start(self._connection, deadline, deadline)
        return self._connection

    async def _start(
        self, connection: psycopg.AsyncConnection[Any], answer_by: float, deadline: float
    ) -> None:
        milliseconds = max(1, int((deadline - time.monotonic()) * 1000))
        limits = f"SET LOCAL statement_timeout = {milliseconds}"
        starting = self._transaction(connection, answer_by)
        await starting.run(f"BEGIN; {limits}; SET LOCAL lock_timeout = {milliseconds}")

    async def _open(self, deadline: float) -> psycopg.AsyncConnection[Any]:
        seconds = max(0.0, min(self._connect_seconds, deadline - time.monotonic()))
        started = time.perf_counter()
        try:
            connection = await self._log_in(seconds, deadline)
        except (psycopg.Error, OSError, UnicodeError) as error:
            self.statistics.unreachable += 1
            self.statistics.refused += _is_login_refused(error)
            _log.critical("Database connection failed", extra={"reason": _reason(error)})
            raise errors.DatabaseUnavailable(
                f"No connection to PostgreSQL within {seconds:.1f} s: {_reason(error)}; "
                "is DATABASE_URL right, and does the server accept connections from here?"
            ) from error
        self.statistics.connects += 1
        self.statistics.connect_seconds += time.perf_counter() - started
        try:
            await self._check_schema(connection, deadline)
        except BaseException:
            connection.pgconn.finish()
            raise
        return connection

    async def _log_in(self, seconds: float, deadline: float) -> psycopg.AsyncConnection[Any]:
        """Connect; where the login is refused, once more with a newer URL if there is one."""
        async with asyncio.timeout(deadline - time.monotonic()):
            url = await self._url.current()
            try:
                return await self._connect(url, seconds)
            except psycopg.OperationalError as error:
                newer = await self._url.renewed(url) if _is_login_refused(error) else url
                if newer == url:
                    raise
            return await self._connect(newer, seconds)

    async def _connect(self, url: str, seconds: float) -> psycopg.AsyncConnection[Any]:
        async with asyncio.timeout(seconds):
            return await psycopg.AsyncConnection.connect(
                url,
                autocommit=True,
                prepare_threshold=None,
                application_name=self._application_name,
                connect_timeout=max(2, round(seconds)),
            )

    async def _check_schema(
        self, connection: psycopg.AsyncConnection[Any], deadline: float
    ) -> None:
        reading = self._transaction(connection, deadline)
        try:
            revisions = await reading.run(schema.SELECT_REVISIONS)
        except errors.DatabaseError as error:
            if isinstance(error.__cause__, psycopg.errors.UndefinedTable):
                cut_off = [name for (name,) in await reading.run(schema.SELECT_CUT_OFF)]
                schema.check({}, cut_off)
            raise
        schema.check(dict(revisions))

    def _transaction(
        self, connection: psycopg.AsyncConnection[Any], deadline: float
    ) -> "Transaction":
        return Transaction(connection, deadline, self._slow_seconds, self.statistics)

    async def _abandon(self, transaction: "Transaction") -> None:
        """Roll back if the connection is still worth it; close it if not."""
        connection = transaction.connection
        try:
            if not connection.closed:
                await transaction.run("ROLLBACK")
        except errors.DatabaseError:
            connection.pgconn.finish()
        if connection.closed:
            self._connection = None


class Transaction:
    """Statements inside one transaction; each has until the transaction's deadline."""

    def __init__(
        self,
        connection: psycopg.AsyncConnection[Any],
        deadline: float,
        slow_seconds: float,
        statistics: Statistics,
    ) -> None:
        self.connection = connection
        self._deadline = deadline
        self._slow_seconds = slow_seconds
        self._statistics = statistics
        self._held: set[tuple[object, ...]] = set()

    async def hold(self, lock: Query, **params: object) -> None:
        """Take a lock that lasts until the transaction ends, unless it is held already.

        A savepoint that fails would give back what was taken within it: take it before.
        """
        key = (lock.name, *params.values())
        if key not in self._held:
            await self.execute(lock, **params)
            self._held.add(key)

    async def execute(self, query: Query, **params: object) -> int:
        """Run a statement.

        Returns:
            The number of rows it touched.
        """
        cursor = self.connection.cursor()
        await self._named(query, params, cursor.execute(query.sql, params))
        return cursor.rowcount

    async def one(self, row: type[T], query: Query, **params: object) -> T | None:
        """The first row as a `row`, whose fields are named like the columns; None without rows."""
        found = await self.all(row, query, **params)
        return found[0] if found else None

    async def all(self, row: type[T], query: Query, **params: object) -> list[T]:
        """Every row as a `row`, whose fields are named like the columns."""
        cursor = self.connection.cursor(row_factory=rows.class_row(row))
        await self._named(query, params, cursor.execute(query.sql, params))
        return await self._limited(cursor.fetchall())

    async def value(self, query: Query, **params: object) -> Any:  # noqa: ANN401 -- SQL decides
        """The first column of the first row; None without rows."""
        cursor = self.connection.cursor(row_factory=rows.scalar_row)
        await self._named(query, params, cursor.execute(query.sql, params))
        return await self._limited(cursor.fetchone())

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that may fail without taking the transaction with it."""
        await self.run("SAVEPOINT part")
        try:
            yield
        except errors.DatabaseError:
            await self.run("ROLLBACK TO SAVEPOINT part")
            raise
        await self.run("RELEASE SAVEPOINT part")

    async def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement of this package's own that takes no parameters."""
        cursor = self.connection.cursor()
        await self._limited(cursor.execute(sql.encode()))
        return await cursor.fetchall() if cursor.description else []

    async def commit(self) -> None:
        """End the transaction and keep what it did.

        Raises:
            DatabaseError: a statement had failed before, and whoever ran it went on regardless;
                PostgreSQL would answer with a silent rollback.
        """
        if self.connection.info.transaction_status == pq.TransactionStatus.INERROR:
            raise errors.DatabaseError("A statement of the transaction failed; nothing was kept")
        await self.run("COMMIT")

    async def _named(
        self, query: Query, params: dict[str, object], work: Coroutine[Any, Any, object]
    ) -> None:
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("Database operation: %s with params %s", query.name, _shown(params))
        started = time.perf_counter()
        try:
            await self._limited(work)
        finally:
            seconds = time.perf_counter() - started
            self._statistics.statements += 1
            self._statistics.statement_seconds += seconds
            if seconds >= self._slow_seconds:
                self._statistics.slow[query.name] += 1
                _log.warning("Slow statement: %s took %.0f ms", query.name, seconds * 1000)

    async def _limited(self, work: Coroutine[Any, Any, T]) -> T:
        """Await a driver's call, but not beyond the deadline; translate its errors."""
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            # A COMMIT that is sent and not waited for could still happen.
            work.close()
            raise errors.DatabaseTimeout("The time for the transaction is over; try again")
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=seconds)
        except asyncio.CancelledError:
            await self._give_up(task)
            raise
        if not done:
            await self._give_up(task)
            raise errors.DatabaseTimeout("PostgreSQL did not answer in time; try again")
        try:
            return task.result()
        except psycopg.Error as error:
            raise translated(error, connection_lost=self.connection.closed) from error

    async def _give_up(self, task: asyncio.Future[Any]) -> None:
        """End a call that waits for the server, and with it the connection.

        A cancelled psycopg call would ask the silent server to cancel, and wait for its answer. So
        the socket is shut down under it: the call ends as if the server had hung up.
        """
        connection = self.connection
        try:
            if not connection.closed:
                descriptor = connection.fileno()
                with (
                    socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM) as wire,
                    contextlib.suppress(OSError),
                ):
                    wire.shutdown(socket.SHUT_RDWR)
            await asyncio.gather(task, return_exceptions=True)
        finally:
            connection.pgconn.finish()


def translated(error: psycopg.Error, *, connection_lost: bool) -> errors.DatabaseError:
    """The driver's error as one of ours."""
    if isinstance(error, _TOOK_TOO_LONG):
        return errors.DatabaseTimeout(f"PostgreSQL stopped a statement: {_reason(error)}")
    if connection_lost:
        return errors.DatabaseUnavailable(f"Connection lost: {_reason(error)}")
    return errors.DatabaseError(_reason(error))


def _is_login_refused(error: BaseException) -> bool:
    """Whether the server may have refused the user or the password (SQLSTATE 28P01, 28000).

    libpq keeps the SQLSTATE of a failed connection to itself, and the message can be in any
    language. What it tells is that a password was asked for, and nothing came after that.
    """
    return (
        isinstance(error, psycopg.OperationalError)
        and error.pgconn is not None
        and bool(error.pgconn.used_password)
    )


def _reason(error: BaseException) -> str:
    return str(error).strip() or type(error).__name__


def _shown(params: dict[str, object]) -> str:
    shown = {
        key: "[redacted]" if key in _REDACTED_PARAMS else value for key, value in params.items()
    }
    return repr(shown)[:_SHOWN_CHARACTERS]
