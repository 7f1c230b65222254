"""An interaction as Discord sends it, read leniently into what the commands need. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from functions.shared import errors, snowflakes

if TYPE_CHECKING:
    from functions.shared import jobs


class InteractionType(IntEnum):
    """What somebody did (Discord docs, Receiving and Responding)."""

    PING = 1
    APPLICATION_COMMAND = 2
    MESSAGE_COMPONENT = 3
    APPLICATION_COMMAND_AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


_KNOWN_TYPES: Final = frozenset(InteractionType)
_MOST_DIGITS: Final = 40
_SEPARATOR: Final = ":"
_SUB_COMMAND: Final = 1
"""The type of an option that holds options (Discord docs, Application Command Option Type)."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Interaction:
    """Who asks for what, and where.

    Attributes:
        id: Decimal digits, or empty if Discord sent none.
        name: The command's name, with that of its subcommand after a blank; for components and
            modals, the first part of their custom_id.
        arguments: The other parts of the custom_id. Anybody may have made them up: they name
            things, and authorise nothing.
        guild_id: None in direct messages.
        user_id: The invoker; 0 if Discord sent none.
        permissions: The invoker's in this channel, as Discord signed them; 0 in direct messages.
        role_ids: The invoker's roles without @everyone, as Discord signed them.
        timed_out_until: The end of the invoker's time-out, as Discord signed it.
        token: What a later answer is authorised by; a secret.
        options: The command's options, texts only, by name.
        focused: The option that is being typed, for autocompletion.
        inputs: What was entered in a modal, or chosen in a select (under the name `values`).
        channel: The channel as Discord describes it, possibly empty.
        message: The message that a message command was used on, possibly empty.
        on_message: Whether a component of a message was used, which can then be updated.
    """

    type: InteractionType
    id: str
    name: str
    arguments: tuple[str, ...]
    guild_id: snowflakes.GuildId | None
    user_id: snowflakes.UserId
    permissions: int
    role_ids: tuple[snowflakes.RoleId, ...]
    timed_out_until: datetime | None
    locale: str
    token: str = field(repr=False)
    options: Mapping[str, str]
    focused: str | None
    inputs: Mapping[str, tuple[str, ...]]
    channel: Document
    message: Document
    on_message: bool

    @property
    def by_manager(self) -> bool:
        """Whether the invoker may manage the server."""
        # Only here: a PING needs no models.
        from functions.shared import models  # noqa: PLC0415

        wanted = models.Permission.MANAGE_GUILD | models.Permission.ADMINISTRATOR
        return bool(self.permissions & wanted)

    @property
    def number(self) -> int:
        """The id as a number; 0 if Discord sent none."""
        return bigint(self.id)

    def ticket(self) -> "jobs.Ticket":
        """The right to answer later."""
        from functions.shared import jobs  # noqa: PLC0415 -- as above

        return jobs.Ticket(self.number, self.token, self.locale, self.user_id)


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
    if document.get("application_id", application_id) != application_id:
        raise errors.InvalidEvent("the interaction belongs to another application")
    data, member = _mapping(document.get("data")), _mapping(document.get("member"))
    user = _mapping(member.get("user")) or _mapping(document.get("user"))
    name, *arguments = (_text(data.get("name")) or _text(data.get("custom_id"))).split(_SEPARATOR)
    options = list(_objects(data.get("options")))
    if options and options[0].get("type") == _SUB_COMMAND:
        name = f"{name} {_text(options[0].get('name'))}"
        options = list(_objects(options[0].get("options")))
    return Interaction(
        type=InteractionType(given),
        id=_digits(document.get("id")),
        name=name,
        arguments=tuple(arguments),
        guild_id=snowflakes.GuildId(bigint(document.get("guild_id"))) or None,
        user_id=snowflakes.UserId(bigint(user.get("id"))),
        permissions=int(_digits(member.get("permissions")) or 0),
        role_ids=tuple(snowflakes.RoleId(bigint(each)) for each in _texts(member.get("roles"))),
        timed_out_until=_instant(member.get("communication_disabled_until")),
        locale=_text(document.get("locale")),
        token=_text(document.get("token")),
        options={_text(option.get("name")): _text(option.get("value")) for option in options},
        focused=next((_text(o.get("name")) for o in options if o.get("focused") is True), None),
        inputs=dict(_inputs(data)),
        channel=_mapping(document.get("channel")),
        message=_target(data),
        on_message=bool(_mapping(document.get("message"))),
    )


def bigint(value: object) -> int:
    """An id that the database can hold; 0 for anything else."""
    number = int(_digits(value) or 0)
    return number if number <= snowflakes.LARGEST_BIGINT else 0


def _document(body: bytes) -> Document:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise errors.InvalidEvent("the body is not JSON") from error
    if not isinstance(document, dict):
        raise errors.InvalidEvent("the body must be a JSON object")
    return document


def _inputs(data: Document) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Selects of a message give `values`; fields of a modal sit in labels, or in action rows."""
    if values := _texts(data.get("values")):
        yield "values", values
    for row in _objects(data.get("components")):
        for entered in (_mapping(row.get("component")), *_objects(row.get("components"))):
            name, value = _text(entered.get("custom_id")), _text(entered.get("value"))
            if name:
                yield name, _texts(entered.get("values")) or ((value,) if value else ())


def _target(data: Document) -> Document:
    """The message that a message command was used on (Discord docs, Message Commands)."""
    messages = _mapping(_mapping(data.get("resolved")).get("messages"))
    return _mapping(messages.get(_text(data.get("target_id"))))


def _objects(value: object) -> Iterator[Document]:
    return (
        (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())
    )


def _mapping(value: object) -> Document:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(_text, value))) if isinstance(value, list) else ()


def _text(value: object) -> str:
    """Text that can be stored, logged and sent back; empty for anything else."""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode(errors="replace").decode()


def _instant(value: object) -> datetime | None:
    """An ISO 8601 timestamp, in UTC unless it says otherwise; None for anything else."""
    try:
        instant = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _digits(value: object) -> str:
    """A bitset or an id, which Discord sends as a decimal string; empty for anything else."""
    text = _text(value)
    return text if text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS else ""
