"""The messages of one channel, kept in order of their ids."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, Any

from clipsaver.emulator.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from clipsaver.emulator.channels import Channel
    from clipsaver.emulator.messages import Attachment
    from clipsaver.emulator.people import User


class History:
    """Messages by id. What was deleted stays known to search for a while, as on Discord."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._messages: dict[int, Message] = {}
        self.deleted: dict[int, Message] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def all(self) -> list[Message]:
        """Every message, oldest first."""
        return [self._messages[message_id] for message_id in list(self._ids)]

    def candidates(self) -> Iterable[Message]:
        """The messages that a search with filters looks at: all, and those deleted lately."""
        return [*self.all(), *self.deleted.values()]

    def count(self, before: int | None = None) -> int:
        """How many messages there are, or how many before an id."""
        return len(self._ids) if before is None else bisect.bisect_left(self._ids, before)

    def get(self, message_id: int) -> Message | None:
        """One message, or None when it is not there."""
        return self._messages.get(message_id)

    def add(self, message: Message) -> None:
        """Put a message where its id belongs."""
        self._messages[message.id] = message
        bisect.insort(self._ids, message.id)

    def delete(self, message_id: int) -> None:
        """Take a message out."""
        self.deleted[message_id] = self._messages.pop(message_id)
        self._ids.remove(message_id)

    def post(
        self,
        channel: Channel,
        author: User,
        content: str,
        attachments: Sequence[Attachment],
        *,
        at: datetime | None,
        **fields: Any,  # noqa: ANN401 -- handed on to Message, which knows their types.
    ) -> Message:
        """Write a message into this channel; a thread that was archived becomes active again."""
        world = channel.guild.world
        for attachment in attachments:
            attachment.id = world.mint.next(at)
        message = Message(
            id=world.mint.next(at),
            channel_id=channel.id,
            author=author,
            content=content,
            attachments=list(attachments),
            **fields,
        )
        self.add(message)
        channel.last_message_id = self._ids[-1]
        thread = channel.thread
        if thread is not None and thread.archived and not thread.locked and at is None:
            thread.unarchive()
        return message

    def page(
        self, *, before: int | None = None, after: int | None = None, limit: int
    ) -> list[Message]:
        """Up to `limit` messages, newest first (Discord docs, Get Channel Messages).

        With `after` these are the oldest ones past it, still listed newest first.
        """
        if after is not None:
            start = bisect.bisect_right(self._ids, after)
            chosen = self._ids[start : start + limit]
        else:
            end = len(self._ids) if before is None else bisect.bisect_left(self._ids, before)
            chosen = self._ids[max(0, end - limit) : end]
        return [self._messages[message_id] for message_id in reversed(chosen)]

    def around(self, message_id: int, *, limit: int) -> list[Message]:
        """About half of `limit` on either side of an id, which need not exist; newest first."""
        middle = bisect.bisect_left(self._ids, message_id)
        start = max(0, middle - limit // 2)
        chosen = self._ids[start : start + limit]
        return [self._messages[chosen_id] for chosen_id in reversed(chosen)]
