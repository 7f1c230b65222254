"""Messages and the files on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clipsaver.emulator.people import User

IS_CLIP: Final = 1 << 0
"""The attachment flag of a clip that was taken with Discord itself."""
FORWARD: Final = 1
"""The reference type of a forwarded message (Discord docs, Message Reference Types)."""


class MessageFlag(IntFlag):
    """The message flags that the local Discord acts upon (Discord docs, Message Flags)."""

    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_VOICE_MESSAGE = 1 << 13
    HAS_SNAPSHOT = 1 << 14
    IS_COMPONENTS_V2 = 1 << 15


@dataclass(slots=True, eq=False)
class Attachment:
    """A file on a message; its id comes with the message."""

    filename: str
    size: int = 0
    content_type: str | None = None
    id: int = 0
    title: str | None = None
    description: str | None = None
    width: int | None = None
    height: int | None = None
    duration_secs: float | None = None
    flags: int = 0
    ephemeral: bool = False
    clip_created_at: datetime | None = None
    clip_participants: tuple[User, ...] = ()
    game: str | None = None
    placeholder: str | None = None
    content: bytes | None = None
    """What the CDN serves; without it, `size` zero bytes."""


def video(
    filename: str = "clip.mp4", *, size: int = 4_194_304, seconds: float = 20.0
) -> Attachment:
    """A video file as people upload them."""
    return Attachment(
        filename,
        size,
        "video/quicktime" if filename.endswith(".mov") else "video/mp4",
        width=1920,
        height=1080,
        duration_secs=seconds,
        placeholder="3/cNFYJ4h3iPd4h/h3iIeHeIh4B3",
    )


def clip(
    filename: str = "clip.mp4",
    *,
    taken_at: datetime,
    participants: Sequence[User] = (),
    game: str | None = None,
) -> Attachment:
    """A clip taken with Discord: flagged, with the time of capture, the people and the game."""
    attachment = video(filename)
    attachment.flags = IS_CLIP
    attachment.clip_created_at = taken_at
    attachment.clip_participants = tuple(participants)
    attachment.game = game
    return attachment


@dataclass(slots=True, eq=False)
class Message:
    """A message. Embeds and components are kept as the JSON they were sent as."""

    id: int
    channel_id: int
    author: User
    content: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    type: int = 0
    flags: int = 0
    mentions: tuple[User, ...] = ()
    mention_everyone: bool = False
    pinned_at: datetime | None = None
    edited_at: datetime | None = None
    webhook_id: int | None = None
    application_id: int | None = None
    interaction_metadata: dict[str, Any] | None = None
    referenced: Message | None = None
    """What it replies to, or what it forwards when `is_forward`."""
    is_forward: bool = False
    nonce: str | None = None
    thread_id: int | None = None
    """The thread that a message of type 18 (THREAD_CREATED) tells of."""

    @property
    def is_ephemeral(self) -> bool:
        """Whether only the user of the interaction sees it."""
        return bool(self.flags & MessageFlag.EPHEMERAL)


def forward_of(message: Message) -> dict[str, Any]:
    """The fields by which `Channel.post` forwards a message: media only in the snapshot."""
    return {"referenced": message, "is_forward": True, "flags": int(MessageFlag.HAS_SNAPSHOT)}
