"""Channels and threads: `bot_channels`, always of one guild."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from functions.shared import models
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("channels")


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many channels of a guild are in one state, and how many of those are read for clips."""

    state: models.ChannelState
    channels: int
    reading: int


async def select_channels(
    transaction: Transaction, guild_id: models.GuildId
) -> list[models.StoredChannel]:
    """All channels of a guild, whatever their state."""
    return await transaction.all(models.StoredChannel, _SQL["select_channels"], guild_id=guild_id)


async def upsert_channels(
    transaction: Transaction,
    guild_id: models.GuildId,
    channels: Iterable[models.StoredChannel],
) -> int:
    """Store new and changed channels in one statement.

    Returns:
        The rows written; a channel id that belongs to another guild is left alone.
    """
    given = [_record(channel) for channel in channels]
    return await transaction.execute(
        _SQL["upsert_channels"], guild_id=guild_id, channels=Jsonb(given)
    )


async def count_channels_by_state(
    transaction: Transaction, guild_id: models.GuildId
) -> list[StateCount]:
    """The channels of a guild, counted."""
    return await transaction.all(StateCount, _SQL["count_channels_by_state"], guild_id=guild_id)


async def delete_channels(
    transaction: Transaction, guild_id: models.GuildId, batch_size: int
) -> int:
    """Delete a batch of a guild's channels that have no scan runs; how many there were."""
    return await transaction.execute(
        _SQL["delete_channels"], guild_id=guild_id, batch_size=batch_size
    )


def _record(channel: models.StoredChannel) -> dict[str, Any]:
    record = asdict(channel)
    last_message_id = channel.last_message_id
    last_activity_at = models.snowflake_time(last_message_id) if last_message_id else None
    for name, instant in (
        ("probed_at", channel.probed_at),
        ("last_activity_at", last_activity_at),
    ):
        record[name] = instant.isoformat() if isinstance(instant, datetime) else None
    return record
