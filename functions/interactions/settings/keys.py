"""The settings that admins may change, what somebody's input means, and where a value comes from.

Pure. Bounds and types are those of `GuildSettings`, so that a value which passes here is one that
every function accepts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import annotated_types

from functions.shared import settings

Source = Literal["default", "guild", "parent", "channel"]
"""Where a value comes from; `parent` is the channel that a thread is in."""
Kind = Literal["switch", "number", "text"]

IS_READING: Final = "is_reading"
"""A channel's own switch, a column of its row; every other setting is a key of a JSONB."""

GUILD_KEYS: Final = tuple(settings.GuildSettings.model_fields)
CHANNEL_KEYS: Final = (IS_READING, "max_file_size_mb")

_ON: Final = frozenset({"on", "true", "yes", "1", "an", "ja", "ein"})
_OFF: Final = frozenset({"off", "false", "no", "0", "aus", "nein"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a setting takes: a kind, and for numbers and texts from where to where."""

    kind: Kind
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Value:
    """A value in force, and where it comes from."""

    key: str
    value: Any
    source: Source


class Unacceptable(ValueError):
    """Somebody's input is no value of this setting; `bounds` say what would be."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__(bounds.kind)
        self.bounds = bounds


def is_inherited(key: str) -> bool:
    """Whether the setting can be left to a default, or to the guild."""
    return key != IS_READING


def bounds_of(key: str) -> Bounds:
    """What a setting takes."""
    if key == IS_READING:
        return Bounds("switch")
    field = settings.GuildSettings.model_fields[key]
    if field.annotation is bool:
        return Bounds("switch")
    limits: dict[str, int] = {}
    for constraint in field.metadata:
        match constraint:
            case annotated_types.Ge(ge=int(least)):
                limits["least"] = least
            case annotated_types.Le(le=int(most)):
                limits["most"] = most
            case annotated_types.MinLen(min_length=least):
                limits["least"] = least
            case annotated_types.MaxLen(max_length=most):
                limits["most"] = most
    return Bounds("number" if field.annotation is int else "text", **limits)


def parse(key: str, text: str) -> Any:  # noqa: ANN401 -- a setting's value is JSON
    """What somebody typed, as a value.

    Raises:
        Unacceptable: it is none.
    """
    bounds, text = bounds_of(key), text.strip()
    if bounds.kind == "switch":
        if text.lower() not in _ON | _OFF:
            raise Unacceptable(bounds)
        return text.lower() in _ON
    if bounds.kind == "text":
        if not bounds.least <= len(text) <= bounds.most or not text.isprintable():
            raise Unacceptable(bounds)
        return text
    if not text.isascii() or not text.isdigit() or len(text) > len(str(bounds.most)):
        raise Unacceptable(bounds)
    if not bounds.least <= int(text) <= bounds.most:
        raise Unacceptable(bounds)
    return int(text)


def guild_values(stored: object, defaults: settings.GuildSettings) -> list[Value]:
    """Every setting of a guild; what is stored and invalid counts as not set.

    A new guild is given all defaults, so a value that is the default counts as one.
    """
    own, _ = settings.GuildSettings.from_stored(stored, defaults)
    return [
        Value(key, value, "default" if value == getattr(defaults, key) else "guild")
        for key, value in own.model_dump().items()
    ]


def channel_values(
    stored: object, parent: object, *, is_reading: bool, guild: list[Value]
) -> list[Value]:
    """Every setting of a channel: its own where it has one, else its parent's or the guild's."""
    inherited = [value for value in guild if value.key in CHANNEL_KEYS]
    values = _overlaid(stored, "channel", _overlaid(parent, "parent", inherited))
    return [Value(IS_READING, is_reading, "channel"), *values]


def _overlaid(stored: object, source: Source, values: list[Value]) -> list[Value]:
    """Values, with those in their place that are stored and make sense."""
    given = stored if isinstance(stored, Mapping) else {}
    overlaid = []
    for inherited in values:
        own = {inherited.key: given[inherited.key]} if inherited.key in given else {}
        _, problems = settings.GuildSettings.from_stored(own, settings.GuildSettings())
        if own and not problems:
            overlaid.append(Value(inherited.key, own[inherited.key], source))
        else:
            overlaid.append(inherited)
    return overlaid
