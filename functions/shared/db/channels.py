"""Channels and threads: `bot_channels`, always of one guild."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from functions.shared import models, snowflakes
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("channels")


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many channels of a guild are in one state, and how many of those are read for clips."""

    state: models.ChannelState
    channels: int
    reading: int


@dataclass(frozen=True, slots=True)
class ChannelAccess:
    """A channel, what the bot may do in it, and whether it counts as age-restricted."""

    channel_id: models.ChannelId
    name: str
    type: str
    permissions: int | None
    is_nsfw: bool


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What is stored of a channel's settings, unchecked."""

    name: str
    is_reading: bool
    settings: Any


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
    last_activity_at = snowflakes.made_at(last_message_id) if last_message_id else None
    for name, instant in (
        ("probed_at", channel.probed_at),
        ("last_activity_at", last_activity_at),
    ):
        record[name] = instant.isoformat() if isinstance(instant, datetime) else None
    return record


async def insert_channel(
    transaction: Transaction, guild_id: models.GuildId, channel: models.Channel, *, is_reading: bool
) -> None:
    """Make sure that a channel has a row to refer to; one that has keeps it as it is.

    `is_reading` is for a channel, or for a thread whose channel is not known.
    """
    await transaction.execute(
        _SQL["insert_channel"],
        guild_id=guild_id,
        channel_id=channel.id,
        name=channel.name,
        type=channel.type,
        parent_id=channel.parent_id,
        thread_of=channel.parent_id if channel.is_thread else None,
        is_nsfw=channel.is_nsfw,
        is_reading=is_reading,
    )


async def select_reading_channels(
    transaction: Transaction, guild_id: models.GuildId
) -> list[ChannelAccess]:
    """The channels that are to be read for clips, in the order Discord shows them."""
    return await transaction.all(ChannelAccess, _SQL["select_reading_channels"], guild_id=guild_id)


async def select_channel_choices(
    transaction: Transaction, guild_id: models.GuildId, typed: str, batch_size: int
) -> list[ChannelAccess]:
    """Channels whose name contains what somebody has typed so far."""
    return await transaction.all(
        ChannelAccess,
        _SQL["select_channel_choices"],
        guild_id=guild_id,
        typed=typed,
        batch_size=batch_size,
    )


async def select_channel_settings(
    transaction: Transaction, guild_id: models.GuildId, channel_id: models.ChannelId
) -> ChannelSettings | None:
    """One channel's own settings; None for a channel that is not this guild's."""
    return await transaction.one(
        ChannelSettings,
        _SQL["select_channel_settings"],
        guild_id=guild_id,
        channel_id=channel_id,
    )


async def select_parent_settings(
    transaction: Transaction, guild_id: models.GuildId, channel_id: models.ChannelId
) -> Any:  # noqa: ANN401 -- a stored value is JSON
    """The settings, unchecked, of the channel that a thread is in; None for what is no thread."""
    return await transaction.value(
        _SQL["select_parent_settings"], guild_id=guild_id, channel_id=channel_id
    )


async def lock_channel_settings(
    transaction: Transaction, guild_id: models.GuildId, channel_id: models.ChannelId
) -> ChannelSettings | None:
    """The same, and nobody else changes them until the transaction ends."""
    return await transaction.one(
        ChannelSettings,
        _SQL["lock_channel_settings"],
        guild_id=guild_id,
        channel_id=channel_id,
    )


async def set_channel_value(
    transaction: Transaction,
    guild_id: models.GuildId,
    channel_id: models.ChannelId,
    key: str,
    value: object | None,
) -> None:
    """Set one key of a channel's settings, or with None remove it."""
    scope = {"guild_id": guild_id, "channel_id": channel_id, "key": key}
    if value is None:
        await transaction.execute(_SQL["remove_channel_value"], **scope)
    else:
        await transaction.execute(_SQL["set_channel_value"], **scope, value=Jsonb(value))


async def set_is_reading(
    transaction: Transaction,
    guild_id: models.GuildId,
    channel_id: models.ChannelId,
    *,
    is_reading: bool,
) -> None:
    """Decide whether a channel is read for clips, and its threads with it."""
    await transaction.execute(
        _SQL["set_is_reading"], guild_id=guild_id, channel_id=channel_id, is_reading=is_reading
    )
