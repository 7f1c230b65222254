"""Connections to the databases that are backed up and restored, and who may work on one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from functions.operations.recovery import errors
from functions.shared.db import blocking, queries
from functions.shared.db.connection import translated

Connection = psycopg.Connection[Any]

_SQL: Final = queries.load("sessions", Path(__file__).parent)


@contextmanager
def opened(url: str, name: str, *, autocommit: bool = False) -> Iterator[Connection]:
    """A connection; what was done on it is kept at the end of the block.

    Args:
        url: A libpq URL, past any pooler.
        name: What `pg_stat_activity` shows.
        autocommit: Keep each statement by itself.

    Raises:
        DatabaseUnavailable: there is no connection to be had.
        DatabaseError: a statement failed, and the block did not get over it; no row is quoted.
    """
    try:
        with blocking.connect(url, name) as connection:
            connection.autocommit = autocommit
            yield connection
    except psycopg.Error as error:
        kind = type(translated(error, connection_lost=False))
        # The driver's own error would show those rows in a traceback.
        raise kind(told(error)) from None


def told(error: psycopg.Error) -> str:
    """What PostgreSQL says first; its details quote rows, and so what people wrote."""
    return error.diag.message_primary or str(error).strip() or type(error).__name__


@contextmanager
def alone(url: str, name: str) -> Iterator[None]:
    """Nobody else restores or backs up this database while the block lasts.

    Raises:
        Busy: somebody does already.
    """
    with _held(url, name, "try_lock"):
        yield


@contextmanager
def unrestored(url: str, name: str) -> Iterator[None]:
    """No restore of this database begins while the block lasts; backups do beside each other.

    Raises:
        Busy: one is under way.
    """
    with _held(url, name, "try_lock_shared"):
        yield


@contextmanager
def _held(url: str, name: str, lock: str) -> Iterator[None]:
    """The lock is a transaction's, on a connection of its own: a pooler cannot leave it behind."""
    with opened(url, name) as connection:
        be_patient(connection)
        _lock(connection, lock)
        yield


def be_patient(connection: Connection) -> None:
    """Let this transaction idle for as long as it takes, and the server notice if we are gone."""
    connection.execute(_SQL["notice_soon"].sql)


def check_not_restored(connection: Connection) -> None:
    """Let no restore begin until the end of the transaction.

    Raises:
        Busy: one is under way.
    """
    _lock(connection, "try_lock_shared")


def _lock(connection: Connection, name: str) -> None:
    if not connection.execute(_SQL[name].sql).fetchall()[0][0]:
        raise errors.Busy
