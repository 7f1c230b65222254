"""The index behind a guild's message search: built when first asked, and a little behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from clipsaver.emulator import access
from clipsaver.emulator.messages import Message, MessageFlag

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import QueryParams

    from clipsaver.emulator.channels import Channel
    from clipsaver.emulator.guilds import Guild, Member

_RESTRICTED_LEVELS: Final = frozenset({1, 3})
HAS: Final[dict[str, Callable[[Message], bool]]] = {
    "video": lambda message: _has_type(message, "video/"),
    "image": lambda message: _has_type(message, "image/"),
    "sound": lambda message: _has_type(message, "audio/"),
    "file": lambda message: bool(message.attachments),
    "embed": lambda message: bool(message.embeds),
    "link": lambda message: "http://" in message.content or "https://" in message.content,
    "snapshot": lambda message: bool(message.flags & MessageFlag.HAS_SNAPSHOT),
    "sticker": lambda _: False,
    "poll": lambda _: False,
}
_FILTERS: Final = frozenset(
    {"has", "author_id", "attachment_extension", "content", "min_id", "sort_order"}
)
"""What makes a search look at each message."""


class Found(NamedTuple):
    """How many messages match, and a page of them."""

    total: int
    page: list[Message]


class SearchIndex:
    """Which guilds have been indexed.

    Attributes:
        rounds: How many times a guild is answered 202 before its index is there.
    """

    def __init__(self) -> None:
        self.rounds = 1
        self._asked: dict[int, int] = {}

    def is_ready(self, guild: Guild) -> bool:
        """Whether the index is there; being asked is what gets it built."""
        asked = self._asked.get(guild.id, 0)
        self._asked[guild.id] = asked + 1
        return asked >= self.rounds

    def find(self, member: Member, query: QueryParams, offset: int, limit: int) -> Found:
        """Matching messages of the channels that the member can read, newest first.

        Messages deleted meanwhile are still among them: that is how pages come out short.
        """
        channels = _searched(member, query)
        if not query.keys() & _FILTERS:
            return _newest(channels, _number(query, "max_id"), offset, limit)
        wanted = [_has_filter(name) for name in query.getlist("has")]
        wanted += _field_filters(query)
        found = [
            message
            for channel in channels
            for message in channel.history.candidates()
            if all(matches(message) for matches in wanted)
        ]
        found.sort(key=lambda message: message.id, reverse=query.get("sort_order") != "asc")
        return Found(len(found), found[offset : offset + limit])


def _newest(channels: list[Channel], before: int | None, offset: int, limit: int) -> Found:
    """A page of all messages, without looking at each of them."""
    histories = [channel.history for channel in channels]
    deleted = [
        message
        for history in histories
        for message in history.deleted.values()
        if before is None or message.id < before
    ]
    newest = [
        message
        for history in histories
        for message in history.page(before=before, limit=offset + limit)
    ]
    found = sorted([*newest, *deleted], key=lambda message: message.id, reverse=True)
    total = len(deleted) + sum(history.count(before) for history in histories)
    return Found(total, found[offset : offset + limit])


def _searched(member: Member, query: QueryParams) -> list[Channel]:
    only = set(query.getlist("channel_id"))
    includes_nsfw = query.get("include_nsfw", "false").lower() in ("true", "1")
    guild = member.guild
    return [
        channel
        for channel in [*guild.channels.values(), *guild.threads.values()]
        if (not only or str(channel.id) in only)
        and access.reads(member, channel)
        and (includes_nsfw or not _is_restricted(guild, channel))
    ]


def _is_restricted(guild: Guild, channel: Channel) -> bool:
    return channel.rules.nsfw or guild.nsfw_level in _RESTRICTED_LEVELS


def _has_filter(name: str) -> Callable[[Message], bool]:
    matches = HAS[name.removeprefix("-")]
    return matches if not name.startswith("-") else lambda message: not matches(message)


def _field_filters(query: QueryParams) -> list[Callable[[Message], bool]]:
    filters: list[Callable[[Message], bool]] = []
    if authors := set(query.getlist("author_id")):
        filters.append(lambda message: str(message.author.id) in authors)
    if extensions := tuple(f".{each}" for each in query.getlist("attachment_extension")):
        filters.append(
            lambda message: any(each.filename.endswith(extensions) for each in message.attachments)
        )
    if words := query.get("content", "").lower():
        filters.append(lambda message: words in message.content.lower())
    least, most = _number(query, "min_id"), _number(query, "max_id")
    if least is not None:
        filters.append(lambda message: message.id > least)
    if most is not None:
        filters.append(lambda message: message.id < most)
    return filters


def _number(query: QueryParams, name: str) -> int | None:
    return int(query[name]) if query.get(name) else None


def _has_type(message: Message, prefix: str) -> bool:
    return any((each.content_type or "").startswith(prefix) for each in message.attachments)
