"""The right to migrate: a row with an expiry, for which whoever comes second asks again and again.

A session lock would not survive a pooler in transaction mode, and the leases of other runs lie in a
table that only a migration makes. Each migration's transaction locks the row, so that nobody takes
over in the middle of it, and the expiry only has to bridge the moments in between; an index that is
built outside a transaction is covered by a longer one.
"""

import contextlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Connection, exc, text

from functions.shared import errors

_log = logging.getLogger("discord_clip_saver.deploy")

LEASE_SECONDS: Final = 15.0
_POLL_SECONDS: Final = 1.0
_WAITING_SHARE: Final = 0.5
"""Of the time there is, so much is spent on waiting for others; the rest is for the migrations."""

_CREATE: Final = (
    # Two that create one table at once can collide, even with IF NOT EXISTS.
    text("SELECT pg_advisory_xact_lock(4839203113)"),
    text("""
        CREATE TABLE IF NOT EXISTS migration_lease (
            single     boolean     PRIMARY KEY DEFAULT true CHECK (single),
            holder     uuid,
            held_by    text        NOT NULL DEFAULT '',
            held_since timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL DEFAULT 'epoch'
        )
    """),
    # ON CONFLICT would wait for whoever has the row locked.
    text("""
        INSERT INTO migration_lease (single)
        SELECT true WHERE NOT EXISTS (SELECT 1 FROM migration_lease)
    """),
)
# A row that is locked belongs to a migration under way, whatever its expiry says.
_TAKE: Final = text("""
    UPDATE migration_lease
    SET holder = :holder, held_by = :held_by, held_since = clock_timestamp(),
        expires_at = clock_timestamp() + make_interval(secs => :seconds)
    WHERE single = (
        SELECT single FROM migration_lease
        WHERE expires_at < clock_timestamp() FOR UPDATE SKIP LOCKED
    )
""")
_KEEP: Final = text("""
    UPDATE migration_lease
    SET expires_at = clock_timestamp() + make_interval(secs => :seconds)
    WHERE holder = :holder
""")
_RELEASE: Final = text("""
    UPDATE migration_lease SET holder = NULL, expires_at = 'epoch' WHERE holder = :holder
""")
_WHO: Final = text("SELECT held_by, held_since FROM migration_lease")


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to migrate, as somebody wants it or has it.

    Attributes:
        held_by: Who that is, for those who wait.
        deadline: When, on the monotonic clock, the time for everything is over.
    """

    held_by: str
    deadline: float
    _holder: UUID = field(default_factory=uuid4)

    @property
    def seconds_left(self) -> float:
        """The time that is left for everything."""
        return max(0.0, self.deadline - time.monotonic())

    def take(self, connection: Connection) -> bool:
        """Take it if it is free or has expired; whether it is ours now."""
        values = {"holder": self._holder, "held_by": self.held_by, "seconds": LEASE_SECONDS}
        with connection.begin():
            return connection.execute(_TAKE, values).rowcount == 1

    def keep(self, connection: Connection, seconds: float = LEASE_SECONDS) -> None:
        """Make sure that it is still ours, and keep the row locked until the transaction ends.

        Raises:
            LeaseLost: somebody else has it.
        """
        values = {"holder": self._holder, "seconds": seconds}
        if connection.execute(_KEEP, values).rowcount != 1:
            raise errors.LeaseLost(
                "Another deploy took over the migrations, because this one was silent for too "
                "long; what it had finished stays"
            )

    def release(self, connection: Connection) -> None:
        """Give it back, if it is still ours."""
        with connection.begin():
            connection.execute(_RELEASE, {"holder": self._holder})


@contextmanager
def hold(connection: Connection, held_by: str, seconds: float) -> Iterator[Lease]:
    """Wait for the lease, and hold it for the length of the block.

    Args:
        connection: A connection outside any transaction.
        held_by: Who we are, in the words that others will read.
        seconds: The time for everything, waiting included.

    Raises:
        MigrationsBusy: somebody else held it for too long; the message says who.
    """
    lease = Lease(held_by, time.monotonic() + seconds)
    with connection.begin():
        for statement in _CREATE:
            connection.execute(statement)
    while not lease.take(connection):
        _log.info("Waiting for another deploy to end its migrations")
        if lease.seconds_left < seconds * _WAITING_SHARE:
            raise _busy(connection, seconds * _WAITING_SHARE)
        time.sleep(min(_POLL_SECONDS, seconds * _WAITING_SHARE))
    try:
        yield lease
    finally:
        # Not giving it back only makes the next one wait for the expiry.
        with contextlib.suppress(exc.SQLAlchemyError):
            connection.rollback()
            lease.release(connection)


def _busy(connection: Connection, waited: float) -> errors.MigrationsBusy:
    with connection.begin():
        held_by, held_since = connection.execute(_WHO).one()
    return errors.MigrationsBusy(
        f"{held_by} has been migrating since {held_since:%H:%M:%S %Z}, and {waited:.0f} s of "
        "waiting were not enough: deploy again when it is done"
    )
