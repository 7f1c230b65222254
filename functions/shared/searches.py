"""A search of the catalogue, and a place in its results: as values, and packed into short text.

A packed search travels in custom_ids and jobs. Anybody may have made it up: it names things, and
authorises nothing.
"""

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, cast

from functions.shared import snowflakes

Sort = Literal["newest", "oldest", "longest"]
Direction = Literal["forwards", "backwards"]
SORTS: Final[tuple[Sort, ...]] = ("newest", "oldest", "longest")

LONGEST_TEXT: Final = 100
"""Characters of a search's text, and of a game's name."""
_FIRST_DAY: Final = date(2015, 1, 1)
"""Discord's epoch: there is no older message."""
_SORT_BITS: Final = 2
_IDS: Final = ("channel_id", "author_id", "participant_id")
_DATES: Final = ("after", "before")
_FIELDS: Final = len(_IDS) + len(_DATES)
_HEAD: Final = struct.Struct(">BB")
_ID: Final = struct.Struct(">Q")
_DAY: Final = struct.Struct(">H")
_SECONDS: Final = struct.Struct(">d")
_PLACES: Final = (None, "forwards", "backwards")
_SEPARATOR: Final = b"\x00"


class Unreadable(Exception):
    """The text is no packed search."""


@dataclass(frozen=True, slots=True)
class Search:
    """What clips to find; each part that is given narrows it.

    Attributes:
        text: Words, each of which must begin one of a clip's.
        channel_id: A channel with its threads, or a category with its channels.
        participant_id: Somebody who took part in a clip taken with Discord.
        game: A game's whole name, in any case.
        after: The first day, UTC.
        before: The day after the last one, UTC.
    """

    text: str = ""
    channel_id: int | None = None
    author_id: int | None = None
    participant_id: int | None = None
    game: str = ""
    after: date | None = None
    before: date | None = None
    sort: Sort = "newest"


@dataclass(frozen=True, slots=True)
class Place:
    """Between two results: next to the one that is named, which need not be there any more.

    Attributes:
        seconds: How long that one is; only used in a search by length.
        direction: Whether what comes after the place is wanted, or what comes before.
    """

    message_id: int
    attachment_id: int
    seconds: float = 0.0
    direction: Direction = "forwards"


def start_of(day: date) -> datetime:
    """When a day begins, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def pack(search: Search, place: Place | None = None) -> str:
    """Turn a search into letters, digits, `-` and `_`: about four for each three bytes of text."""
    flags = SORTS.index(search.sort)
    body = b""
    for bit, name in enumerate((*_IDS, *_DATES), start=_SORT_BITS):
        value = getattr(search, name)
        if value is not None:
            flags |= 1 << bit
            body += _DAY.pack(_days(value)) if name in _DATES else _ID.pack(value)
    if place is not None:
        body += _ID.pack(place.message_id) + _ID.pack(place.attachment_id)
        body += _SECONDS.pack(place.seconds) if search.sort == "longest" else b""
    kind = _PLACES.index(place.direction if place else None)
    words = _SEPARATOR.join(text.encode() for text in (search.game, search.text))
    packed = base64.urlsafe_b64encode(_HEAD.pack(flags, kind) + body + words)
    return packed.rstrip(b"=").decode()


def unpack(packed: str) -> tuple[Search, Place | None]:
    """Read what `pack` wrote.

    Raises:
        Unreadable: it did not write this.
    """
    try:
        data = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        found = _Reader(data).read()
    except (ValueError, struct.error, binascii.Error, IndexError, OverflowError) as error:
        raise Unreadable("no packed search") from error
    if pack(*found) != packed:
        raise Unreadable("no packed search")
    return found


class _Reader:
    """Takes a packed search apart from its beginning."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self) -> tuple[Search, Place | None]:
        flags, kind = self._take(_HEAD)
        sort = SORTS[flags & ((1 << _SORT_BITS) - 1)]
        given = [bool(flags & (1 << bit)) for bit in range(_SORT_BITS, _SORT_BITS + _FIELDS)]
        channel_id, author_id, participant_id = (self._id() if each else None for each in given[:3])
        after, before = (self._day() if each else None for each in given[3:])
        place = None
        if _PLACES[kind] is not None:
            place = Place(
                self._id(),
                self._id(),
                self._seconds() if sort == "longest" else 0.0,
                cast("Direction", _PLACES[kind]),
            )
        game, text = self._data[self._at :].decode().split("\x00")
        if max(len(game), len(text)) > LONGEST_TEXT:
            raise ValueError("too long")
        return Search(text, channel_id, author_id, participant_id, game, after, before, sort), place

    def _id(self) -> int:
        (number,) = self._take(_ID)
        if number > snowflakes.LARGEST_BIGINT:
            raise ValueError("no snowflake")
        return int(number)

    def _day(self) -> date:
        return _FIRST_DAY + timedelta(days=self._take(_DAY)[0])

    def _seconds(self) -> float:
        (seconds,) = self._take(_SECONDS)
        if not 0 <= seconds < float("inf"):
            raise ValueError("no duration")
        return float(seconds)

    def _take(self, shape: struct.Struct) -> tuple[int, ...]:
        found = shape.unpack_from(self._data, self._at)
        self._at += shape.size
        return found


def _days(day: date) -> int:
    """Days since Discord's epoch, as far as two bytes reach; nothing was posted outside."""
    return max(0, min((day - _FIRST_DAY).days, (1 << 16) - 1))
