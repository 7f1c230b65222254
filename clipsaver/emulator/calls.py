"""One request to the API as a route sees it, and the answer it gives."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, cast
from urllib.parse import parse_qsl

from clipsaver.emulator import problems

if TYPE_CHECKING:
    from starlette.datastructures import Headers, QueryParams

    from clipsaver.emulator.application import Grant
    from clipsaver.emulator.platform import Platform
    from clipsaver.emulator.world import World

_TRUE: Final = frozenset({"true", "True", "1"})
_FALSE: Final = frozenset({"false", "False", "0"})
_MAX_SNOWFLAKE: Final = (1 << 64) - 1

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, ready to be sent."""

    status: int
    body: bytes = b""
    media_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    breaks_off: Literal["never", "at once", "midway"] = "never"
    """Whether the connection dies before the answer, or in the middle of its body."""


def json_bytes(data: object) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()


def answer(data: object, status: int = 200) -> Reply:
    """A JSON answer. Real clients compare the media type as a whole: it has no charset."""
    return Reply(status, json_bytes(data), "application/json")


def no_content() -> Reply:
    """A success that has nothing to say."""
    return Reply(204)


def page(html: str, status: int = 200) -> Reply:
    """A page for a browser."""
    return Reply(status, html.encode(), "text/html; charset=utf-8")


def redirect(url: str) -> Reply:
    """Send the browser elsewhere."""
    return Reply(302, headers={"Location": url})


@dataclass(slots=True)
class Call:
    """A request, matched to its route and authenticated."""

    platform: Platform
    params: dict[str, str]
    query: QueryParams
    headers: Headers
    body: bytes
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Uploaded files of a multipart request: name and content by form field."""
    grant: Grant | None = None
    """Whose Bearer token it came with; None for the bot."""

    @property
    def world(self) -> World:
        """The world it asks about."""
        return self.platform.world

    def id(self, name: str) -> int:
        """A snowflake from the path.

        Raises:
            ApiError: 400 with code 50035 when it is not one.
        """
        return _snowflake(name, self.params[name])

    def snowflake(self, name: str) -> int | None:
        """A snowflake from the query, or None when it is absent."""
        raw = self.query.get(name)
        return None if raw is None else _snowflake(name, raw)

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        """A bounded number from the query."""
        raw = self.query.get(name)
        if raw is None:
            return default
        try:
            value = int(raw)
        except ValueError:
            raise problems.invalid(
                name, "NUMBER_TYPE_COERCE", f'Value "{raw}" is not int.'
            ) from None
        if value > high:
            raise problems.invalid(
                name, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}."
            )
        if value < low:
            raise problems.invalid(
                name, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}."
            )
        return value

    def flag(self, name: str) -> bool:
        """A boolean from the query; absent is false."""
        raw = self.query.get(name, "false")
        if raw not in _TRUE | _FALSE:
            raise problems.invalid(name, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
        return raw in _TRUE

    def moment(self, name: str) -> datetime | None:
        """An ISO 8601 instant from the query, or None when it is absent."""
        raw = self.query.get(name)
        if raw is None:
            return None
        try:
            return datetime.fromisoformat(raw)
        except ValueError:
            raise problems.invalid(
                name, "DATE_TIME_TYPE_PARSE", f"Could not parse {raw}. Should be ISO8601."
            ) from None

    def json(self) -> object:
        """The body.

        Raises:
            ApiError: 400 with code 50109 when it is not JSON.
        """
        try:
            return json.loads(self.body or b"null")
        except ValueError:
            raise problems.ApiError(400, "The request body contains invalid JSON.", 50109) from None

    def payload(self) -> Payload:
        """The body when it has to be an object."""
        data = self.json()
        if not isinstance(data, dict):
            raise problems.invalid("", "DICT_TYPE_CONVERT", "Only dictionaries may be used.")
        return cast("Payload", data)

    def form(self) -> dict[str, str]:
        """The body as form fields; where a field repeats, the last one counts."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


def _snowflake(name: str, raw: str) -> int:
    if not (raw.isascii() and raw.isdigit()) or int(raw) > _MAX_SNOWFLAKE:
        raise problems.invalid(name, "NUMBER_TYPE_COERCE", f'Value "{raw}" is not snowflake.')
    return int(raw)
