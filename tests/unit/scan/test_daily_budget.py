"""When a scan is done, if it keeps its pace and its daily budget."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.scans import daily_budget

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("requests", "spent_today", "done"),
    [
        (0, 0, NOON),
        (800, 0, NOON + timedelta(seconds=80)),
        (300, 500, NOON + timedelta(seconds=30)),
        (301, 500, datetime(2026, 11, 25, 0, 0, 0, 100_000, UTC)),
        (801, 0, datetime(2026, 11, 25, 0, 0, 0, 100_000, UTC)),
        (1_600, 0, datetime(2026, 11, 25, 0, 1, 20, tzinfo=UTC)),
        (1_601, 0, datetime(2026, 11, 26, 0, 0, 0, 100_000, UTC)),
        (10, 5_000, datetime(2026, 11, 25, 0, 0, 1, tzinfo=UTC)),
    ],
)
def test_what_a_day_does_not_allow_waits_for_the_next(
    requests: int, spent_today: int, done: datetime
) -> None:
    found = daily_budget.end_of(
        requests, spent_today=spent_today, a_day=1_000, a_second=10, now=NOON
    )
    assert found == done


@given(st.integers(0, 10**6), st.integers(0, 10**5), st.integers(100, 10**5))
def test_more_to_do_is_never_done_earlier(requests: int, spent: int, a_day: int) -> None:
    def end(number: int) -> datetime:
        return daily_budget.end_of(number, spent_today=spent, a_day=a_day, a_second=25, now=NOON)

    assert NOON <= end(requests) <= end(requests + 1)
