"""Clips: video files of messages, by where they were posted."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from psycopg.types.json import Jsonb

from functions.shared import models, snowflakes
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("clips")


Posted = tuple[models.Message, Iterable[models.Attachment]]
"""A message, and those of its files that are clips."""
ClipId = tuple[models.MessageId, int]
"""A message and a file: a forward has the files of another message."""


@dataclass(frozen=True, slots=True)
class _Id:
    message_id: models.MessageId
    attachment_id: int


async def insert_clips(
    transaction: Transaction,
    guild_id: models.GuildId,
    posted: Iterable[Posted],
    *,
    keep_text: bool,
    saved_by: models.UserId | None = None,
) -> frozenset[ClipId]:
    """Save clips of messages, in one statement; their channels have to be known.

    Args:
        transaction: Where to.
        guild_id: The messages' guild.
        posted: Messages with their clips.
        keep_text: Whether the messages' text is kept too.
        saved_by: Who asked for it; None for a scan.

    Returns:
        Those that were not saved before.
    """
    records = [
        _record(message, clip, keep_text=keep_text) for message, clips in posted for clip in clips
    ]
    if not records:
        return frozenset()
    await transaction.hold(_SQL["lock_for_saving"], guild_id=guild_id)
    inserted = await transaction.all(
        _Id,
        _SQL["insert_clips"],
        guild_id=guild_id,
        saved_by=saved_by,
        clips=Jsonb(records),
    )
    return frozenset((row.message_id, row.attachment_id) for row in inserted)


async def update_texts(
    transaction: Transaction, guild_id: models.GuildId, messages: Iterable[models.Message]
) -> None:
    """Let what is kept of messages' texts be what they say now."""
    given = [
        {
            "channel_id": message.channel_id,
            "message_id": message.id,
            "message_text": message.content,
        }
        for message in messages
    ]
    await transaction.execute(_SQL["update_texts"], guild_id=guild_id, texts=Jsonb(given))


async def lock_against_saving(transaction: Transaction, guild_id: models.GuildId) -> None:
    """Let nobody save clips of a guild until the transaction ends.

    What deletes clips for good, or opts out, begins with it: a clip that is being saved at the same
    moment would otherwise not see the tombstone, and come back.
    """
    await transaction.hold(_SQL["lock_against_saving"], guild_id=guild_id)


async def delete_of_guild(
    transaction: Transaction, guild_id: models.GuildId, batch_size: int
) -> int:
    """Delete a batch of a guild's clips; how many there were."""
    return await transaction.execute(
        _SQL["delete_of_guild"], guild_id=guild_id, batch_size=batch_size
    )


def _record(message: models.Message, clip: models.Attachment, *, keep_text: bool) -> dict[str, Any]:
    record = asdict(clip)
    record["attachment_id"] = record.pop("id")
    # It would be dead within a day.
    del record["url"]
    taken = clip.clip_created_at
    return record | {
        "channel_id": message.channel_id,
        "message_id": message.id,
        "author_id": message.author_id,
        "author_name": message.author_name,
        "message_text": message.content if keep_text and message.content else None,
        "is_forward": message.is_forward,
        "posted_at": snowflakes.made_at(message.id).isoformat(),
        "clip_created_at": taken.isoformat() if taken else None,
    }
