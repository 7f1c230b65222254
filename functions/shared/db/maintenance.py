"""Sizes and use of tables and indexes, and the statements that keep them small."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.shared.db import queries
from functions.shared.db.connection import Database, Transaction

_SQL: Final = queries.load("maintenance")


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `name` is quoted as SQL needs it."""

    name: str
    table_bytes: int
    index_bytes: int
    live_rows: int
    dead_rows: int


@dataclass(frozen=True, slots=True)
class Index:
    """An index; `name` is quoted as SQL needs it.

    Attributes:
        scans: How often it was read since counting began.
        is_optional: Whether nothing but speed would be lost with it.
        is_valid: False where building it was cut short.
        fresh_bytes: About its size if it were built now; None where that cannot be told.
    """

    name: str
    bytes: int
    scans: int
    is_optional: bool
    is_valid: bool
    fresh_bytes: int | None


@dataclass(frozen=True, slots=True)
class Size:
    """The size of the database; `counted_since` is None if its use was counted from the start."""

    bytes: int
    counted_since: datetime | None


async def select_tables(transaction: Transaction) -> list[Table]:
    """Every table, the largest first."""
    return await transaction.all(Table, _SQL["select_tables"])


async def select_indexes(transaction: Transaction) -> list[Index]:
    """Every index, the largest first."""
    return await transaction.all(Index, _SQL["select_indexes"])


async def select_database(transaction: Transaction) -> Size:
    """The whole."""
    found = await transaction.one(Size, _SQL["select_database"])
    return found or Size(0, None)


async def vacuum(database: Database, table: str, seconds: float) -> None:
    """Reclaim what is dead in a table, and look anew at what it holds; nobody waits for it.

    Raises:
        DatabaseError: it could not be done in this time.
    """
    await database.run_alone(f"VACUUM (ANALYZE) {table}", within=seconds)


async def reindex(database: Database, index: str, seconds: float) -> None:
    """Build an index anew beside the old one; nobody waits for it.

    Raises:
        DatabaseError: it could not be done in this time; an invalid index may be left over.
    """
    await database.run_alone(f"REINDEX INDEX CONCURRENTLY {index}", within=seconds)


async def reindex_table(database: Database, table: str, seconds: float) -> None:
    """Build every index of a table anew beside the old one, which is not read for that.

    Raises:
        DatabaseError: it could not be done in this time, or the table itself cannot be read; an
            invalid index may be left over.
    """
    await database.run_alone(f"REINDEX TABLE CONCURRENTLY {table}", within=seconds)
