"""`maintain`: VACUUM (ANALYZE) each table, and say what is large, unused or bloated."""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from functions.operations.parts import Parts
from functions.shared import errors
from functions.shared.db import maintenance
from functions.shared.db.connection import Database
from functions.shared.db.maintenance import Index

Work = Callable[[Database, str, float], Awaitable[None]]
"""On the table or the index with this name; within seconds."""

_BLOATED_SHARE: Final = 0.3
"""What of an index may be air; one that has just been filled is a tenth air."""
_BLOATED_BYTES: Final = 1_000_000
"""Below this, nobody notices."""
_LEAST_SECONDS: Final = 0.5
"""With less, nothing is begun: connecting alone may take as long."""


async def run(parts: Parts, event: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Maintain the database of the parts; see `maintain` for the answer.

    Args:
        parts: What is maintained.
        event: `{"reindex": true}` to build bloated indexes anew, too; `{"reindex_all": true}` for
            every index.
        seconds: The time for everything.

    Raises:
        InvalidEvent: one of these is not true or false.
        DatabaseError, ConfigurationError: the database failed, or is not named.
    """
    return await maintain(
        parts.database,
        seconds,
        reindex=_flag(event, "reindex"),
        reindex_all=_flag(event, "reindex_all"),
    )


def _flag(event: Mapping[str, Any], name: str) -> bool:
    value = event.get(name, False)
    if not isinstance(value, bool):
        raise errors.InvalidEvent(f"{name} must be true or false, it is {value!r}")
    return value


async def maintain(
    database: Database, seconds: float, *, reindex: bool = False, reindex_all: bool = False
) -> dict[str, Any]:
    """Do the weekly work; people are served meanwhile.

    Args:
        database: Where.
        seconds: The time for everything; what it does not suffice for is left for the next time.
        reindex: Also build anew, beside the old ones, the indexes that are bloated or invalid.
        reindex_all: Before anything else, build every index anew: one that is damaged fails a
            vacuum, and one that misses rows is not known by its size.

    Returns:
        `{"complete", "database_bytes", "counted_since", "tables": [{"name", "table_bytes",
        "index_bytes", "live_rows", "dead_rows", "seconds"}], "unused_indexes", "bloated_indexes":
        [{"name", "bytes", "fresh_bytes", ...}], "reindexed": [names of indexes, and of tables of
        which all were built]}`; a table's rows are those of before, its `seconds` are None if the
        time did not suffice for it.

    Raises:
        DatabaseError: the database failed.
    """
    stop_at = time.monotonic() + seconds
    async with database.transaction() as transaction:
        tables = await maintenance.select_tables(transaction)
    wanted = [each.name for each in tables] if reindex_all else []
    rebuilt = await _rebuilt(database, maintenance.reindex_table, wanted, stop_at)
    timings = {
        each.name: await _timed(maintenance.vacuum, database, each.name, stop_at) for each in tables
    }
    async with database.transaction() as transaction:
        indexes = await maintenance.select_indexes(transaction)
        size = await maintenance.select_database(transaction)
    bloated = [each for each in indexes if is_bloated(each)]
    if reindex:
        names = [each.name for each in bloated]
        wanted += names
        rebuilt += await _rebuilt(database, maintenance.reindex, names, stop_at)
    return {
        "complete": None not in timings.values() and rebuilt == wanted,
        "database_bytes": size.bytes,
        "counted_since": size.counted_since and size.counted_since.isoformat(),
        "tables": [asdict(each) | {"seconds": timings[each.name]} for each in tables],
        "unused_indexes": [asdict(each) for each in indexes if is_unused(each)],
        "bloated_indexes": [asdict(each) for each in bloated],
        "reindexed": rebuilt,
    }


def is_unused(index: Index) -> bool:
    """Whether nothing would miss the index: never read, and no rule hangs on it."""
    return index.is_optional and index.scans == 0


def is_bloated(index: Index) -> bool:
    """Whether building the index anew would give back much, or make it work at all."""
    if not index.is_valid:
        return True
    if index.fresh_bytes is None:
        return False
    air = index.bytes - index.fresh_bytes
    return air > _BLOATED_BYTES and air > index.bytes * _BLOATED_SHARE


async def _timed(work: Work, database: Database, name: str, stop_at: float) -> float | None:
    """The seconds that a piece of work took; None if the time did not suffice for it."""
    started = time.monotonic()
    if stop_at - started < _LEAST_SECONDS:
        return None
    try:
        await work(database, name, stop_at - started)
    except errors.DatabaseTimeout:
        return None
    return round(time.monotonic() - started, 3)


async def _rebuilt(
    database: Database, rebuild: Work, names: Iterable[str], stop_at: float
) -> list[str]:
    """Build indexes anew, one after another; the names of what the time sufficed for."""
    return [name for name in names if await _timed(rebuild, database, name, stop_at) is not None]
