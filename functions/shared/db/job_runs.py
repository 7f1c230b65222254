"""When the scheduled jobs ran: `job_runs`, one row per job."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from psycopg.types.json import Jsonb

from functions.shared.db import queries
from functions.shared.db.connection import Transaction

Job = Literal["sync", "purge"]

BACKUP_HOURS: Final = 26
"""How old the last backup may be: a day, and the time that taking it may need."""

_SQL: Final = queries.load("job_runs")


@dataclass(frozen=True, slots=True)
class _Age:
    job: str
    seconds: float


async def note_start(transaction: Transaction, job: Job) -> None:
    """A job begins now."""
    await transaction.execute(_SQL["note_start"], job=job)


async def note_success(transaction: Transaction, job: Job, summary: dict[str, Any]) -> None:
    """A job ended well now."""
    await transaction.execute(_SQL["note_success"], job=job, summary=Jsonb(summary))


async def select_last_success(transaction: Transaction, job: Job) -> datetime | None:
    """When a job last ended well, by the database's clock; None if it never did."""
    found: datetime | None = await transaction.value(_SQL["select_last_success"], job=job)
    return found


async def select_ages(transaction: Transaction) -> dict[str, float]:
    """Seconds since each job last succeeded; a job that never did is missing."""
    return {row.job: row.seconds for row in await transaction.all(_Age, _SQL["select_ages"])}


async def select_summary(transaction: Transaction, job: Job) -> object | None:
    """What a job said when it last ended well; None if it never did."""
    found: object | None = await transaction.value(_SQL["select_summary"], job=job)
    return found
