"""What a restore replaces: moved to a schema of its own, and back if the restore fails.

A comment on the schema says that the restore came to its end. One without is left of a restore that
was killed, and what people had decided may be nowhere else.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from psycopg import sql

from functions.operations.recovery import loading, sessions, tables
from functions.operations.recovery.sessions import Connection
from functions.shared.db.schema import SELECT_CUT_OFF

_log = logging.getLogger("discord_clip_saver.recovery")

SCHEMAS: Final = "replaced_*"
"""Their names, as pg_dump matches them."""
_NAME: Final = "clipsaver restore"
_PUBLIC: Final = "public"
_FINISHED: Final = "A restore that came to its end replaced this"
_POLL_SECONDS: Final = 0.1


def movable(connection: Connection) -> list[str]:
    """All that is in the database, with the words that move it; quoted by PostgreSQL."""
    return [name for (name,) in connection.execute(tables.SQL["select_movable"].sql)]


def move_away(connection: Connection) -> str:
    """Move everything to a schema of its own, in one transaction; its name."""
    taken_at = connection.execute(tables.SQL["select_server"].sql).fetchall()[0][0]
    schema = f"replaced_{taken_at:%Y%m%d_%H%M%S}"
    with connection.transaction():
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        _move(connection, schema)
    _log.info("Moved what was there to the schema %s", schema)
    return schema


def unfinished(connection: Connection) -> list[str]:
    """The schemas of restores that have not come to their end, the oldest first."""
    return [name for (name,) in connection.execute(SELECT_CUT_OFF.encode())]


def note_finished(connection: Connection, schemas: Iterable[str]) -> None:
    """Note that nothing which was decided in these schemas is missing any more."""
    comment = sql.SQL("COMMENT ON SCHEMA {} IS {}")
    for schema in schemas:
        connection.execute(comment.format(sql.Identifier(schema), sql.Literal(_FINISHED)))


@contextmanager
def put_back_if_it_fails(url: str, schema: str | None) -> Iterator[None]:
    """Bring back what was moved away, if the block raises.

    Args:
        url: The database.
        schema: Where it is; None if nothing was there.
    """
    try:
        yield
    except BaseException:
        if schema:
            _end_loading(url)
            with sessions.opened(url, _NAME) as connection:
                _put_back(connection, schema)
        raise


def _end_loading(url: str) -> None:
    """End what the server still does for a psql that is gone: it holds the names of the tables."""
    ending = tables.SQL["end_loading"].sql
    with sessions.opened(url, _NAME, autocommit=True) as connection:
        while connection.execute(ending, {"name": loading.SESSION}).rowcount:
            time.sleep(_POLL_SECONDS)


def _put_back(connection: Connection, schema: str) -> None:
    """Drop what a failed restore left, and move everything back."""
    while left := movable(connection):
        # What hangs on it goes along, and must not be dropped a second time.
        connection.execute(f"DROP {left[0]} CASCADE".encode())
    connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
    _move(connection, _PUBLIC)
    connection.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(schema)))


def _move(connection: Connection, schema: str) -> None:
    for name in movable(connection):
        statement = sql.SQL("SET SCHEMA {}").format(sql.Identifier(schema))
        connection.execute(f"ALTER {name} ".encode() + statement.as_bytes(connection))
