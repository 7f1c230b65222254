"""What goes back to Discord: the answers that commands give. Pure."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

EPHEMERAL: Final = 1 << 6
"""Only the invoker sees the message (Discord docs, Message Flags)."""

_COLOUR: Final = 0x5865F2


class ReplyType(IntEnum):
    """Kinds of answers (Discord docs, Interaction Callback Type)."""

    PONG = 1
    CHANNEL_MESSAGE_WITH_SOURCE = 4
    APPLICATION_COMMAND_AUTOCOMPLETE_RESULT = 8


Reply = Mapping[str, Any]

PONG: Final[Reply] = {"type": ReplyType.PONG}
NO_CHOICES: Final[Reply] = {
    "type": ReplyType.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT,
    "data": {"choices": []},
}


def sentence(text: str) -> Reply:
    """A plain message that only the invoker sees."""
    return _message({"content": text})


def panel(title: str, description: str, fields: Sequence[tuple[str, str]]) -> Reply:
    """A message with a heading and named fields that only the invoker sees."""
    embed = {
        "title": title,
        "description": description,
        "color": _COLOUR,
        "fields": [{"name": name, "value": value, "inline": False} for name, value in fields],
    }
    return _message({"embeds": [embed]})


def _message(data: dict[str, Any]) -> Reply:
    return {
        "type": ReplyType.CHANNEL_MESSAGE_WITH_SOURCE,
        # Whatever a server or a file is called, nobody is notified by our message.
        "data": {**data, "flags": EPHEMERAL, "allowed_mentions": {"parse": []}},
    }
