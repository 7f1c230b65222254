"""Coverage: between which message ids of a channel every message was read. The ledger of proof."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.shared import models
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("scan_coverage")


@dataclass(frozen=True, slots=True)
class ChannelProgress:
    """How far the history of a channel is proven.

    Attributes:
        share: Of the time between the making of the channel and its newest message, 0 to 1.
        proven_since: Back to when every message was read, without a gap; None if not even the
            newest was.
    """

    channel_id: models.ChannelId
    share: float
    proven_since: datetime | None


async def add_interval(
    transaction: Transaction,
    guild_id: models.GuildId,
    channel_id: models.ChannelId,
    first_message_id: int,
    last_message_id: int,
) -> None:
    """Note that every message from the first id to the last, both included, was read."""
    await transaction.execute(
        _SQL["add_interval"],
        guild_id=guild_id,
        channel_id=channel_id,
        first_message_id=first_message_id,
        last_message_id=last_message_id,
    )


async def select_progress(
    transaction: Transaction, guild_id: models.GuildId, *, with_nsfw: bool
) -> list[ChannelProgress]:
    """Each channel of a guild that is read, those with the least proven first."""
    return await transaction.all(
        ChannelProgress, _SQL["select_progress"], guild_id=guild_id, with_nsfw=with_nsfw
    )
