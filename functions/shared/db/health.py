"""How the database is doing, in figures."""

from dataclasses import dataclass
from typing import Final

from functions.shared import errors
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("health")


@dataclass(frozen=True, slots=True)
class Health:
    """What the server says of itself.

    Attributes:
        bytes: The size of the database.
        connections: Connections of all clients to the server.
        max_connections: How many it takes.
        index_percent: Scans of tables that went through an index; None before the first one.
        active_scans: Readings of channels that are under way.
    """

    bytes: int
    connections: int
    max_connections: int
    index_percent: float | None
    active_scans: int


async def select_health(transaction: Transaction) -> Health:
    """Ask the server."""
    found = await transaction.one(Health, _SQL["select_health"])
    if found is None:
        raise errors.DatabaseError("The server said nothing of itself")
    return found
