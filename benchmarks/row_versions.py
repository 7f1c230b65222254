"""Whether rows were rewritten: PostgreSQL gives every new version of a row another `xmin`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

_REMEMBER: Final = """
    CREATE TEMPORARY TABLE version AS
    SELECT channel_id, xmin::text AS writer FROM bot_channels
"""
_COUNT: Final = """
    SELECT count(*)
    FROM bot_channels AS now
    FULL JOIN version USING (channel_id)
    WHERE now.xmin::text IS DISTINCT FROM version.writer
"""


class ChannelVersions:
    """The rows of `bot_channels` as they were when the block began."""

    def __init__(self, connection: psycopg.Connection[tuple[int]]) -> None:
        self._connection = connection

    def rewritten(self) -> int:
        """How many were added, deleted or written again since then."""
        row = self._connection.execute(_COUNT).fetchone()
        return row[0] if row else 0


@contextmanager
def remembered(database_url: str) -> Iterator[ChannelVersions]:
    """Remember every row's version for the length of the block."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_REMEMBER)
        yield ChannelVersions(connection)
