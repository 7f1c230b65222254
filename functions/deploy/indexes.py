"""Indexes that are built while the table is being written to, for migrations of large tables.

    from functions.deploy import indexes

    def upgrade() -> None:
        indexes.build("idx_clips_title", "clips (title)")

PostgreSQL builds such an index outside any transaction (PostgreSQL docs, Building Indexes
Concurrently), so an interrupted build leaves an invalid one behind. It is dropped, and built again.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import op
from sqlalchemy import Connection, text

from functions.deploy.lease import LEASE_SECONDS, Lease


def build(name: str, definition: str) -> None:
    """Build an index, unless it is there already, whole.

    What the migration did before is committed first, and stays whatever becomes of the index; let
    it be something that can be done twice, or nothing.

    Args:
        name: The index's name.
        definition: What follows ON in CREATE INDEX.
    """
    context = op.get_context()
    assert context.config is not None  # noqa: S101 -- these migrations never run without one
    lease: Lease = context.config.attributes["lease"]
    with context.autocommit_block():
        connection = op.get_bind()
        seconds = lease.seconds_left
        # A build goes on in the server for as long as it takes, even if its client was killed.
        lease.keep(connection, seconds + LEASE_SECONDS)
        with _canceled_after(seconds, connection):
            if _is_invalid(connection, name):
                connection.exec_driver_sql(f'DROP INDEX CONCURRENTLY "{name}"')
            connection.exec_driver_sql(
                f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{name}" ON {definition}'
            )


def _is_invalid(connection: Connection, name: str) -> bool:
    query = text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    return connection.execute(query, {"name": f'"{name}"'}).scalar() is True


@contextmanager
def _canceled_after(seconds: float, connection: Connection) -> Iterator[None]:
    """Cancel what the connection is doing then.

    Outside a transaction there is no SET LOCAL, and what SET sets a pooler hands to strangers.
    """
    driver: Any = connection.connection.driver_connection
    timer = threading.Timer(seconds, driver.cancel)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
