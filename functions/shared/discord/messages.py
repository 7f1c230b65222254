"""From Discord's JSON to messages and their files.

A forward has no files of its own: they are in the snapshot of the message it carries (Discord docs,
Message Snapshot). It imports no HTTP client, because a message command brings its message along.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from functions.shared import errors, models
from functions.shared.discord.fields import Fields
from functions.shared.models import ChannelId, MessageId, UserId

_log = logging.getLogger("discord_clip_saver.discord")

_LONGEST_SECONDS: Final = 1e7
_IS_CLIP: Final = 1 << 0
"""Attachment flag of Discord's own Clips."""
_IS_SPOILER: Final = 1 << 3
_SPOILER_PREFIX: Final = "SPOILER_"
"""How older clients mark a spoiler, without the flag."""
_BLANKED: Final = ("content", "attachments", "embeds", "components", "poll")
"""What is empty without the Message Content intent (Discord docs, Message Content Intent)."""

T = TypeVar("T")


def message(document: object, origin: str) -> models.Message:
    """Read a message.

    A file that makes no sense must not cost the others: it is logged and left out.

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
    message_id = MessageId(fields.snowflake("id"))
    files = [file for carrier in carriers for file in _files(carrier)]
    attachments = tuple(_readable_files(files, origin, message_id))
    return models.Message(
        id=message_id,
        channel_id=ChannelId(fields.snowflake("channel_id")),
        author_id=UserId(author.snowflake("id")),
        author_name=_if_any(author.optional_text, "global_name")
        or _if_any(author.optional_text, "username"),
        content="\n".join(
            filter(None, (_if_any(carrier.optional_prose, "content") for carrier in carriers))
        ),
        attachments=attachments,
        is_forward=bool(snapshots),
        has_all_files=len(attachments) == len(files),
        shows_content=any(carrier.is_filled(key) for carrier in carriers for key in _BLANKED),
    )


def attachment(document: object, origin: str) -> models.Attachment:
    """Read a file of a message; what Discord did not recognise, or makes no sense, is None.

    Without a size nobody can say whether the file is too large to be saved.

    Raises:
        UnexpectedPayload: id, filename or size are absent, or make no sense.
    """
    fields = Fields(document, origin)
    game = _if_any(fields.child, "application")
    flags = _if_any(fields.optional_number, "flags") or 0
    filename = fields.text("filename")
    return models.Attachment(
        id=fields.snowflake("id"),
        filename=filename,
        size=fields.size("size"),
        title=_if_any(fields.optional_text, "title"),
        content_type=_if_any(fields.optional_text, "content_type"),
        width=_if_any(fields.optional_measure, "width"),
        height=_if_any(fields.optional_measure, "height"),
        duration_seconds=_seconds(document),
        placeholder=_if_any(fields.optional_text, "placeholder"),
        is_spoiler=bool(flags & _IS_SPOILER) or filename.startswith(_SPOILER_PREFIX),
        is_native_clip=bool(flags & _IS_CLIP),
        clip_created_at=_if_any(fields.optional_instant, "clip_created_at"),
        participant_ids=tuple(_participants(fields, origin)),
        game_id=_if_any(game.optional_snowflake, "id") if game else None,
        game=_if_any(game.optional_text, "name") if game else None,
        url=_if_any(fields.optional_text, "url"),
    )


def _files(carrier: Fields) -> Sequence[object]:
    """The files of a message, unread; what is no list is a file that makes no sense."""
    try:
        return carrier.documents("attachments") if carrier.has("attachments") else ()
    except errors.UnexpectedPayload:
        return (None,)


def _readable_files(
    files: Sequence[object], origin: str, message_id: MessageId
) -> Iterator[models.Attachment]:
    for file in files:
        try:
            yield attachment(file, origin)
        except errors.UnexpectedPayload as error:
            _log.warning("Left out a file of message %s: %s", message_id, error)


def _participants(fields: Fields, origin: str) -> Iterator[UserId]:
    for user in _if_any(fields.documents, "clip_participants") or ():
        with contextlib.suppress(errors.UnexpectedPayload):
            yield UserId(Fields(user, origin).snowflake("id"))


def _if_any(read: Callable[[str], T], key: str) -> T | None:
    """A detail that no clip is worth losing for: what makes no sense is as good as none."""
    try:
        return read(key)
    except errors.UnexpectedPayload:
        return None


def _seconds(document: object) -> float | None:
    """How long a video is; a length that makes no sense is as good as none."""
    value = document.get("duration_secs") if isinstance(document, Mapping) else None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value < _LONGEST_SECONDS else None
