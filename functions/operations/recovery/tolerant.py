"""Saving what can be read of a broken database: table by table, page by page, row by row.

A table that can be read whole is. Of one that cannot, each page is read by itself, and of a page
that cannot, each row; what remains unreadable is told. PostgreSQL addresses rows by page and line
(PostgreSQL docs, System Columns, ctid).
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Final

import psycopg
from psycopg import sql

from functions.operations.recovery import manifest, sessions, tables
from functions.operations.recovery.sessions import Connection
from functions.operations.recovery.tables import Table

Read = Callable[[sql.Composable], int]
"""Reads the rows for which a condition holds, all of them or none; how many. May raise psycopg's
DatabaseError."""

_LINES: Final = 292
"""More rows do not fit on a page of 8 kB (PostgreSQL source, MaxHeapTuplesPerPage: 291)."""


def save(connection: Connection, folder: Path) -> tuple[dict[str, int], list[str]]:
    """Save the rows of every table as CSV into a backup, below the names of their columns.

    Args:
        connection: In autocommit mode.
        folder: The backup's.

    Returns:
        The rows saved of each table, and what was lost, in sentences.
    """
    (folder / manifest.TABLES).mkdir()
    saved, lost = {}, []
    for table in tables.select_tables(connection):
        with path_of(folder, table.name).open("wb") as file:
            file.write(",".join(table.columns).encode() + b"\n")
            copy = partial(_copy, connection, table, file)
            saved[table.name], problems = in_pieces(connection, table, copy)
        lost += problems
    return saved, lost


def path_of(folder: Path, table: str) -> Path:
    """Where the rows of a table are in a backup."""
    return folder / manifest.TABLES / f"{table}.csv"


def read(folder: Path, table: str) -> tuple[list[str], Iterator[bytes]]:
    """The columns of a table in a backup, and its rows as COPY takes them; both may be empty."""
    path = path_of(folder, table)
    if not path.exists():
        return [], iter(())
    lines = _lines(path)
    return next(lines).decode().rstrip("\n").split(","), lines


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def in_pieces(connection: Connection, table: Table, read: Read) -> tuple[int, list[str]]:
    """Read whatever can be read of a table.

    Args:
        connection: In autocommit mode.
        table: Which one.
        read: Reads from it.

    Returns:
        The rows read, and what was lost, in sentences.

    Raises:
        psycopg.DatabaseError: the connection is lost.
    """
    try:
        return read(sql.SQL("true")), []
    except psycopg.DatabaseError as error:
        if connection.closed:
            raise
        # No page of a file that is gone is left to read; and of a statement that is wrong, none is
        # to blame.
        if not table.pages or isinstance(error, psycopg.ProgrammingError):
            return 0, [f"{table.name}: {sessions.told(error)}"]
    count, lost = 0, []
    for page in range(table.pages):
        found, problem = _page(connection, page, read)
        count += found
        if problem:
            lost.append(f"{table.name}, page {page}: {problem}")
    return count, lost


def _page(connection: Connection, page: int, read: Read) -> tuple[int, str | None]:
    try:
        within = sql.SQL("ctid >= {} AND ctid < {}")
        return read(within.format(*_bounds(page, 0, page + 1, 0))), None
    except psycopg.DatabaseError as error:
        if connection.closed:
            raise
        problem = sessions.told(error)
    saved = sum(_rows_of_page(connection, page, read))
    return saved, f"{problem} ({saved} rows of it were saved)"


def _rows_of_page(connection: Connection, page: int, read: Read) -> Iterator[int]:
    for line in range(1, _LINES):
        try:
            yield read(sql.SQL("ctid = {}::tid").format(sql.Literal(f"({page},{line})")))
        except psycopg.DatabaseError:
            if connection.closed:
                raise


def _copy(connection: Connection, table: Table, file: IO[bytes], where: sql.Composable) -> int:
    """Append rows to a file; nothing is appended if any of them cannot be read."""
    start = file.tell()
    statement = sql.SQL("COPY (SELECT {} FROM {} WHERE {}) TO STDOUT (FORMAT csv)").format(
        tables.names(table.columns), sql.Identifier(table.name), where
    )
    try:
        with connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for data in copy:
                    file.write(data)
            return cursor.rowcount
    except psycopg.DatabaseError:
        file.seek(start)
        file.truncate()
        raise


def _bounds(*numbers: int) -> tuple[sql.Composable, sql.Composable]:
    first, line, last, last_line = numbers
    return (
        sql.SQL("{}::tid").format(sql.Literal(f"({first},{line})")),
        sql.SQL("{}::tid").format(sql.Literal(f"({last},{last_line})")),
    )
