"""Tombstones: which clips are gone for good, so that nothing revives them."""

from collections.abc import Iterable
from typing import Final, Literal

from psycopg.types.json import Jsonb

from functions.shared.db import queries
from functions.shared.db.connection import Transaction
from functions.shared.models import ChannelId, GuildId, MessageId

_SQL: Final = queries.load("tombstones")

Reason = Literal["message_deleted", "attachment_removed", "deleted_by_author"]
MessageKey = tuple[ChannelId, MessageId]
ClipKey = tuple[ChannelId, MessageId, int]
"""A clip's channel, message and attachment."""


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
    return await transaction.execute(
        _SQL["bury_messages"], guild_id=guild_id, messages=Jsonb(given)
    )
