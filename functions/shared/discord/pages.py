"""From Discord's JSON to pages of messages and of archived threads.

One message that makes no sense must not cost the others of its page: it is logged and left out.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Final, Literal, TypeVar

from functions.shared import errors, models
from functions.shared.discord import messages, payloads
from functions.shared.discord.fields import Fields
from functions.shared.models import ChannelId, GuildId, MessageId

ArchivedKind = Literal["public", "joined_private"]

_log = logging.getLogger("discord_clip_saver.discord")

_INDEX_NOT_READY: Final = 110_000
_EDGE: Final = timedelta(milliseconds=1)
_HAS_THREAD: Final = 1 << 5
"""Message flag: a thread was begun with this message."""
_THREAD_CREATED: Final = 18
"""Message type: somebody began a thread in this channel."""

T = TypeVar("T")


def message_page(document: object, route: str) -> models.MessagePage:
    """Read a page of a channel (Discord docs, Get Channel Messages).

    Raises:
        UnexpectedPayload: it is no list, or it has entries and none of them tells its id.
    """
    entries = payloads.items(document, route)
    ids = tuple(_ids(entries, route))
    if entries and not ids:
        raise errors.UnexpectedPayload("no message of the page has an id", route=route)
    found = tuple(_readable(entries, route, messages.message))
    thread_ids = frozenset(_thread_ids(entries, route))
    return models.MessagePage(found, ids, len(entries), thread_ids)


def search_page(document: object, route: str, guild_id: GuildId) -> models.SearchPage:
    """Read a page of a search (Discord docs, Search Guild Messages).

    Raises:
        IndexNotReady: Discord answered 202: the guild is not indexed yet.
        UnexpectedPayload: it is something else than a page.
    """
    fields = Fields(document, route)
    if fields.optional_number("code") == _INDEX_NOT_READY:
        raise errors.IndexNotReady(
            "the guild is being indexed; search again later",
            route=route,
            code=_INDEX_NOT_READY,
            retry_after=fields.optional_seconds("retry_after"),
        )
    # Each result is a list, which held its neighbours once and holds only itself now.
    entries = [
        message
        for result in fields.documents("messages")
        for message in (result if isinstance(result, list) else [result])
    ]
    threads = fields.documents("threads") if fields.has("threads") else []
    return models.SearchPage(
        total_results=fields.number("total_results"),
        messages=tuple(_readable(entries, route, messages.message)),
        threads=tuple(
            _readable(threads, route, lambda item, where: payloads.channel(item, where, guild_id))
        ),
        size=len(entries),
    )


def thread_page(
    document: object, route: str, guild_id: GuildId, kind: ArchivedKind
) -> models.ThreadPage:
    """Read a page of archived threads (Discord docs, List Public Archived Threads)."""
    fields = Fields(document, route)
    entries = fields.documents("threads")
    threads = tuple(
        _readable(entries, route, lambda item, where: payloads.channel(item, where, guild_id))
    )
    if not entries or not fields.is_true("has_more"):
        return models.ThreadPage(threads, None)
    last = Fields(entries[-1], route)
    if kind == "joined_private":
        return models.ThreadPage(threads, str(last.snowflake("id")))
    archived_at = last.child("thread_metadata").optional_instant("archive_timestamp")
    if archived_at is None:
        raise errors.UnexpectedPayload("a thread does not tell when it was archived", route=route)
    # The comparison is exclusive: others may share the moment at which the page ended.
    return models.ThreadPage(threads, (archived_at + _EDGE).isoformat(), archived_at)


def _ids(entries: Iterable[object], route: str) -> Iterator[MessageId]:
    """The ids of the entries that have one; what else is wrong with an entry is told later."""
    for entry in entries:
        with contextlib.suppress(errors.UnexpectedPayload):
            yield MessageId(Fields(entry, route).snowflake("id"))


def _thread_ids(entries: Iterable[object], route: str) -> Iterator[ChannelId]:
    """Threads that messages began, or tell of (Discord docs, Message Flags and Message Types)."""
    for entry in entries:
        with contextlib.suppress(errors.UnexpectedPayload):
            fields = Fields(entry, route)
            if (fields.optional_number("flags") or 0) & _HAS_THREAD:
                # It has the id of its message.
                yield ChannelId(fields.snowflake("id"))
            if fields.optional_number("type") == _THREAD_CREATED:
                yield ChannelId(fields.child("message_reference").snowflake("channel_id"))


def _readable(
    entries: Iterable[object], route: str, read: Callable[[object, str], T]
) -> Iterator[T]:
    for entry in entries:
        try:
            yield read(entry, route)
        except errors.UnexpectedPayload as error:
            number = next(_ids([entry], route), "without an id")
            _log.warning("Left out what makes no sense, %s: %s", number, error)
