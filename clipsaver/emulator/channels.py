"""Channels, threads and the exceptions to permissions that channels make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from clipsaver.emulator.permissions import Permission, bits
from clipsaver.emulator.revisions import Revised

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clipsaver.emulator.guilds import Guild, Member, Role
    from clipsaver.emulator.history import History
    from clipsaver.emulator.messages import Attachment, Message
    from clipsaver.emulator.people import User

CHANNEL_TYPES: Final[dict[str, int]] = {
    "text": 0,
    "voice": 2,
    "category": 4,
    "announcement": 5,
    "announcement_thread": 10,
    "public_thread": 11,
    "private_thread": 12,
    "stage": 13,
    "directory": 14,
    "forum": 15,
    "media": 16,
}
"""Discord's channel types (Discord docs, Channel); any other number can be given as it is."""

CATEGORY: Final = CHANNEL_TYPES["category"]
PRIVATE_THREAD: Final = CHANNEL_TYPES["private_thread"]
_VOICE_TYPES: Final = frozenset({2, 13})
_TEXTLESS_TYPES: Final = frozenset({4, 14, 15, 16})
_DEFAULT_AUTO_ARCHIVE_MINUTES: Final = 4320

ChannelType = (
    Literal["text", "voice", "category", "announcement", "stage", "directory", "forum", "media"]
    | int
)
ThreadType = Literal["announcement_thread", "public_thread", "private_thread"]


@dataclass(frozen=True, slots=True)
class Overwrite:
    """A channel's exception for one role (type 0) or one member (type 1)."""

    id: int
    type: int
    allow: int = 0
    deny: int = 0


def allow(target: Role | Member, *permissions: Permission) -> Overwrite:
    """An overwrite that grants."""
    return Overwrite(target.overwrite_id, target.overwrite_type, allow=bits(permissions))


def deny(target: Role | Member, *permissions: Permission) -> Overwrite:
    """An overwrite that takes away."""
    return Overwrite(target.overwrite_id, target.overwrite_type, deny=bits(permissions))


def merged(overwrites: Sequence[Overwrite]) -> tuple[Overwrite, ...]:
    """Overwrites with one for each role or member, as Discord keeps them; later bits win."""
    by_id: dict[int, Overwrite] = {}
    for new in overwrites:
        old = by_id.get(new.id, new)
        by_id[new.id] = Overwrite(
            new.id,
            new.type,
            allow=old.allow & ~new.deny | new.allow,
            deny=old.deny & ~new.allow | new.deny,
        )
    return tuple(by_id.values())


@dataclass(slots=True, eq=False)
class Channel(Revised):
    """A channel of a guild. Assigning any field counts as a change of its guild."""

    guild: Guild
    id: int
    type: int
    name: str
    position: int = 0
    parent_id: int | None = None
    topic: str | None = None
    nsfw: bool = False
    overwrites: tuple[Overwrite, ...] = ()
    last_message_id: int | None = None
    rate_limit_per_user: int = 0
    flags: int = 0

    @property
    def thread(self) -> Thread | None:
        """This channel as a thread, or None when it is none."""
        return self if isinstance(self, Thread) else None

    @property
    def rules(self) -> Channel:
        """The channel whose overwrites and age restriction count: for a thread, its parent."""
        thread = self.thread
        return thread.parent if thread else self

    @property
    def is_voice(self) -> bool:
        """Whether reading it takes CONNECT as well."""
        return self.type in _VOICE_TYPES

    @property
    def has_messages(self) -> bool:
        """Whether it has a history of its own; forums only have threads."""
        return self.type not in _TEXTLESS_TYPES

    @property
    def history(self) -> History:
        """The messages in it."""
        return self.guild.world.history(self.id)

    def post(
        self,
        author: User,
        content: str = "",
        attachments: Sequence[Attachment] = (),
        *,
        at: datetime | None = None,
        **fields: object,
    ) -> Message:
        """Post a message, now or at a moment in the past.

        Args:
            author: Who writes it.
            content: Its text.
            attachments: Files; each gets its id here.
            at: When; the message's id follows from it.
            **fields: Any other field of `Message`: `embeds`, `components`, `flags`, ...
        """
        return self.history.post(self, author, content, attachments, at=at, **fields)

    def add_overwrites(self, *overwrites: Overwrite) -> None:
        """Make further exceptions; those for the same role or member become one."""
        self.overwrites = merged((*self.overwrites, *overwrites))

    def delete_message(self, message: Message) -> None:
        """Delete a message; channels keep naming it as their last one, as Discord's do."""
        self.history.delete(message.id)

    def add_thread(
        self,
        name: str,
        *,
        owner: User | None = None,
        type: ThreadType | None = None,  # noqa: A002 -- Discord's own word for it.
        archived: bool = False,
        members: Sequence[User] = (),
        at: datetime | None = None,
    ) -> Thread:
        """Start a thread below this channel.

        Args:
            name: Its name.
            owner: Who starts it; by default the guild's owner.
            type: By default an announcement thread below announcements, else a public one.
            archived: Whether it is archived already, as of `at`.
            members: Who has joined; the owner always has.
            at: When it was started.
        """
        moment = at or self.guild.world.clock.now()
        usual: ThreadType = "announcement_thread" if self.type == 5 else "public_thread"
        owner_id = owner.id if owner else self.guild.owner_id
        thread = Thread(
            guild=self.guild,
            id=self.guild.world.mint.next(at),
            type=CHANNEL_TYPES[type or usual],
            name=name,
            parent_id=self.id,
            parent=self,
            owner_id=owner_id,
            created_at=moment,
            archive_timestamp=moment,
            archived=archived,
            member_ids=frozenset({owner_id, *(member.id for member in members)}),
        )
        self.guild.threads[thread.id] = thread
        self.guild.world.channels[thread.id] = thread
        if not self.has_messages:
            self.last_message_id = thread.id
        return thread


@dataclass(slots=True, eq=False, kw_only=True)
class Thread(Channel):
    """A thread; it has its parent's overwrites and age restriction, and none of its own."""

    parent: Channel
    owner_id: int
    created_at: datetime
    archive_timestamp: datetime
    archived: bool = False
    auto_archive_minutes: int = _DEFAULT_AUTO_ARCHIVE_MINUTES
    locked: bool = False
    invitable: bool = True
    member_ids: frozenset[int] = frozenset()

    @property
    def is_private(self) -> bool:
        """Whether only its members, and who manages threads, can see it."""
        return self.type == PRIVATE_THREAD

    def archive(self, *, at: datetime | None = None) -> None:
        """Archive it: it moves from the active list to its parent's archived list."""
        self.archived = True
        self.archive_timestamp = at or self.guild.world.clock.now()

    def unarchive(self) -> None:
        """Bring it back to the active list, as posting in it does."""
        self.archived = False
        self.archive_timestamp = self.guild.world.clock.now()

    def add_member(self, user: User) -> None:
        """Let somebody join."""
        self.member_ids |= {user.id}

    def remove_member(self, user: User) -> None:
        """Let somebody leave."""
        self.member_ids -= {user.id}
