"""The tables of a database as its catalogue tells of them, and rows on their way into them.

Rows arrive in a table of their own first. What hangs on a parent that is not there is left out, or
where the column may be empty, emptied; the rest is added.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final, Literal

from psycopg import rows, sql

from functions.operations.recovery.sessions import Connection
from functions.shared.db import queries

Mode = Literal["add", "replace", "update"]
"""What becomes of a row that is there already (`add` leaves it) or is not (`update` leaves it)."""

SQL: Final = queries.load("tables", Path(__file__).parent)
MIGRATIONS: Final = frozenset({"alembic_version", "schema_revisions"})
"""What migrations keep for themselves."""

_STAGED: Final = sql.Identifier("staged")


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        columns: Those that can be written.
        key: The primary key's.
        parents: For each foreign key `column`, `table`, `key` and `is_optional`.
        pages: How many the server has on disk.
    """

    name: str
    columns: list[str]
    key: list[str]
    parents: list[dict[str, Any]]
    pages: int


def select_tables(connection: Connection) -> list[Table]:
    """All tables, each after those that its rows hang on."""
    with connection.cursor(row_factory=rows.class_row(Table)) as cursor:
        found = {each.name: each for each in cursor.execute(SQL["select_tables"].sql)}
    order = TopologicalSorter(
        {each.name: {parent["table"] for parent in each.parents} for each in found.values()}
    )
    return [found[name] for name in order.static_order()]


def count_rows(connection: Connection) -> dict[str, int]:
    """Rows of each table."""
    counts = {}
    for table in select_tables(connection):
        statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table.name))
        counts[table.name] = int(connection.execute(statement).fetchall()[0][0])
    return counts


def stage(
    connection: Connection,
    table: Table,
    data: Iterable[bytes],
    columns: Sequence[str] | None = None,
    form: Literal["csv", "text"] = "csv",
) -> None:
    """Put rows beside a table, in the caller's transaction.

    Args:
        connection: Of the database.
        table: Where they are to go.
        data: As COPY writes them.
        columns: Which columns that are, of any schema: what the table has beside them gets its
            default, and what it has not is dropped. None for all of the table's.
        form: Which of COPY's formats it is.
    """
    given = table.columns if columns is None else columns
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_STAGED))
    connection.execute(
        sql.SQL("CREATE TEMP TABLE {} (LIKE {} INCLUDING DEFAULTS) ON COMMIT DROP").format(
            _STAGED, sql.Identifier(table.name)
        )
    )
    for name in given:
        if name not in table.columns:
            connection.execute(
                sql.SQL("ALTER TABLE {} ADD COLUMN {} text").format(_STAGED, sql.Identifier(name))
            )
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {})").format(
        _STAGED, names(given), sql.SQL(form)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for piece in data:
            copy.write(piece)


def merge(
    connection: Connection, table: Table, mode: Mode, changed: Iterable[str] | None = None
) -> int:
    """Bring the rows beside a table into it; how many of its rows are new or written anew.

    Args:
        connection: Of the database.
        table: Where they go.
        mode: What becomes of those that are there.
        changed: The columns that are written anew; None for all but the key.
    """
    _settle_parents(connection, table)
    if mode == "update":
        connection.execute(
            sql.SQL("DELETE FROM {} WHERE NOT EXISTS (SELECT FROM {} AS target WHERE {})").format(
                _STAGED, sql.Identifier(table.name), _same_key(table, "staged")
            )
        )
    columns = names(table.columns)
    statement = sql.SQL(
        "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} ON CONFLICT {}"
    ).format(sql.Identifier(table.name), columns, columns, _STAGED, _conflict(table, mode, changed))
    return connection.execute(statement).rowcount


def names(columns: Iterable[str]) -> sql.Composed:
    """Columns, as SQL lists them."""
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _settle_parents(connection: Connection, table: Table) -> None:
    for parent in table.parents:
        column = sql.Identifier("staged", parent["column"])
        orphaned = sql.SQL(
            "{} IS NOT NULL AND NOT EXISTS (SELECT FROM {} AS parent WHERE parent.{} = {})"
        ).format(column, sql.Identifier(parent["table"]), sql.Identifier(parent["key"]), column)
        mended = (
            sql.SQL("UPDATE {} SET {} = NULL WHERE {}").format(
                _STAGED, sql.Identifier(parent["column"]), orphaned
            )
            if parent["is_optional"]
            else sql.SQL("DELETE FROM {} WHERE {}").format(_STAGED, orphaned)
        )
        connection.execute(mended)


def _conflict(table: Table, mode: Mode, changed: Iterable[str] | None) -> sql.Composable:
    if mode == "add":
        return sql.SQL("DO NOTHING")
    written = changed or [name for name in table.columns if name not in table.key]
    return sql.SQL("({}) DO UPDATE SET {}").format(
        names(table.key),
        sql.SQL(", ").join(
            sql.SQL("{} = EXCLUDED.{}").format(sql.Identifier(name), sql.Identifier(name))
            for name in written
        ),
    )


def _same_key(table: Table, other: str) -> sql.Composed:
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier("target", name), sql.Identifier(other, name))
        for name in table.key
    )
