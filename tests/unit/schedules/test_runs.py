"""When a deployed expression fires next."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clipsaver.schedules import runs
from tests.unit.schedules import eventbridge

DAYS = 40
GREENWICH = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 12, 7, 30, tzinfo=UTC)  # a Monday

weekday = st.sampled_from([*"1234567", *eventbridge.WEEKDAYS])
weekdays = st.one_of(
    st.lists(weekday, min_size=1, max_size=3).map(",".join),
    st.tuples(weekday, st.integers(1, 4)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
    st.sampled_from(["*", "*/2", "2-6", "MON-FRI", "2-6/2", "3#2", "6L", "1L"]),
)


def following(
    expression: str, count: int, zone: ZoneInfo = GREENWICH, after: datetime = NOW
) -> list[datetime]:
    return list(islice(runs.following(expression, zone, after, created=NOW), count))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(st.sampled_from(["0", "5/20", "1,59"]), weekdays)
@example("0", "2/2")
@example("0", "SAT,SUN/3")
def test_weekdays_are_counted_as_eventbridge_counts(minute: str, weekday: str) -> None:
    expression = f"cron({minute} 9 ? * {weekday} *)"
    minutes = eventbridge.firing_minutes(expression, NOW.date(), DAYS)
    expected = [moment for moment in minutes if moment > NOW]
    assert following(expression, len(expected)) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(15 4 * * ? *)", ["2026-03-03 04:15", "2026-03-04 04:15"]),
        ("cron(0/30 * * * ? *)", ["2026-03-02 12:30", "2026-03-02 13:00"]),
        ("cron(0 0 L FEB ? *)", ["2027-02-28", "2028-02-29"]),
        ("cron(0 0 1 1 ? 2026,2028-2029)", ["2028-01-01", "2029-01-01"]),
        ("cron(0 0 1 1 ? 2030/2)", ["2030-01-01", "2032-01-01"]),
        ("cron(0 0 ? * L *)", ["2026-03-07", "2026-03-14"]),
        ("cron(0 0 ? * FRI#2 *)", ["2026-03-13", "2026-04-10"]),
        ("cron(0 0 1 1 ? 2025)", []),
        ("cron(0 0 1 1 ? 2030-2029)", []),
    ],
)
def test_cron_fires_as_the_user_guide_says(expression: str, expected: Sequence[str]) -> None:
    assert following(expression, 2) == [at(text) for text in expected]


def test_a_time_is_meant_in_the_zone_of_the_schedule() -> None:
    assert following("cron(0 9 * * ? *)", 1, BERLIN) == [at("2026-03-03 08:00")]


def test_a_time_that_the_clocks_skip_in_spring_is_skipped() -> None:
    found = following("cron(30 2 * * ? *)", 2, BERLIN, at("2026-03-28 12:00"))
    assert found == [at("2026-03-30 00:30"), at("2026-03-31 00:30")]


@pytest.mark.parametrize("after", ["2026-10-24 12:00", "2026-10-25 00:30", "2026-10-25 01:15"])
def test_a_time_that_the_clocks_show_twice_in_autumn_counts_once(after: str) -> None:
    found = following("cron(30 2 * * ? *)", 2, BERLIN, at(after))
    once = [at("2026-10-25 00:30"), at("2026-10-26 01:30"), at("2026-10-27 01:30")]
    assert found == [moment for moment in once if moment > at(after)][:2]


@pytest.mark.parametrize(
    ("expression", "interval"),
    [
        ("rate(1 minute)", timedelta(minutes=1)),
        ("rate(15 minutes)", timedelta(minutes=15)),
        ("rate(2 hours)", timedelta(hours=2)),
        ("rate(1 day)", timedelta(days=1)),
    ],
)
@pytest.mark.parametrize("passed", [timedelta(0), timedelta(days=3, seconds=59)])
def test_a_rate_counts_from_its_creation(
    expression: str, interval: timedelta, passed: timedelta
) -> None:
    (found,) = following(expression, 1, after=NOW + passed)
    assert NOW + passed < found <= NOW + passed + interval
    assert (found - NOW) % interval == timedelta(0)


@pytest.mark.parametrize(
    "expression",
    [
        "at(2026-03-03T00:00:00)",
        "rate(1",
        "rate(0 minutes)",
        "cron(0 9 * * *)",
        "cron(0 9 15W * ? *)",
        "cron(0 9 ? * FRI-MON *)",
        "cron(0 9 ? * MON bogus)",
        "cron(bogus)",
    ],
)
def test_what_cannot_be_computed_is_said(expression: str) -> None:
    with pytest.raises(runs.Unreadable):
        following(expression, 1)
