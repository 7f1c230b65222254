"""Intervals of message ids, and what a page of messages proves about one. Pure.

Message ids grow with time, so "everything between two ids was read" is all there is to say about a
channel's history. A page that is full proves the ids from its cursor to its furthest message; a
page that is not full was the last one, and proves all that was asked for (Discord docs, Get Channel
Messages). An empty page proves something only to whoever may read the channel: Discord gives one to
those who may not, too.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from functions.shared import errors, models
from functions.shared.discord import routes
from functions.shared.discord.client import MESSAGES_PER_PAGE


class Interval(NamedTuple):
    """Message ids from the first to the last, both included."""

    first: int
    last: int


class Step(NamedTuple):
    """What a page proves of an interval, and what is left to read of it; None if nothing is."""

    proven: Interval
    rest: Interval | None


def gaps(covered: Iterable[Sequence[int]], whole: Interval) -> list[Interval]:
    """The parts of an interval that none of the covered ones reaches, the newest first.

    Args:
        covered: First and last ids, in any order; they may overlap.
        whole: Where gaps are looked for.
    """
    found, first = [], whole.first
    for start, end in sorted((interval[0], interval[1]) for interval in covered):
        if start > first:
            found.append(Interval(first, min(start - 1, whole.last)))
        first = max(first, end + 1)
        if first > whole.last:
            break
    if first <= whole.last:
        found.append(Interval(first, whole.last))
    return [gap for gap in reversed(found) if gap.first <= gap.last]


def read_upward(gap: Interval, page: models.MessagePage) -> Step:
    """What the oldest messages of a gap prove, when asked for those after `gap.first - 1`.

    What was posted since the gap was known is proven along with it.

    Raises:
        UnexpectedPayload: the page is full, and of other messages.
    """
    newest = max((number for number in page.ids if number >= gap.first), default=None)
    if page.size < MESSAGES_PER_PAGE:
        return Step(Interval(gap.first, max(gap.last, newest or gap.last)), None)
    if newest is None:
        raise _astray()
    rest = Interval(newest + 1, gap.last) if newest < gap.last else None
    return Step(Interval(gap.first, newest), rest)


def read_downward(gap: Interval, page: models.MessagePage) -> Step:
    """What the newest messages of a gap prove, when asked for those before `gap.last + 1`.

    Raises:
        UnexpectedPayload: the page is full, and of other messages.
    """
    oldest = min((number for number in page.ids if number <= gap.last), default=None)
    if page.size < MESSAGES_PER_PAGE:
        return Step(gap, None)
    if oldest is None:
        raise _astray()
    if oldest <= gap.first:
        return Step(gap, None)
    return Step(Interval(oldest, gap.last), Interval(gap.first, oldest - 1))


def _astray() -> errors.UnexpectedPayload:
    return errors.UnexpectedPayload(
        "a full page holds no message that was asked for", route=str(routes.LIST_MESSAGES)
    )
