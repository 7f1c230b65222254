"""Discord's ids: unique, and in order of the time they stand for (Discord docs, Snowflakes)."""

import itertools
from datetime import UTC, datetime
from typing import Final

from clipsaver.emulator.clock import Clock

EPOCH_MS: Final = 1_420_070_400_000
"""The first second of 2015, in milliseconds since 1970."""
_TIMESTAMP_SHIFT: Final = 22
_SEQUENCE_MASK: Final = (1 << _TIMESTAMP_SHIFT) - 1


def snowflake_at(moment: datetime) -> int:
    """The lowest id of that millisecond, as clients make one for a cursor."""
    return (int(moment.timestamp() * 1000) - EPOCH_MS) << _TIMESTAMP_SHIFT


def moment_of(snowflake: int) -> datetime:
    """When a snowflake was made."""
    return datetime.fromtimestamp(((snowflake >> _TIMESTAMP_SHIFT) + EPOCH_MS) / 1000, UTC)


class SnowflakeMint:
    """Makes ids for now, or for a moment in the past when sample history is written."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # One sequence for all moments keeps ids unique even when history is written out of order.
        self._sequence = itertools.count(1)

    def next(self, at: datetime | None = None) -> int:
        """A new id for that moment, by default this one."""
        return snowflake_at(at or self._clock.now()) | (next(self._sequence) & _SEQUENCE_MASK)
