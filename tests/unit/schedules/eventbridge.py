"""An evaluator of EventBridge's cron expressions that shares nothing with the code under test.

Written after the EventBridge Scheduler user guide, Schedule types.
"""

import calendar
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}


def firing_minutes(expression: str, start: date, days: int) -> Iterator[datetime]:
    """Every minute, from a day on for a number of days, in which the expression fires; in UTC."""
    matched = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression)
    assert matched, expression
    minute, hour, day, month, weekday, year = matched.groups()
    assert "?" in (day, weekday), f"{expression}: one of the two days must be ?"
    minutes, hours = sorted(numbers(minute, 0, 59)), sorted(numbers(hour, 0, 23))
    for offset in range(days):
        today = start + timedelta(days=offset)
        if (
            today.year in numbers(year, 1970, 2199)
            and today.month in numbers(month, 1, 12, MONTHS)
            and is_day(day, today)
            and is_weekday(weekday, today)
        ):
            yield from (datetime.combine(today, time(h, m), UTC) for h in hours for m in minutes)


def is_day(field: str, today: date) -> bool:
    if field == "L":
        return (today + timedelta(days=1)).month != today.month
    return today.day in numbers(field, 1, 31)


def is_weekday(field: str, today: date) -> bool:
    number = (today.weekday() + 1) % 7 + 1
    if last := re.fullmatch(r"([1-7])L", field):
        return number == int(last[1]) and (today + timedelta(days=7)).month != today.month
    if nth := re.fullmatch(r"([1-7])#([1-5])", field):
        return number == int(nth[1]) and (today.day - 1) // 7 + 1 == int(nth[2])
    return number in numbers(field, 1, 7, WEEKDAYS)


def numbers(field: str, first: int, last: int, names: Mapping[str, int] | None = None) -> set[int]:
    def number(text: str) -> int:
        value = (names or {}).get(text) or int(text)
        assert first <= value <= last, f"{text} is not from {first} to {last}"
        return value

    found: set[int] = set()
    for item in field.split(","):
        base, _, step = item.partition("/")
        if base in ("*", "?"):
            low, high = first, last
        elif "-" in base:
            low, high = map(number, base.split("-"))
            assert low <= high, item
        else:
            low = number(base)
            high = last if step else low
        found.update(range(low, high + 1, int(step or 1)))
    return found
