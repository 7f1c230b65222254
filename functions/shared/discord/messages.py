"""From Discord's JSON to messages and their files.

A forward has no files of its own: they are in the snapshot of the message it carries (Discord docs,
Message Snapshot). It imports no HTTP client, because a message command brings its message along.
"""

from collections.abc import Mapping
from typing import Final

from functions.shared import models
from functions.shared.discord.fields import Fields
from functions.shared.models import ChannelId, MessageId, UserId

_LONGEST_SECONDS: Final = 1e7
_IS_CLIP: Final = 1 << 0
"""Attachment flag of Discord's own Clips."""
_IS_SPOILER: Final = 1 << 3
_SPOILER_PREFIX: Final = "SPOILER_"
"""How older clients mark a spoiler, without the flag."""


def message(document: object, origin: str) -> models.Message:
    """Read a message.

    Args:
        document: The message's JSON value.
        origin: Where it came from: a route, or an interaction.

    Raises:
        UnexpectedPayload: something required is absent or of the wrong type.
    """
    fields = Fields(document, origin)
    author = fields.child("author")
    snapshots = fields.children("message_snapshots") if fields.has("message_snapshots") else []
    carriers = [snapshot.child("message") for snapshot in snapshots] or [fields]
    return models.Message(
        id=MessageId(fields.snowflake("id")),
        channel_id=ChannelId(fields.snowflake("channel_id")),
        author_id=UserId(author.snowflake("id")),
        author_name=author.optional_text("global_name") or author.text("username"),
        content="\n".join(filter(None, (carrier.optional_text("content") for carrier in carriers))),
        attachments=tuple(
            attachment(item, origin)
            for carrier in carriers
            if carrier.has("attachments")
            for item in carrier.documents("attachments")
        ),
        is_forward=bool(snapshots),
    )


def attachment(document: object, origin: str) -> models.Attachment:
    """Read a file of a message; what Discord did not recognise is None.

    Raises:
        UnexpectedPayload: id, filename or size are absent, or something has the wrong type.
    """
    fields = Fields(document, origin)
    game = fields.child("application") if fields.has("application") else None
    participants = fields.children("clip_participants") if fields.has("clip_participants") else []
    flags = fields.optional_number("flags") or 0
    filename = fields.text("filename")
    return models.Attachment(
        id=fields.snowflake("id"),
        filename=filename,
        size=fields.number("size"),
        title=fields.optional_text("title"),
        content_type=fields.optional_text("content_type"),
        width=fields.optional_number("width"),
        height=fields.optional_number("height"),
        duration_seconds=_seconds(document),
        placeholder=fields.optional_text("placeholder"),
        is_spoiler=bool(flags & _IS_SPOILER) or filename.startswith(_SPOILER_PREFIX),
        is_native_clip=bool(flags & _IS_CLIP),
        clip_created_at=fields.optional_instant("clip_created_at"),
        participant_ids=tuple(UserId(user.snowflake("id")) for user in participants),
        game_id=game.snowflake("id") if game else None,
        game=game.text("name") if game else None,
        url=fields.optional_text("url"),
    )


def _seconds(document: object) -> float | None:
    """How long a video is; a length that makes no sense is as good as none."""
    value = document.get("duration_secs") if isinstance(document, Mapping) else None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value < _LONGEST_SECONDS else None
