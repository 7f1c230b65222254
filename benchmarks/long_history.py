"""A guild with more messages than anybody would keep in memory: they are made when asked for."""

import bisect
from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property
from typing import Final

from clipsaver.emulator import messages
from clipsaver.emulator.channels import Channel
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.history import History
from clipsaver.emulator.messages import Message
from clipsaver.emulator.people import User
from clipsaver.emulator.world import World
from functions.shared import snowflakes

_AGE: Final = timedelta(days=365)
_APART: Final = timedelta(seconds=20)
_TEXT: Final = "gg, that was close. Same time tomorrow? " * 2


class LongHistory(History):
    """So many messages of one channel, every nth of them with a video.

    Args:
        channel: Where they are.
        author: Who wrote them.
        length: How many there are.
        every: How far apart the videos are.
    """

    def __init__(self, channel: Channel, author: User, *, length: int, every: int) -> None:
        super().__init__()
        self._channel = channel
        self._author = author
        self._every = every
        begun = snowflakes.least_at(channel.guild.world.now() - _AGE)
        apart = snowflakes.least_at(snowflakes.made_at(0) + _APART)
        # The channel's own number in the lowest bits keeps ids apart.
        first = begun + channel.position
        self._range = range(first, first + apart * length, apart)
        channel.last_message_id = self._range[-1]

    def __len__(self) -> int:
        return len(self._range)

    def candidates(self) -> Iterable[Message]:
        """Only those with a video: the bench asks for nothing else."""
        return self._videos.values()

    def count(self, before: int | None = None) -> int:
        """How many messages there are, or how many before an id."""
        return len(self._range) if before is None else bisect.bisect_left(self._range, before)

    def get(self, message_id: int) -> Message | None:
        """One message."""
        return self._made(message_id) if message_id in self._range else None

    def page(
        self, *, before: int | None = None, after: int | None = None, limit: int
    ) -> list[Message]:
        """Up to `limit` messages, newest first."""
        if after is not None:
            start = bisect.bisect_right(self._range, after)
            chosen = self._range[start : start + limit]
        else:
            end = self.count(before)
            chosen = self._range[max(0, end - limit) : end]
        return [self._made(message_id) for message_id in reversed(chosen)]

    @cached_property
    def _videos(self) -> dict[int, Message]:
        found = {}
        for message_id in self._range[:: self._every]:
            attachment = messages.video(f"{message_id}.mp4")
            attachment.id = message_id
            found[message_id] = self._message(message_id, [attachment])
        return found

    def _made(self, message_id: int) -> Message:
        return self._videos.get(message_id) or self._message(message_id, [])

    def _message(self, message_id: int, attachments: list[messages.Attachment]) -> Message:
        return Message(
            id=message_id,
            channel_id=self._channel.id,
            author=self._author,
            content=_TEXT,
            attachments=attachments,
        )


class LongWorld(World):
    """A world whose channels can have long histories."""

    def write(self, channel: Channel, author: User, *, length: int, every: int) -> None:
        """Fill a channel."""
        history = LongHistory(channel, author, length=length, every=every)
        self._histories[channel.id] = history


def build(channels: int, length: int, every: int) -> tuple[LongWorld, Guild]:
    """A world with one guild of so many channels, each with so many messages."""
    world = LongWorld()
    owner = world.add_user("ada")
    guild = world.add_guild("Arena", owner)
    for number in range(channels):
        channel = guild.add_channel(f"channel-{number}")
        channel.position = number
        world.write(channel, owner, length=length, every=every)
    return world, guild
