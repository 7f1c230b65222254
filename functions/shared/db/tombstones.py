"""Tombstones: which clips are gone for good, so that nothing revives them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from psycopg.types.json import Jsonb

from functions.shared.db import queries
from functions.shared.db.clips import lock_against_saving
from functions.shared.db.connection import Transaction
from functions.shared.models import ChannelId, GuildId, MessageId

_SQL: Final = queries.load("tombstones")

Reason = Literal["message_deleted", "attachment_removed", "deleted_by_author"]
MessageKey = tuple[ChannelId, MessageId]
ClipKey = tuple[ChannelId, MessageId, int]
"""A clip's channel, message and attachment."""


@dataclass(frozen=True, slots=True)
class _Tombstone:
    attachment_id: int
    reason: Reason


async def bury_clips(
    transaction: Transaction, guild_id: GuildId, clips: Iterable[ClipKey], reason: Reason
) -> int:
    """Delete clips of a guild for good, also such as are not saved yet.

    Returns:
        How many were saved.
    """
    given = [
        {"channel_id": channel_id, "message_id": message_id, "attachment_id": attachment_id}
        for channel_id, message_id, attachment_id in clips
    ]
    await lock_against_saving(transaction, guild_id)
    return await transaction.execute(
        _SQL["bury_clips"], guild_id=guild_id, clips=Jsonb(given), reason=reason
    )


async def bury_messages(
    transaction: Transaction, guild_id: GuildId, messages: Iterable[MessageKey]
) -> int:
    """Delete all clips of messages that Discord says are deleted.

    Returns:
        How many were buried.
    """
    given = [
        {"channel_id": channel_id, "message_id": message_id} for channel_id, message_id in messages
    ]
    await lock_against_saving(transaction, guild_id)
    return await transaction.execute(
        _SQL["bury_messages"], guild_id=guild_id, messages=Jsonb(given)
    )


async def select_tombstones(
    transaction: Transaction, guild_id: GuildId, channel_id: ChannelId, message_id: MessageId
) -> dict[int, Reason]:
    """Which files of a message are not to be saved again, and why."""
    found = await transaction.all(
        _Tombstone,
        _SQL["select_tombstones"],
        guild_id=guild_id,
        channel_id=channel_id,
        message_id=message_id,
    )
    return {each.attachment_id: each.reason for each in found}
