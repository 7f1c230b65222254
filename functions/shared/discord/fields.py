"""Reading Discord's JSON objects field by field, leniently where that is safe.

New keys and new enumeration values appear without notice (Discord docs, Reference), so whatever is
not asked for is ignored. What is asked for has the documented type or is reported, because a wrong
guess would end up in the database.
"""

import contextlib
import re
import unicodedata
from datetime import UTC, datetime
from typing import Final, TypeVar

from functions.shared import errors, snowflakes

Value = TypeVar("Value")

_DECIMAL: Final = re.compile(r"[0-9]+")
_LARGEST_INTEGER: Final = (1 << 31) - 1
"""The largest value of PostgreSQL's integer."""
_UNSTORABLE: Final = frozenset({"Cc", "Cs"})
"""Control characters and lone surrogates: no name needs them and PostgreSQL refuses some."""
_KEPT_IN_PROSE: Final = frozenset("\n\t")


class Fields:
    """One JSON object and the route it came from.

    Every method raises `errors.UnexpectedPayload` for a value of the wrong type, and those not
    called `optional_...` also for an absent or null one.
    """

    def __init__(self, document: object, route: str) -> None:
        if not isinstance(document, dict):
            raise errors.UnexpectedPayload("the answer holds no object", route=route)
        self._document: dict[str, object] = document
        self._route = route

    def text(self, key: str) -> str:
        """Read text, without control characters and lone surrogates."""
        return self._required(key, self.optional_text(key), "text")

    def optional_text(self, key: str) -> str | None:
        """Read text, or None if it is absent or null."""
        value = self._document.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._unexpected(key, "text")
        return _storable(value)

    def optional_prose(self, key: str) -> str | None:
        """Read text of several lines, whose breaks and tabs stay: they keep words apart."""
        value = self._document.get(key)
        if value is None or isinstance(value, str):
            return value and _storable_prose(value)
        raise self._unexpected(key, "text")

    def snowflake(self, key: str) -> int:
        """Read an id, sent as a string or as a number."""
        return self._required(key, self.optional_snowflake(key), "a snowflake")

    def optional_snowflake(self, key: str) -> int | None:
        """Read an id, or None if it is absent or null."""
        value = self._document.get(key)
        return None if value is None else self._snowflake(key, value)

    def snowflakes(self, key: str) -> tuple[int, ...]:
        """Read a list of ids."""
        return tuple(self._snowflake(key, value) for value in self.documents(key))

    def permissions(self, key: str) -> int:
        """Read a bitset of any size, sent as a decimal string (Discord docs, Permissions)."""
        bits = _integer(self._document.get(key))
        return self._required(key, bits, "a decimal bitset")

    def number(self, key: str) -> int:
        """Read an integer."""
        return self._required(key, self.optional_number(key), "an integer")

    def optional_number(self, key: str) -> int | None:
        """Read an integer, or None if it is absent or null."""
        value = self._document.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise self._unexpected(key, "an integer")

    def optional_measure(self, key: str) -> int | None:
        """Read a whole number that PostgreSQL's integer holds; None if it is absent or null."""
        value = self.optional_number(key)
        if value is None or 0 <= value <= _LARGEST_INTEGER:
            return value
        raise self._unexpected(key, "a measure")

    def size(self, key: str) -> int:
        """Read a number of bytes that PostgreSQL's bigint holds."""
        value = self.number(key)
        if 0 <= value <= snowflakes.LARGEST_BIGINT:
            return value
        raise self._unexpected(key, "a size")

    def optional_seconds(self, key: str) -> float | None:
        """Read a duration in seconds, or None if it is absent, null or negative."""
        value = self._document.get(key)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self._unexpected(key, "a number of seconds")
        return float(value) if value >= 0 else None

    def optional_instant(self, key: str) -> datetime | None:
        """Read an ISO 8601 timestamp, as an instant in UTC; None if absent or null."""
        value = self.optional_text(key)
        if value is None:
            return None
        try:
            instant = datetime.fromisoformat(value)
            return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
        except (ValueError, OverflowError) as error:
            raise self._unexpected(key, "a timestamp") from error

    def is_true(self, key: str) -> bool:
        """Tell whether a flag is there and set."""
        return self._document.get(key) is True

    def has(self, key: str) -> bool:
        """Tell whether the key is there with a value other than null."""
        return self._document.get(key) is not None

    def is_filled(self, key: str) -> bool:
        """Tell whether the key is there with anything in it."""
        return bool(self._document.get(key))

    def child(self, key: str) -> "Fields":
        """Read an object inside this one."""
        return Fields(self._document.get(key), self._route)

    def children(self, key: str) -> list["Fields"]:
        """Read a list of objects."""
        return [Fields(item, self._route) for item in self.documents(key)]

    def documents(self, key: str) -> list[object]:
        """Read a list whose items are not looked at yet."""
        value = self._document.get(key)
        if not isinstance(value, list):
            raise self._unexpected(key, "a list")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts; items of another type are left out."""
        return tuple(_storable(item) for item in self.documents(key) if isinstance(item, str))

    def _snowflake(self, key: str, value: object) -> int:
        snowflake = _integer(value)
        if snowflake is None or snowflake > snowflakes.LARGEST_BIGINT:
            raise self._unexpected(key, "a snowflake")
        return snowflake

    def _required(self, key: str, value: Value | None, wanted: str) -> Value:
        if value is None:
            raise self._unexpected(key, wanted)
        return value

    def _unexpected(self, key: str, wanted: str) -> errors.UnexpectedPayload:
        return errors.UnexpectedPayload(f"`{key}` is not {wanted}", route=self._route)


def _integer(value: object) -> int | None:
    """Convert a number or a decimal string that is not negative; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        # Python refuses to convert thousands of digits, which no bitset will ever have.
        with contextlib.suppress(ValueError):
            return int(value)
    return None


def _storable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c for c in text if unicodedata.category(c) not in _UNSTORABLE)


def _storable_prose(text: str) -> str:
    """Storable text in which whatever else separates words has become a space."""
    return "".join(
        character
        if character in _KEPT_IN_PROSE or unicodedata.category(character) not in _UNSTORABLE
        else " " * character.isspace()
        for character in text
    )
