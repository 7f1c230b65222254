"""What there is to read for clips, and for which guilds a scan is due.

The database decides, from what the sync saw and what the ledger proves (the view `scan_work`), so
that whoever asks twice is told the same, and a scan that was interrupted goes on where it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from functions.shared import models
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

QUEUED_SECONDS: Final = 1_800
"""How long a message may be under way before another is sent for the same guild."""

_SQL: Final = queries.load("scan_work")


@dataclass(frozen=True, slots=True)
class UnreadChannel:
    """A channel with messages newer than all that was read.

    Attributes:
        settings: The channel's own, unchecked.
        last_message_id: Its newest message, as the sync saw it.
        covered_to: Up to which message everything newest was read; None if nothing was.
        live_since: If nothing was read: from when on messages are new rather than history.
        is_new: Whether the channel itself was made after that.
    """

    channel_id: models.ChannelId
    settings: Any
    last_message_id: int
    covered_to: int | None
    live_since: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class UnprovenChannel:
    """A channel whose history has gaps.

    Attributes:
        covered: First and last message id of each interval that was read, in no order.
    """

    channel_id: models.ChannelId
    settings: Any
    last_message_id: int
    covered: list[list[int]]


@dataclass(frozen=True, slots=True)
class UnlistedChannel:
    """A channel whose archived threads are to be listed.

    Attributes:
        cursor: Where the list goes on, if it was interrupted.
        read_at: When the reading began that last came to its end.
        begun_at: When this one began: now, or before it was interrupted.
    """

    channel_id: models.ChannelId
    type: str
    cursor: str | None
    read_at: datetime | None
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """A channel that clips are taken from, with its own settings, unchecked."""

    channel_id: models.ChannelId
    settings: Any


@dataclass(frozen=True, slots=True)
class _Id:
    guild_id: models.GuildId


async def select_unread(
    transaction: Transaction, guild_id: models.GuildId, *, with_nsfw: bool, batch_size: int
) -> list[UnreadChannel]:
    """The channels to read new messages of, those with the newest first."""
    return await transaction.all(
        UnreadChannel,
        _SQL["select_unread"],
        guild_id=guild_id,
        with_nsfw=with_nsfw,
        batch_size=batch_size,
    )


async def select_unproven(
    transaction: Transaction, guild_id: models.GuildId, *, with_nsfw: bool, batch_size: int
) -> list[UnprovenChannel]:
    """The channels to read history of, those with the newest messages first."""
    return await transaction.all(
        UnprovenChannel,
        _SQL["select_unproven"],
        guild_id=guild_id,
        with_nsfw=with_nsfw,
        batch_size=batch_size,
    )


async def select_unlisted(
    transaction: Transaction, guild_id: models.GuildId, *, with_nsfw: bool, batch_size: int
) -> list[UnlistedChannel]:
    """The channels whose archived threads are to be listed."""
    return await transaction.all(
        UnlistedChannel,
        _SQL["select_unlisted"],
        guild_id=guild_id,
        with_nsfw=with_nsfw,
        batch_size=batch_size,
    )


async def count_channels(
    transaction: Transaction, guild_id: models.GuildId, *, with_nsfw: bool
) -> int:
    """How many channels of a guild may be read, forums and threads too."""
    return int(
        await transaction.value(_SQL["count_channels"], guild_id=guild_id, with_nsfw=with_nsfw)
    )


async def select_sources(
    transaction: Transaction,
    guild_id: models.GuildId,
    channel_ids: Iterable[int],
    *,
    with_nsfw: bool,
) -> dict[int, Source]:
    """Those of the channels that are read for clips, by id."""
    found = await transaction.all(
        Source,
        _SQL["select_sources"],
        guild_id=guild_id,
        channel_ids=list(channel_ids),
        with_nsfw=with_nsfw,
    )
    return {source.channel_id: source for source in found}


async def store_threads(
    transaction: Transaction, guild_id: models.GuildId, threads: Iterable[models.Channel]
) -> None:
    """Store archived threads whose channel is known, and what moved in those that are."""
    given = Jsonb(
        [
            {
                "channel_id": thread.id,
                "name": thread.name,
                "type": thread.type,
                "parent_id": thread.parent_id,
                "last_message_id": thread.last_message_id,
            }
            for thread in threads
            if thread.is_thread
        ]
    )
    await transaction.execute(_SQL["update_threads"], guild_id=guild_id, threads=given)
    await transaction.execute(_SQL["insert_threads"], guild_id=guild_id, threads=given)


async def set_listing(
    transaction: Transaction,
    guild_id: models.GuildId,
    channel_id: models.ChannelId,
    cursor: str,
    begun_at: datetime,
) -> None:
    """Note where the list of a channel's archived threads goes on, and when it was begun."""
    await transaction.execute(
        _SQL["set_listing"],
        guild_id=guild_id,
        channel_id=channel_id,
        cursor=cursor,
        begun_at=begun_at,
    )


async def set_listed(
    transaction: Transaction,
    guild_id: models.GuildId,
    channel_id: models.ChannelId,
    begun_at: datetime,
) -> None:
    """Note that the list of a channel's archived threads, as of its beginning, was read."""
    await transaction.execute(
        _SQL["set_listed"], guild_id=guild_id, channel_id=channel_id, begun_at=begun_at
    )


async def set_listing_refused(
    transaction: Transaction, guild_id: models.GuildId, channel_id: models.ChannelId
) -> None:
    """Note that Discord does not list a channel's archived threads; it is asked again later."""
    await transaction.execute(_SQL["set_listing_refused"], guild_id=guild_id, channel_id=channel_id)


async def note_missed_threads(
    transaction: Transaction,
    guild_id: models.GuildId,
    channel_id: models.ChannelId,
    thread_ids: Iterable[models.ChannelId],
) -> None:
    """Have a channel's archived threads listed again if one of these threads is not known."""
    await transaction.execute(
        _SQL["note_missed_threads"],
        guild_id=guild_id,
        channel_id=channel_id,
        thread_ids=list(thread_ids),
    )


async def mark_thread_deleted(
    transaction: Transaction, guild_id: models.GuildId, channel_id: models.ChannelId
) -> None:
    """Note that Discord does not know a thread any more; of channels, the sync takes note."""
    await transaction.execute(_SQL["mark_thread_deleted"], guild_id=guild_id, channel_id=channel_id)


async def note_scanned(
    transaction: Transaction, guild_id: models.GuildId, channel_id: models.ChannelId, scanned: int
) -> None:
    """Note on the channel that it was read just now, and how many messages for the first time."""
    await transaction.execute(
        _SQL["note_scanned"], guild_id=guild_id, channel_id=channel_id, scanned=scanned
    )


async def queue_due(
    transaction: Transaction,
    *,
    with_nsfw: bool,
    guild_ids: Iterable[models.GuildId] | None = None,
) -> list[models.GuildId]:
    """Mark the guilds for which a scan is due as queued; whoever asks next is not told of them.

    Args:
        transaction: Where to.
        with_nsfw: Whether guilds that have not decided scan age-restricted channels.
        guild_ids: Only these; None for all.
    """
    found = await transaction.all(
        _Id,
        _SQL["queue_due"],
        seconds=QUEUED_SECONDS,
        with_nsfw=with_nsfw,
        guild_ids=None if guild_ids is None else list(guild_ids),
    )
    return [row.guild_id for row in found]


async def clear_queued(transaction: Transaction, guild_ids: Iterable[models.GuildId]) -> None:
    """Let the next message for each guild be sent: this one has come in, or was not taken."""
    await transaction.execute(_SQL["clear_queued"], guild_ids=list(guild_ids))
