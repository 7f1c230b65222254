"""Intervals: where the gaps are, and what a page of messages proves of one."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from functions.scan import intervals
from functions.scan.intervals import Interval, Step
from functions.shared import errors
from functions.shared.discord.client import MESSAGES_PER_PAGE
from functions.shared.models import MessageId, MessagePage

NUMBERS = some.integers(0, 400)
INTERVALS = some.lists(
    some.tuples(NUMBERS, NUMBERS).map(lambda ends: Interval(min(ends), max(ends))), max_size=8
)
WHOLE = some.tuples(NUMBERS, NUMBERS).map(lambda ends: Interval(min(ends), max(ends)))


def page(ids: list[int], size: int | None = None) -> MessagePage:
    return MessagePage((), tuple(MessageId(each) for each in ids), size or len(ids))


def discord(ids: set[int], *, before: int | None = None, after: int | None = None) -> MessagePage:
    """What Discord answers: the nearest hundred on one side of a cursor, newest first."""
    if after is not None:
        found = sorted(each for each in ids if each > after)[:MESSAGES_PER_PAGE]
    else:
        assert before is not None
        found = sorted(each for each in ids if each < before)[-MESSAGES_PER_PAGE:]
    return page(found[::-1])


def read_all(
    gap: Interval,
    ask: Callable[[Interval], MessagePage],
    read: Callable[[Interval, MessagePage], Step],
) -> tuple[list[Interval], set[int]]:
    """Read a gap to its end: the proven intervals, and the ids that were read of them."""
    rest: Interval | None = gap
    proven: list[Interval] = []
    seen: set[int] = set()
    while rest is not None:
        answer = ask(rest)
        step = read(rest, answer)
        proven.append(step.proven)
        seen |= {each for each in answer.ids if step.proven.first <= each <= step.proven.last}
        rest = step.rest
    return proven, seen


@given(INTERVALS, WHOLE)
def test_gaps_and_what_is_covered_are_the_whole(covered: list[Interval], whole: Interval) -> None:
    found = intervals.gaps(covered, whole)
    inside = [each for gap in found for each in range(gap.first, gap.last + 1)]
    reached = {each for start, end in covered for each in range(start, end + 1)}
    assert set(inside) == set(range(whole.first, whole.last + 1)) - reached
    assert len(inside) == len(set(inside))


@given(INTERVALS, WHOLE)
def test_gaps_come_newest_first_and_never_touch(covered: list[Interval], whole: Interval) -> None:
    found = intervals.gaps(covered, whole)
    assert all(older.last + 1 < newer.first for newer, older in pairwise(found))


@given(some.sets(some.integers(1, 900), max_size=500), NUMBERS, NUMBERS)
def test_reading_upward_reads_all_of_a_gap(ids: set[int], one: int, other: int) -> None:
    gap = Interval(min(one, other), max(one, other))
    proven, seen = read_all(
        gap, lambda rest: discord(ids, after=rest.first - 1), intervals.read_upward
    )
    last = max(interval.last for interval in proven)
    assert last >= gap.last
    assert seen == {each for each in ids if gap.first <= each <= last}
    assert intervals.gaps(proven, gap) == []


@given(some.sets(some.integers(1, 900), max_size=500), NUMBERS, NUMBERS)
def test_reading_downward_reads_all_of_a_gap_and_nothing_else(
    ids: set[int], one: int, other: int
) -> None:
    gap = Interval(min(one, other), max(one, other))
    proven, seen = read_all(
        gap, lambda rest: discord(ids, before=rest.last + 1), intervals.read_downward
    )
    assert seen == {each for each in ids if gap.first <= each <= gap.last}
    assert intervals.gaps(proven, gap) == []
    assert all(gap.first <= each.first and each.last <= gap.last for each in proven)


@given(some.sets(some.integers(1, 900), max_size=500), NUMBERS, NUMBERS)
def test_a_gap_takes_no_more_pages_than_its_messages_fill(
    ids: set[int], one: int, other: int
) -> None:
    gap = Interval(min(one, other), max(one, other))
    proven, seen = read_all(
        gap, lambda rest: discord(ids, before=rest.last + 1), intervals.read_downward
    )
    assert len(proven) <= len(seen) // MESSAGES_PER_PAGE + 1


@pytest.mark.parametrize("read", [intervals.read_upward, intervals.read_downward])
def test_a_full_page_of_other_messages_is_no_step(
    read: Callable[[Interval, MessagePage], Step],
) -> None:
    elsewhere = [*range(1, 51), *range(900, 950)]
    gap = Interval(950, 960) if read is intervals.read_upward else Interval(0, 0)
    with pytest.raises(errors.UnexpectedPayload, match="no message that was asked for"):
        read(gap, page(elsewhere))


def test_messages_that_could_not_be_read_make_a_page_full_as_well() -> None:
    step = intervals.read_downward(Interval(0, 500), page([400, 450], size=MESSAGES_PER_PAGE))
    assert step == Step(Interval(400, 500), Interval(0, 399))


def test_what_came_since_the_gap_was_known_is_proven_with_it() -> None:
    step = intervals.read_upward(Interval(10, 20), page([30, 15]))
    assert step == Step(Interval(10, 30), None)
