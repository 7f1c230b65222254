"""Scan runs: `bot_channel_scan_runs`, what was read of a channel and with which outcome."""

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from functions.shared import errors, models
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("scan_runs")

RunKind = Literal["live", "history"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A channel that could not be read when it was tried last, and why."""

    channel_id: models.ChannelId
    error_message: str | None


async def delete_expired(transaction: Transaction, retention_days: int, batch_size: int) -> int:
    """Delete a batch of runs that ended longer ago than they are kept; how many there were."""
    return await transaction.execute(
        _SQL["delete_expired"], retention_days=retention_days, batch_size=batch_size
    )


async def count_expired(transaction: Transaction, retention_days: int) -> int:
    """How many runs ended longer ago than they are kept."""
    return int(await transaction.value(_SQL["count_expired"], retention_days=retention_days))


async def delete_of_guild(
    transaction: Transaction, guild_id: models.GuildId, batch_size: int
) -> int:
    """Delete a batch of a guild's scan runs; how many there were."""
    return await transaction.execute(
        _SQL["delete_of_guild"], guild_id=guild_id, batch_size=batch_size
    )


async def count_running(transaction: Transaction, guild_id: models.GuildId) -> int:
    """How many scans of a guild are under way."""
    return int(await transaction.value(_SQL["count_running"], guild_id=guild_id))


async def requeue_running(transaction: Transaction, guild_id: models.GuildId) -> int:
    """Let runs that were left behind running wait for their turn; how many there were.

    Only whoever holds the guild's lease can know that they were left behind.
    """
    return await transaction.execute(_SQL["requeue_running"], guild_id=guild_id)


async def begin(
    transaction: Transaction,
    guild_id: models.GuildId,
    channel_id: models.ChannelId,
    kind: RunKind,
    *,
    after_message_id: int,
    before_message_id: int,
) -> UUID:
    """Take up the run of this kind that waits, or begin one between two message ids."""
    scope = {
        "guild_id": guild_id,
        "channel_id": channel_id,
        "kind": kind,
        "before_message_id": before_message_id,
    }
    resumed: UUID | None = await transaction.value(_SQL["resume_run"], **scope)
    if resumed is not None:
        return resumed
    begun: UUID | None = await transaction.value(
        _SQL["insert_run"], **scope, after_message_id=after_message_id
    )
    if begun is None:
        raise errors.UnknownChannel(channel_id)
    return begun


async def add_progress(
    transaction: Transaction, guild_id: models.GuildId, run_id: UUID, *, scanned: int, matched: int
) -> bool:
    """Count messages that were read, and those among them with clips; False if it was canceled."""
    return bool(
        await transaction.value(
            _SQL["add_progress"], guild_id=guild_id, id=run_id, scanned=scanned, matched=matched
        )
    )


async def end(
    transaction: Transaction,
    guild_id: models.GuildId,
    run_id: UUID,
    status: Literal["queued", "succeeded", "failed"],
    reason: str | None = None,
) -> None:
    """End a running run, or with `queued` let it wait for its next turn, and say why."""
    await transaction.execute(
        _SQL["end_run"], guild_id=guild_id, id=run_id, status=status, reason=reason
    )


async def cancel_open(transaction: Transaction, guild_id: models.GuildId) -> int:
    """Cancel what is being read or waits to be read of a guild's history; how many there were."""
    return await transaction.execute(_SQL["cancel_open"], guild_id=guild_id)


async def select_refused(transaction: Transaction, guild_id: models.GuildId) -> list[Refusal]:
    """The channels whose latest run failed."""
    return await transaction.all(Refusal, _SQL["select_refused"], guild_id=guild_id)
