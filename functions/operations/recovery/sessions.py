"""Connections to the databases that are backed up and restored."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from functions.shared.db import blocking
from functions.shared.db.connection import translated

Connection = psycopg.Connection[Any]


@contextmanager
def opened(url: str, name: str, *, autocommit: bool = False) -> Iterator[Connection]:
    """A connection; what was done on it is kept at the end of the block.

    Args:
        url: A libpq URL, past any pooler.
        name: What `pg_stat_activity` shows.
        autocommit: Keep each statement by itself.

    Raises:
        DatabaseUnavailable: there is no connection to be had.
        DatabaseError: a statement failed, and the block did not get over it.
    """
    try:
        with blocking.connect(url, name) as connection:
            connection.autocommit = autocommit
            yield connection
    except psycopg.Error as error:
        raise translated(error, connection_lost=False) from error
