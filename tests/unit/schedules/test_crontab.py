"""Crontab lines as EventBridge expressions: the same minutes, or a reason why not."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile

import pytest
from cronsim import CronSim, CronSimError
from hypothesis import example, given, reject
from hypothesis import strategies as st

from clipsaver.schedules import crontab
from tests.unit.schedules import eventbridge

DAYS = 60
MOST_COMPARED = 500


def items(first: int, last: int) -> st.SearchStrategy[str]:
    """One item of a crontab field: `*/2`, `3`, `3-7`, `3-7/2`, `3/2`."""
    number = st.integers(first, last)
    base = st.one_of(
        st.just("*"),
        number.map(str),
        st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}"),
    )
    step = st.just("") | st.integers(1, last + 2).map(lambda step: f"/{step}")
    return st.tuples(base, step).map("".join)


def fields(first: int, last: int) -> st.SearchStrategy[str]:
    return st.just("*") | st.lists(items(first, last), min_size=1, max_size=3).map(",".join)


weekday_names = st.sampled_from(["sun", "Mon", "TUE", "wed", "THU", "mon-fri", "TUE-SAT", "fri-7"])
special_weekdays = st.sampled_from(["5#2", "0#1", "MON#5", "5L", "0L", "7L"])
weekdays = fields(0, 7) | weekday_names | special_weekdays
days = fields(1, 31) | st.just("L")
lines = st.tuples(fields(0, 59), fields(0, 23), days, fields(1, 12), weekdays).map(" ".join)
dates = st.dates(date(2024, 1, 1), date(2030, 1, 1))


def firing_minutes(line: str, first: date) -> list[datetime]:
    """What cron does in the next weeks, or as much of it as is worth comparing."""
    start = datetime.combine(first, time(), UTC)
    end = start + timedelta(days=DAYS)
    found = takewhile(lambda moment: moment < end, CronSim(line, start - timedelta(minutes=1)))
    return [moment for moment, _ in zip(found, range(MOST_COMPARED), strict=False)]


@given(lines, dates)
@example("*/7 * * * *", date(2026, 1, 1))
@example("0 9 * * 0", date(2026, 1, 1))
@example("0 9 * * 7", date(2026, 1, 1))
@example("0 9 * * */2", date(2026, 1, 1))
@example("0 9 1-31 * MON", date(2026, 1, 1))
@example("0 9 13 * 0-6", date(2026, 1, 1))
def test_an_expression_fires_in_the_minutes_of_its_crontab_line(line: str, start: date) -> None:
    try:
        expected = firing_minutes(line, start)
    except CronSimError:  # the 31st of February
        reject()
    try:
        expression = crontab.to_expression(line)
    except crontab.Inexpressible:
        # Only what follows may be refused; a field that is all stars never is.
        _, _, day, _, weekday = line.split()
        assert day != "*"
        assert weekday != "*" or "L" in day
        return
    found = list(eventbridge.firing_minutes(expression, start, DAYS))
    assert found[:MOST_COMPARED] == expected


@pytest.mark.parametrize(
    ("line", "expression"),
    [
        ("*/30 * * * *", "cron(0/30 * * * ? *)"),
        ("5/15 * * * *", "cron(5/15 * * * ? *)"),
        ("0,15 9-17 * * *", "cron(0,15 9-17 * * ? *)"),
        ("0 9,17 * * *", "cron(0 9,17 * * ? *)"),
        ("0 9 * * 1-5", "cron(0 9 ? * MON-FRI *)"),
        ("0 9 * * 0", "cron(0 9 ? * SUN *)"),
        ("0 9 * * 7", "cron(0 9 ? * SUN *)"),
        ("0 9 * * 6,7", "cron(0 9 ? * SUN,SAT *)"),
        ("0 9 * * fri-7", "cron(0 9 ? * SUN,FRI,SAT *)"),
        ("0 9 * * 5#2", "cron(0 9 ? * 6#2 *)"),
        ("0 9 * * 5L", "cron(0 9 ? * 6L *)"),
        ("0 9 L * *", "cron(0 9 L * ? *)"),
        ("0 9 1,15 jan-mar *", "cron(0 9 1,15 1-3 ? *)"),
        ("  0  9\t* * *  ", "cron(0 9 * * ? *)"),
        ("@hourly", "cron(0 * * * ? *)"),
        ("@Daily", "cron(0 0 * * ? *)"),
        ("@weekly", "cron(0 0 ? * SUN *)"),
        ("@monthly", "cron(0 0 1 * ? *)"),
        ("@yearly", "cron(0 0 1 1 ? *)"),
    ],
)
def test_expressions_stay_readable(line: str, expression: str) -> None:
    assert crontab.to_expression(line) == expression


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("0 9 13 * FRI", "days that fit either"),
        ("0 9 */2 * FRI", "days that fit both"),
        ("0 9 1,L * *", "EventBridge takes L alone"),
        ("0 9 LW * *", "EventBridge takes L alone"),
        ("0 9 * * 1#1,3#1", "one such weekday alone"),
        ("0 9 * * FRI,1#1", "one such weekday alone"),
        ("0 22-2 * * *", "bad hour; ranges go upwards"),
        ("0 9 * * FRI-MON", "bad day-of-week; ranges go upwards"),
        ("0 9 30 2 *", "bad day-of-month"),
        ("0 9 ? * MON", "bad day-of-month"),
        ("60 * * * *", "bad minute"),
        ("* * * *", "has 4 fields; crontab has five"),
        ("0 0 9 * * *", "has 6 fields; crontab has five"),
        ("rate(1", "has 1 field;"),
        ("@reboot", "there are @hourly, @daily"),
    ],
)
def test_what_cannot_be_expressed_is_refused_with_the_reason(line: str, reason: str) -> None:
    with pytest.raises(crontab.Inexpressible) as refusal:
        crontab.to_expression(line)
    assert str(refusal.value).startswith(f'"{line}" ')
    assert reason in str(refusal.value)
