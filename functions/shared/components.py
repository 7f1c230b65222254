"""Components of messages and forms (Discord docs, Component Reference). Pure."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

IS_COMPONENTS_V2: Final = 1 << 15
"""Message flag: the message consists of components alone, and stays so when it is edited."""
COLOUR: Final = 0x5865F2
"""Of what is shown in an embed."""

Component = Mapping[str, Any]


class ComponentType(IntEnum):
    """Kinds of components."""

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    TEXT_DISPLAY = 10
    MEDIA_GALLERY = 12
    LABEL = 18


class ButtonStyle(IntEnum):
    """Looks of buttons."""

    PRIMARY = 1
    SECONDARY = 2
    DANGER = 4


def text(content: str) -> Component:
    """A text of a message that consists of components."""
    return {"type": ComponentType.TEXT_DISPLAY, "content": content}


def video(url: str, *, is_spoiler: bool) -> Component:
    """A video of such a message."""
    item = {"media": {"url": url}, "spoiler": is_spoiler}
    return {"type": ComponentType.MEDIA_GALLERY, "items": [item]}


def row(*components: Component) -> Component:
    """A row of buttons, at most five."""
    return {"type": ComponentType.ACTION_ROW, "components": list(components)}


def button(custom_id: str, label: str, style: ButtonStyle, *, disabled: bool = False) -> Component:
    """A button."""
    return {
        "type": ComponentType.BUTTON,
        "custom_id": custom_id,
        "label": label,
        "style": style,
        "disabled": disabled,
    }


def select(custom_id: str, placeholder: str, options: Sequence[tuple[str, str, str]]) -> Component:
    """A select of one among options: value, label, description."""
    return {
        "type": ComponentType.STRING_SELECT,
        "custom_id": custom_id,
        "placeholder": placeholder,
        "options": [
            {"value": value, "label": label, "description": description}
            for value, label, description in options
        ],
    }
