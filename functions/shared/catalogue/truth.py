"""Whether clips are still there, and links to them that work: their messages are read again.

Links die within a day or so, and nobody tells a bot without a gateway that a message was deleted.
Both are answered by the same request, so no link is ever stored.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from functions.shared import errors, models
from functions.shared.db import clips as stored_clips
from functions.shared.db import scan_work, tombstones
from functions.shared.db.clip_search import FoundClip
from functions.shared.db.connection import Database
from functions.shared.db.tombstones import ClipKey, MessageKey
from functions.shared.discord import codes
from functions.shared.discord.client import DiscordClient
from functions.shared.models import ChannelId, GuildId, Message, MessageId

_log = logging.getLogger("discord_clip_saver.catalogue")

_READ_SECONDS: Final = 5.0
"""Somebody waits; what takes longer is left out."""


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
        edited: Messages whose text is another one than what is kept of it.
        deleted: Messages that are gone, with all of their files.
        removed: Files that were taken off messages that are still there.
        doubtful: How many clips could not be asked about.
        closed_ids: Channels that the bot may not read any more.
        gone_ids: Those of them that Discord does not know any more.
    """

    linked: tuple[LinkedClip, ...]
    edited: tuple[Message, ...]
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
    readings = await _read_all(discord, keys)
    shown = await _shown_empty(discord, readings)
    return _judged(clips, readings | shown, frozenset(shown))


async def keep(database: Database, guild_id: GuildId, truth: Truth) -> None:
    """Let the catalogue follow: bury what is gone for good, and take over what was edited.

    What is buried neither a search nor a scan shows again. Of a thread that is gone, only that is
    noted: as a channel's, its clips are closed to everybody.
    """
    if truth.edited:
        async with database.transaction() as transaction:
            await stored_clips.update_texts(transaction, guild_id, truth.edited)
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


async def _read_all(
    discord: DiscordClient, keys: Sequence[MessageKey]
) -> dict[MessageKey, _Reading]:
    readings = await asyncio.gather(*(_read(discord, *key) for key in keys))
    return dict(zip(keys, readings, strict=True))


async def _shown_empty(
    discord: DiscordClient, readings: Mapping[MessageKey, _Reading]
) -> dict[MessageKey, _Reading]:
    """Read the messages again that seem empty, to tell those that are from those that are blanked.

    Without the Message Content intent Discord blanks all messages. Some have nothing that could be:
    stickers alone, for instance. What was read between two sights of the intent is as it seems.
    """
    empty = [
        key
        for key, reading in readings.items()
        if isinstance(reading, Message) and not reading.shows_content
    ]
    if not empty or not await _shows_content(discord):
        return {}
    again = await _read_all(discord, empty)
    return again if await _shows_content(discord) else {}


async def _shows_content(discord: DiscordClient) -> bool:
    """Whether the Message Content intent is on; in doubt it is not."""
    try:
        async with asyncio.timeout(_READ_SECONDS):
            return (await discord.get_application()).reads_message_content
    except errors.Unauthorized:
        raise
    except (errors.DiscordError, TimeoutError):
        return False


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


def _judged(
    clips: Sequence[FoundClip],
    readings: Mapping[MessageKey, _Reading],
    shown: Collection[MessageKey],
) -> Truth:
    """Decide what became of each clip. Pure.

    Args:
        clips: Those that were asked for.
        readings: What was read of their messages.
        shown: Messages that are certain not to be blanked, empty as they may seem.
    """
    linked: list[LinkedClip] = []
    edited: dict[MessageKey, Message] = {}
    deleted: dict[MessageKey, None] = {}
    removed: list[ClipKey] = []
    closed_ids: set[ChannelId] = set()
    gone_ids: set[ChannelId] = set()
    doubtful = 0
    for clip in clips:
        key = clip.channel_id, clip.message_id
        match readings[key]:
            case errors.NotFound(code=codes.UNKNOWN_MESSAGE):
                deleted[key] = None
            case models.Message() as message if url := _link(message, clip.attachment_id):
                linked.append(LinkedClip(clip, url))
                if clip.message_text not in (None, message.content):
                    edited[key] = message
            case models.Message() as message if (
                not _has(message, clip.attachment_id)
                and message.has_all_files
                and (message.shows_content or key in shown)
            ):
                removed.append((*key, clip.attachment_id))
            case reading:
                doubtful += 1
                if isinstance(reading, errors.NotFound | errors.Forbidden):
                    closed_ids.add(clip.channel_id)
                    if reading.code == codes.UNKNOWN_CHANNEL:
                        gone_ids.add(clip.channel_id)
    return Truth(
        linked=tuple(linked),
        edited=tuple(edited.values()),
        deleted=tuple(deleted),
        removed=tuple(removed),
        doubtful=doubtful,
        closed_ids=frozenset(closed_ids),
        gone_ids=frozenset(gone_ids),
    )


def _link(message: Message, attachment_id: int) -> str | None:
    return next((each.url for each in message.attachments if each.id == attachment_id), None)


def _has(message: Message, attachment_id: int) -> bool:
    return any(each.id == attachment_id for each in message.attachments)
