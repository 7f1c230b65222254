"""The PostgreSQL server itself, as any role may see it."""

from dataclasses import dataclass
from typing import Final

from functions.shared.db import queries, schema
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("server")


@dataclass(frozen=True, slots=True)
class Connections:
    """The server's sessions.

    Attributes:
        used: Of all databases and roles.
        allowed: Without those that are kept for superusers.
        version: As the server writes it, `18.1` say.
    """

    used: int
    allowed: int
    version: str


async def select_connections(transaction: Transaction) -> Connections:
    """How many sessions there are, and may be."""
    (found,) = await transaction.all(Connections, _SQL["select_connections"])
    return found


async def select_cut_off_restores(transaction: Transaction) -> list[str]:
    """The schemas in which restores that were killed left what had been there."""
    return [name for (name,) in await transaction.run(schema.SELECT_CUT_OFF)]
