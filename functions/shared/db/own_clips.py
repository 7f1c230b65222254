"""Somebody's own clips in a guild: what they may list, hide, delete and take with them.

Every query asks for the author along with the guild, so that nobody reaches the clips of another,
whatever ids they come with.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.shared import models, snowflakes
from functions.shared.db import clips, queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("own_clips")
MOST_BURIED: Final = 5_000
"""Clips that one statement deletes in well under a second."""


@dataclass(frozen=True, slots=True)
class Author:
    """Whose clips are meant, and where."""

    guild_id: models.GuildId
    author_id: models.UserId


@dataclass(frozen=True, slots=True)
class ClipKey:
    """Which of an author's clips is meant: a forward has the files of another message."""

    message_id: int
    attachment_id: int


@dataclass(frozen=True, slots=True)
class Summary:
    """How many clips somebody has in a guild, and how many of them are hidden."""

    clips: int
    hidden: int


@dataclass(frozen=True, slots=True)
class OwnClip:
    """A clip as its author sees it in a list.

    Attributes:
        size: Bytes; None for rows that were added by hand.
        hidden_at: Since when nobody else is shown it; None if everybody is.
    """

    channel_id: models.ChannelId
    message_id: models.MessageId
    attachment_id: int
    filename: str
    size: int | None
    duration_seconds: float | None
    posted_at: datetime
    hidden_at: datetime | None

    @property
    def key(self) -> ClipKey:
        """Which clip it is."""
        return ClipKey(self.message_id, self.attachment_id)


@dataclass(frozen=True, slots=True)
class ClipRecord:
    """All that is kept of a clip."""

    channel_id: models.ChannelId
    message_id: models.MessageId
    attachment_id: int
    author_id: models.UserId
    author_name: str | None
    filename: str
    title: str | None
    content_type: str | None
    size: int | None
    width: int | None
    height: int | None
    duration_seconds: float | None
    placeholder: str | None
    is_spoiler: bool
    is_forward: bool
    is_native_clip: bool
    clip_created_at: datetime | None
    participant_ids: list[int]
    game_id: int | None
    game: str | None
    message_text: str | None
    posted_at: datetime
    saved_at: datetime
    saved_by: models.UserId | None
    hidden_at: datetime | None


async def select_summary(transaction: Transaction, author: Author) -> Summary:
    """How many clips there are."""
    found = await transaction.one(
        Summary,
        _SQL["select_summary"],
        guild_id=author.guild_id,
        author_id=author.author_id,
    )
    return found or Summary(0, 0)


async def select_page(
    transaction: Transaction, author: Author, offset: int, batch_size: int
) -> list[OwnClip]:
    """Some clips, newest first, after passing over as many as `offset` says."""
    return await transaction.all(
        OwnClip,
        _SQL["select_page"],
        guild_id=author.guild_id,
        author_id=author.author_id,
        offset=offset,
        batch_size=batch_size,
    )


async def select_clip(transaction: Transaction, author: Author, key: ClipKey) -> OwnClip | None:
    """One clip; None if it is not there, or somebody else's."""
    return await transaction.one(
        OwnClip,
        _SQL["select_clip"],
        guild_id=author.guild_id,
        author_id=author.author_id,
        message_id=key.message_id,
        attachment_id=key.attachment_id,
    )


async def set_hidden(
    transaction: Transaction, author: Author, key: ClipKey, *, is_hidden: bool
) -> bool:
    """Hide a clip from everybody else, or show it again; whether that changed anything."""
    changed = await transaction.execute(
        _SQL["set_hidden"],
        guild_id=author.guild_id,
        author_id=author.author_id,
        message_id=key.message_id,
        attachment_id=key.attachment_id,
        is_hidden=is_hidden,
    )
    return changed == 1


async def bury(transaction: Transaction, author: Author, key: ClipKey | None = None) -> int:
    """Delete a clip for good, or without a key the newest 5,000; how many there were."""
    await clips.lock_against_saving(transaction, author.guild_id)
    return await transaction.execute(
        _SQL["bury"],
        guild_id=author.guild_id,
        author_id=author.author_id,
        message_id=None if key is None else key.message_id,
        attachment_id=None if key is None else key.attachment_id,
        batch_size=MOST_BURIED,
    )


async def select_records(
    transaction: Transaction, author: Author, after: ClipRecord | None, batch_size: int
) -> list[ClipRecord]:
    """The next clips after one, or the newest, with all that is kept of them."""
    return await transaction.all(
        ClipRecord,
        _SQL["select_records"],
        guild_id=author.guild_id,
        author_id=author.author_id,
        message_id=snowflakes.LARGEST_BIGINT if after is None else after.message_id,
        attachment_id=snowflakes.LARGEST_BIGINT if after is None else after.attachment_id,
        batch_size=batch_size,
    )
