"""Whether clips are still there, and links to them that work: their messages are read again.

Links die within a day or so, and nobody tells a bot without a gateway that a message was deleted.
Both are answered by the same request, so no link is ever stored.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from functions.shared import errors, models
from functions.shared.db import clips as stored_clips
from functions.shared.db import scan_work, tombstones
from functions.shared.db.clip_search import FoundClip
from functions.shared.db.connection import Database
from functions.shared.db.tombstones import ClipKey, MessageKey
from functions.shared.discord.client import DiscordClient
from functions.shared.models import ChannelId, GuildId, Message, MessageId

_log = logging.getLogger("discord_clip_saver.catalogue")

_READ_SECONDS: Final = 5.0
"""Somebody waits; what takes longer is left out."""
_UNKNOWN_CHANNEL: Final = 10003
_UNKNOWN_MESSAGE: Final = 10008


@dataclass(frozen=True, slots=True)
class LinkedClip:
    """A clip that is there, with a link that works for about a day."""

    clip: FoundClip
    url: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What Discord says of some clips now.

    Attributes:
        linked: Those that are there, in the order they were asked for.
        deleted: Messages that are gone, with all of their files.
        removed: Files that were taken off messages that are still there.
        doubtful: How many clips could not be asked about.
        closed_ids: Channels that the bot may not read any more.
        gone_ids: Those of them that Discord does not know any more.
    """

    linked: tuple[LinkedClip, ...]
    deleted: tuple[MessageKey, ...]
    removed: tuple[ClipKey, ...]
    doubtful: int
    closed_ids: frozenset[ChannelId]
    gone_ids: frozenset[ChannelId]


class _Doubt(Exception):
    """A message could not be read; nothing is known of it."""


_Reading = Message | errors.NotFound | errors.Forbidden | _Doubt


async def check(discord: DiscordClient, clips: Sequence[FoundClip]) -> Truth:
    """Read the messages of some clips again, each once, all at the same time.

    Raises:
        Unauthorized: the bot token is wrong.
    """
    keys = list(dict.fromkeys((clip.channel_id, clip.message_id) for clip in clips))
    readings = await asyncio.gather(*(_read(discord, *key) for key in keys))
    return _judged(clips, dict(zip(keys, readings, strict=True)))


async def bury(database: Database, guild_id: GuildId, truth: Truth) -> None:
    """Delete what is gone for good, so that neither a search nor a scan shows it again.

    Of a thread that is gone, only that is noted: as a channel's, its clips are closed to everybody.
    """
    if truth.gone_ids:
        async with database.transaction() as transaction:
            for channel_id in truth.gone_ids:
                await scan_work.mark_thread_deleted(transaction, guild_id, channel_id)
    if not truth.deleted and not truth.removed:
        return
    async with database.transaction() as transaction:
        await stored_clips.lock_against_saving(transaction, guild_id)
        await tombstones.bury_messages(transaction, guild_id, truth.deleted)
        await tombstones.bury_clips(transaction, guild_id, truth.removed, "attachment_removed")
    _log.info(
        "Buried what Discord no longer has: %d messages, %d files",
        len(truth.deleted),
        len(truth.removed),
    )


async def _read(discord: DiscordClient, channel_id: ChannelId, message_id: MessageId) -> _Reading:
    try:
        async with asyncio.timeout(_READ_SECONDS):
            return await discord.get_message(channel_id, message_id)
    except errors.Unauthorized:
        raise
    except (errors.NotFound, errors.Forbidden) as error:
        return error
    except (errors.DiscordError, TimeoutError) as error:
        _log.warning("A message could not be read again: %s", str(error) or "timeout")
        return _Doubt()


def _judged(clips: Sequence[FoundClip], readings: Mapping[MessageKey, _Reading]) -> Truth:
    """Decide what became of each clip. Pure."""
    linked: list[LinkedClip] = []
    deleted: dict[MessageKey, None] = {}
    removed: list[ClipKey] = []
    closed_ids: set[ChannelId] = set()
    gone_ids: set[ChannelId] = set()
    doubtful = 0
    for clip in clips:
        key = clip.channel_id, clip.message_id
        match readings[key]:
            case errors.NotFound(code=code) if code == _UNKNOWN_MESSAGE:
                deleted[key] = None
            case models.Message() as message if url := _link(message, clip.attachment_id):
                linked.append(LinkedClip(clip, url))
            case models.Message() as message if _shows_its_content(message):
                removed.append((*key, clip.attachment_id))
            case reading:
                doubtful += 1
                if isinstance(reading, errors.NotFound | errors.Forbidden):
                    closed_ids.add(clip.channel_id)
                    if reading.code == _UNKNOWN_CHANNEL:
                        gone_ids.add(clip.channel_id)
    return Truth(
        linked=tuple(linked),
        deleted=tuple(deleted),
        removed=tuple(removed),
        doubtful=doubtful,
        closed_ids=frozenset(closed_ids),
        gone_ids=frozenset(gone_ids),
    )


def _link(message: Message, attachment_id: int) -> str | None:
    return next((each.url for each in message.attachments if each.id == attachment_id), None)


def _shows_its_content(message: Message) -> bool:
    """Whether a message has anything in it.

    Without the Message Content intent Discord blanks all messages: one without text and files says
    nothing about which files it has.
    """
    return bool(message.content or message.attachments)
