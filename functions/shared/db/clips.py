"""Clips: video files of messages, by where they were posted."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from psycopg.types.json import Jsonb

from functions.shared import models, snowflakes
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("clips")


@dataclass(frozen=True, slots=True)
class _Id:
    attachment_id: int


async def insert_clips(
    transaction: Transaction,
    guild_id: models.GuildId,
    message: models.Message,
    clips: Iterable[models.Attachment],
    *,
    keep_text: bool,
    saved_by: models.UserId | None = None,
) -> frozenset[int]:
    """Save clips of a message; its channel has to be known.

    Args:
        transaction: Where to.
        guild_id: The message's guild.
        message: The message.
        clips: Those of its files that are clips.
        keep_text: Whether the message's text is kept too.
        saved_by: Who asked for it; None for a scan.

    Returns:
        The ids of the files that were not saved before.
    """
    await transaction.hold(_SQL["lock_for_saving"], guild_id=guild_id)
    inserted = await transaction.all(
        _Id,
        _SQL["insert_clips"],
        guild_id=guild_id,
        channel_id=message.channel_id,
        message_id=message.id,
        author_id=message.author_id,
        author_name=message.author_name,
        message_text=message.content if keep_text and message.content else None,
        is_forward=message.is_forward,
        posted_at=snowflakes.made_at(message.id),
        saved_by=saved_by,
        clips=Jsonb([_record(clip) for clip in clips]),
    )
    return frozenset(row.attachment_id for row in inserted)


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


def _record(clip: models.Attachment) -> dict[str, Any]:
    record = asdict(clip)
    record["attachment_id"] = record.pop("id")
    # It would be dead within a day.
    del record["url"]
    taken = clip.clip_created_at
    record["clip_created_at"] = taken.isoformat() if taken else None
    return record
