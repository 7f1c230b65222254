"""Instants as Discord writes them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from datetime import datetime


@overload
def instant(moment: datetime) -> str: ...
@overload
def instant(moment: None) -> None: ...
def instant(moment: datetime | None) -> str | None:
    """ISO 8601 with microseconds and offset; null stays null."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def snowflake(number: int | None) -> str | None:
    """An id as a string; null stays null."""
    return None if number is None else str(number)
