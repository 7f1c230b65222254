"""Questions to a database about itself: does what is stored still hold together?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.shared.db import queries
from functions.shared.db.connection import Transaction
from functions.shared.db.queries import Query

_SQL: Final = queries.load("verification")


@dataclass(frozen=True, slots=True)
class Violations:
    """How many rows break a rule, and a few of them by what operators know them by."""

    found: int
    examples: list[str] | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A count that PostgreSQL's catalogue asks for; it should be 0.

    Attributes:
        name: Of the constraint, the table or the index.
        relation: What it is about.
        statement: The SQL, with identifiers that PostgreSQL quoted.
        is_index: Whether it is about an index alone, which can be built anew.
    """

    name: str
    relation: str
    statement: str
    is_index: bool = False


@dataclass(frozen=True, slots=True)
class Checksums:
    """Whether pages carry checksums, and how many reads found one wrong.

    Attributes:
        failures: One page counts as often as it is read, and still counts when it is mended.
        last_failure: When the last of them was.
        counted_since: None if they were counted from the start.
    """

    enabled: bool
    failures: int
    last_failure: datetime | None
    counted_since: datetime | None


async def count_violations(transaction: Transaction, rule: Query) -> Violations:
    """The rows that break a rule.

    Raises:
        DatabaseError: they could not be counted; the transaction can go on.
    """
    async with transaction.savepoint():
        found = await transaction.one(Violations, rule)
    return found or Violations(0, None)


async def select_constraint_statements(transaction: Transaction) -> list[Statement]:
    """One for each foreign key and check of the schema."""
    return await transaction.all(Statement, _SQL["select_constraint_statements"])


async def select_reading_statements(transaction: Transaction) -> list[Statement]:
    """One for each table."""
    return await transaction.all(Statement, _SQL["select_reading_statements"])


async def select_amcheck_statements(transaction: Transaction) -> list[Statement]:
    """One for each table and index that amcheck may look at; none where it is not there."""
    return await transaction.all(Statement, _SQL["select_amcheck_statements"])


async def select_role(transaction: Transaction) -> str:
    """Who is asking, quoted as SQL needs it."""
    role: str = await transaction.value(_SQL["select_role"])
    return role


async def select_checksums(transaction: Transaction) -> Checksums:
    """What PostgreSQL has noticed by itself."""
    found = await transaction.one(Checksums, _SQL["select_checksums"])
    return found or Checksums(enabled=False, failures=0, last_failure=None, counted_since=None)


async def count(transaction: Transaction, statement: Statement) -> int:
    """What the statement counts.

    Raises:
        DatabaseError: it could not be counted, which says something too.
    """
    async with transaction.savepoint():
        ((found,),) = await transaction.run(statement.statement)
    return int(found)
