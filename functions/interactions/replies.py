"""What goes back to Discord: the answers that commands give. Pure."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

from functions.shared import components
from functions.shared.components import Component

EPHEMERAL: Final = 1 << 6
"""Only the invoker sees the message (Discord docs, Message Flags)."""

_LONGEST_TITLE: Final = 256
LONGEST_VALUE: Final = 1024
_LONGEST_CONTENT: Final = 2000
_MOST_CHOICES: Final = 25
_LONGEST_LABEL: Final = 45
"""Limits of messages, embeds and modals (Discord docs, Embed Limits, Components)."""


class ReplyType(IntEnum):
    """Kinds of answers (Discord docs, Interaction Callback Type)."""

    PONG = 1
    CHANNEL_MESSAGE_WITH_SOURCE = 4
    DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE = 5
    DEFERRED_UPDATE_MESSAGE = 6
    UPDATE_MESSAGE = 7
    APPLICATION_COMMAND_AUTOCOMPLETE_RESULT = 8
    MODAL = 9


Reply = Mapping[str, Any]

PONG: Final[Reply] = {"type": ReplyType.PONG}
THINKING: Final[Reply] = {
    "type": ReplyType.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE,
    "data": {"flags": EPHEMERAL},
}
"""The answer follows later, as an edit that only the invoker sees."""
UPDATING: Final[Reply] = {"type": ReplyType.DEFERRED_UPDATE_MESSAGE}
"""The message whose component was used stays as it is, until it is edited."""


def sentence(text: str) -> Reply:
    """A plain message that only the invoker sees."""
    return _message({"content": text[:_LONGEST_CONTENT]})


def panel(
    title: str,
    description: str,
    fields: Sequence[tuple[str, str]],
    controls: Sequence[Component] = (),
    *,
    update: bool = False,
) -> Reply:
    """A message with a heading, named fields and controls, each in a row; only the invoker sees it.

    With `update` it replaces the message whose component was used.
    """
    embed = {
        "title": title[:_LONGEST_TITLE],
        "description": description,
        "color": components.COLOUR,
        "fields": [
            {"name": name, "value": value[:LONGEST_VALUE], "inline": False}
            for name, value in fields
        ],
    }
    rows = [components.row(each) for each in controls]
    return _message({"embeds": [embed], "components": rows}, update=update)


def layout(parts: Sequence[Component], *, update: bool = False) -> Reply:
    """A message of texts and rows, in their order; only the invoker sees it.

    With `update` it replaces the message whose component was used, which has to be one of these.
    """
    data = {"components": list(parts), "flags": EPHEMERAL | components.IS_COMPONENTS_V2}
    return _message(data, update=update)


def modal(
    custom_id: str, title: str, label: str, description: str | None, field: Component
) -> Reply:
    """A form with one field, and a description of it if there is one."""
    labelled: dict[str, Any] = {
        "type": components.ComponentType.LABEL,
        "label": label[:_LONGEST_LABEL],
        "component": field,
    }
    if description is not None:
        labelled["description"] = description
    return {
        "type": ReplyType.MODAL,
        "data": {"custom_id": custom_id, "title": title, "components": [labelled]},
    }


def choices(found: Sequence[tuple[str, str]]) -> Reply:
    """Suggestions for an option: what is shown, and what is sent."""
    return {
        "type": ReplyType.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT,
        "data": {
            "choices": [{"name": name, "value": value} for name, value in found[:_MOST_CHOICES]]
        },
    }


def _message(data: dict[str, Any], *, update: bool = False) -> Reply:
    return {
        "type": ReplyType.UPDATE_MESSAGE if update else ReplyType.CHANNEL_MESSAGE_WITH_SOURCE,
        # Whatever a server or a file is called, nobody is notified by our message.
        "data": {"flags": EPHEMERAL, **data, "allowed_mentions": {"parse": []}},
    }
