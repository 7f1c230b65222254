"""The values that travel between Discord, the use cases and the database.

Names are Discord's own. Every value is frozen: a change is a new value, and nothing that two parts
share can move under one of them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag
from typing import Final, Literal

from functions.shared import snowflakes

GuildId = snowflakes.GuildId
ChannelId = snowflakes.ChannelId
RoleId = snowflakes.RoleId
UserId = snowflakes.UserId
MessageId = snowflakes.MessageId

ChannelState = Literal["visible", "hidden", "archived", "deleted", "unknown"]
GuildState = Literal["present", "left"]

_MESSAGE_CONTENT_FLAGS: Final = (1 << 18) | (1 << 19)
"""Approved by Discord, or switched on in the portal below the threshold for approval."""
_AGE_RESTRICTED_LEVELS: Final = frozenset({1, 3})
"""EXPLICIT and AGE_RESTRICTED."""


class Permission(IntFlag):
    """The permission bits this product reads (Discord docs, Permissions).

    The bitsets that arrive hold many more, new ones among them; they pass through as integers.
    """

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    READ_MESSAGE_HISTORY = 1 << 16
    CONNECT = 1 << 20
    MANAGE_THREADS = 1 << 34


CHANNEL_TYPES: Final[dict[int, str]] = {
    0: "text",
    2: "voice",
    4: "category",
    5: "announcement",
    10: "announcement_thread",
    11: "public_thread",
    12: "private_thread",
    13: "stage",
    14: "directory",
    15: "forum",
    16: "media",
}
"""Discord's channel types by number, as `bot_channels.type` stores them (Discord docs, Channel)."""

PRIVATE_THREAD: Final = "private_thread"
THREAD_TYPES: Final = frozenset({"announcement_thread", "public_thread", PRIVATE_THREAD})
VOICE_TYPES: Final = frozenset({"voice", "stage"})
MESSAGE_TYPES: Final = frozenset({"text", "announcement"}) | VOICE_TYPES | THREAD_TYPES
"""Types whose own history holds messages."""
CLIP_SOURCE_TYPES: Final = MESSAGE_TYPES | {"forum", "media"}
"""Types worth reading for clips: those with messages, and those whose threads have them."""


def channel_type_name(number: int) -> str:
    """`text`, `voice`, ... or `type_99` for a type that did not exist when this was written."""
    return CHANNEL_TYPES.get(number, f"type_{number}")


@dataclass(frozen=True, slots=True)
class Overwrite:
    """A channel's exception for one role or one member; `id` is the role's or the user's."""

    id: int
    kind: Literal["role", "member"]
    allow: int
    deny: int


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel or an active thread, as Discord lists it."""

    id: ChannelId
    guild_id: GuildId
    type: str
    name: str
    parent_id: ChannelId | None = None
    position: int | None = None
    is_nsfw: bool = False
    last_message_id: MessageId | None = None
    overwrites: tuple[Overwrite, ...] = ()

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread: its access is its parent's."""
        return self.type in THREAD_TYPES


@dataclass(frozen=True, slots=True)
class GuildEntry:
    """One entry of the bot's guild list; `permissions` are the bot's, channel overwrites aside."""

    id: GuildId
    name: str
    icon: str | None
    permissions: int


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a guild; the one whose id is the guild's own is @everyone."""

    id: RoleId
    permissions: int


@dataclass(frozen=True, slots=True)
class Guild:
    """A guild as `GET /guilds/{id}` gives it.

    Attributes:
        nsfw_level: Discord's judgement of all of it (Discord docs, Guild NSFW Level); None if it
            was not told.
    """

    id: GuildId
    name: str
    icon: str | None
    owner_id: UserId
    roles: tuple[Role, ...]
    nsfw_level: int | None = None

    @property
    def is_age_restricted(self) -> bool:
        """Whether every channel counts as age-restricted."""
        return self.nsfw_level in _AGE_RESTRICTED_LEVELS


@dataclass(frozen=True, slots=True)
class InstalledGuild:
    """A guild as Discord tells of it when the bot is added to it."""

    id: GuildId
    name: str
    icon: str | None
    owner_id: UserId | None


@dataclass(frozen=True, slots=True)
class Member:
    """A guild member; `role_ids` never holds @everyone."""

    user_id: UserId
    role_ids: tuple[RoleId, ...]
    timed_out_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A Discord user; who is known only by id so far has no names."""

    id: UserId
    username: str | None = None
    global_name: str | None = None
    avatar: str | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """The bot's own application, as `GET /applications/@me` gives it."""

    id: int
    name: str
    flags: int
    bot_user_id: UserId | None
    interactions_endpoint_url: str | None
    event_webhooks_url: str | None
    event_webhooks_status: int | None
    redirect_uris: tuple[str, ...] = ()
    event_webhooks_types: tuple[str, ...] = ()
    verify_key: str | None = None

    @property
    def reads_message_content(self) -> bool:
        """Whether messages of others come with their text and files (Discord docs, Flags)."""
        return bool(self.flags & _MESSAGE_CONTENT_FLAGS)


@dataclass(frozen=True, slots=True)
class StoredGuild:
    """A row of `bot_guilds`, with what the sync needs to decide."""

    guild_id: GuildId
    name: str
    icon: str | None
    owner_user_id: UserId | None
    state: GuildState
    permissions: int | None
    bot_role_ids: list[RoleId] | None
    timed_out_until: datetime | None
    member_read_at: datetime | None
    overwrites_hash: str | None
    nsfw_level: int | None
    synced_at: datetime | None

    @property
    def is_age_restricted(self) -> bool:
        """Whether every channel counts as age-restricted, as far as is known."""
        return self.nsfw_level in _AGE_RESTRICTED_LEVELS


@dataclass(frozen=True, slots=True)
class StoredChannel:
    """A row of `bot_channels`, as far as the sync owns it."""

    channel_id: ChannelId
    name: str
    type: str
    parent_id: ChannelId | None
    position: int | None
    is_nsfw: bool
    is_reading: bool
    last_message_id: MessageId | None
    state: ChannelState
    permissions: int | None
    probed_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredThread:
    """A thread of `bot_channels`, and the channel whose access is its own."""

    channel_id: ChannelId
    type: str
    parent_id: ChannelId | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message, with what Discord tells of it (Discord docs, Attachment Structure).

    Attributes:
        size: Bytes.
        placeholder: A thumbhash, base64: a blurred preview without a download.
        is_spoiler: Covered until somebody chooses to see it.
        is_native_clip: Taken with Discord's own Clips; the fields after it may still be absent.
        clip_created_at: When the clip was taken, which is not when it was posted.
        participant_ids: Who took part in the stream.
        game: The recognised game's name.
        url: A link to the file that works for about a day; never stored.
    """

    id: int
    filename: str
    size: int
    title: str | None = None
    content_type: str | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    placeholder: str | None = None
    is_spoiler: bool = False
    is_native_clip: bool = False
    clip_created_at: datetime | None = None
    participant_ids: tuple[UserId, ...] = ()
    game_id: int | None = None
    game: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file to be sent along with a message."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message, with its own files or, for a forward, those of the message it carries.

    Attributes:
        has_all_files: Whether each of its files could be read.
        shows_content: Whether it has anything that Discord blanks without the Message Content
            intent: if so, what is not among its files is not there.
    """

    id: MessageId
    channel_id: ChannelId
    author_id: UserId
    author_name: str | None
    content: str
    attachments: tuple[Attachment, ...]
    is_forward: bool
    has_all_files: bool = True
    shows_content: bool = True


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A page of a channel's messages.

    Attributes:
        messages: Those that could be read, in no particular order.
        ids: The ids of all of them, of those that could not be read too.
        size: How many entries the page had.
        thread_ids: Threads that were begun with these messages.
    """

    messages: tuple[Message, ...]
    ids: tuple[MessageId, ...]
    size: int
    thread_ids: frozenset[ChannelId] = frozenset()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of a search.

    Attributes:
        total_results: How many messages match in all, as far as Discord knows.
        messages: Those of this page; Discord may give fewer than asked for in the middle, too.
        threads: The threads that they are in.
        size: How many entries the page had, readable or not.
    """

    total_results: int
    messages: tuple[Message, ...]
    threads: tuple[Channel, ...]
    size: int


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A page of a channel's archived threads.

    Attributes:
        next_cursor: Where the next page begins; None after the last one.
        oldest_archived_at: When the last of its threads was archived; those of the pages that
            follow were before. None if there are none, or they come in another order.
    """

    threads: tuple[Channel, ...]
    next_cursor: str | None
    oldest_archived_at: datetime | None = None
