"""An interaction as Discord sends it, read leniently into what the commands need. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from functions.shared import errors, models


class InteractionType(IntEnum):
    """What somebody did (Discord docs, Receiving and Responding)."""

    PING = 1
    APPLICATION_COMMAND = 2
    MESSAGE_COMPONENT = 3
    APPLICATION_COMMAND_AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


_KNOWN_TYPES: Final = frozenset(InteractionType)
_MOST_DIGITS: Final = 40
_LARGEST_BIGINT: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Interaction:
    """Who asks for what, and where.

    Attributes:
        id: Decimal digits, or empty if Discord sent none.
        name: The command's name, or a component's or modal's custom_id.
        guild_id: None in direct messages.
        permissions: The invoker's in this channel, as Discord signed them; 0 in direct messages.
    """

    type: InteractionType
    id: str
    name: str
    guild_id: models.GuildId | None
    permissions: int
    locale: str

    @property
    def by_manager(self) -> bool:
        """Whether the invoker may manage the server."""
        wanted = models.Permission.MANAGE_GUILD | models.Permission.ADMINISTRATOR
        return bool(self.permissions & wanted)


def parse(body: bytes, application_id: str) -> Interaction:
    """Read a verified body.

    Raises:
        InvalidEvent: it is no interaction, or one of another application.
    """
    document = _document(body)
    given = document.get("type")
    # Python takes true for 1.
    if not isinstance(given, int) or isinstance(given, bool) or given not in _KNOWN_TYPES:
        raise errors.InvalidEvent("unknown interaction type")
    kind = InteractionType(given)
    if document.get("application_id", application_id) != application_id:
        raise errors.InvalidEvent("the interaction belongs to another application")
    data, member = _mapping(document.get("data")), _mapping(document.get("member"))
    return Interaction(
        type=kind,
        id=_digits(document.get("id")),
        name=_text(data.get("name")) or _text(data.get("custom_id")),
        guild_id=_guild_id(document.get("guild_id")),
        permissions=_number(member.get("permissions")),
        locale=_text(document.get("locale")),
    )


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise errors.InvalidEvent("the body is not JSON") from error
    if not isinstance(document, dict):
        raise errors.InvalidEvent("the body must be a JSON object")
    return document


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _digits(value: object) -> str:
    """A bitset or an id, which Discord sends as a decimal string; empty for anything else."""
    text = _text(value)
    return text if text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS else ""


def _number(value: object) -> int:
    return int(_digits(value) or 0)


def _guild_id(value: object) -> models.GuildId | None:
    number = _number(value)
    return models.GuildId(number) if 0 < number <= _LARGEST_BIGINT else None
