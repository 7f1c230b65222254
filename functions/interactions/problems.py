"""What keeps the bot from reading what it is to read, each with what helps. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from functions.interactions import replies
from functions.shared import models, settings, texts
from functions.shared.db import channels

_ROOM_FOR_MORE: Final = 60
"""Characters kept for the line that counts what was left out."""


def listed(lines: Sequence[str], words: texts.Texts) -> str:
    """As many whole lines as an embed's field has room for, and how many there are besides."""
    room = replies.LONGEST_VALUE - _ROOM_FOR_MORE
    shown: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            shown.append(words.problem_more.format(count=len(lines) - len(shown)))
            break
        shown.append(line)
    return "\n".join(shown)


def unread_content(summary: object, words: texts.Texts) -> Iterator[str]:
    """The last sync noted whether the application may see what others post."""
    if isinstance(summary, dict) and summary.get("message_content") is False:
        yield words.problem_message_content


def lacking(channel: channels.ChannelAccess, words: texts.Texts) -> Iterator[str]:
    """What the bot lacks in a channel that it is to read; a thread's access is its channel's."""
    if channel.permissions is None or channel.type in models.THREAD_TYPES:
        return
    mention = f"<#{channel.channel_id}>"
    bits = channel.permissions
    if not bits & models.Permission.VIEW_CHANNEL:
        # A mention of a channel that the bot cannot see still works for those who can.
        yield words.problem_view.format(channel=mention)
    elif channel.type in models.VOICE_TYPES and not bits & models.Permission.CONNECT:
        yield words.problem_connect.format(channel=mention)
    elif not bits & models.Permission.READ_MESSAGE_HISTORY:
        yield words.problem_history.format(channel=mention)


def restricted(
    reading: Sequence[channels.ChannelAccess], own: settings.GuildSettings, words: texts.Texts
) -> Iterator[str]:
    """Age-restricted channels that are to be read, and are not because the server says so."""
    if own.scan_nsfw:
        return
    for channel in reading:
        if channel.is_nsfw and channel.type not in models.THREAD_TYPES:
            yield words.problem_age_restricted.format(channel=f"<#{channel.channel_id}>")
