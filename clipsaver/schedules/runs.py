"""When an expression of EventBridge Scheduler fires.

AWS tells of a schedule what it says, and not when it runs next; this computes it.

Sources: EventBridge Scheduler user guide, Schedule types, Daylight savings time.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_RATE: Final = re.compile(r"rate\(\s*([1-9]\d*)\s+(minute|hour|day)s?\s*\)")
_CRON: Final = re.compile(r"cron\((.*)\)")
_FIELDS: Final = 6
_YEARS: Final = range(1970, 2200)
_WEEKDAYS: Final = range(1, 8)
_WEEKDAY_NAMES: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_SPECIAL_WEEKDAY: Final = re.compile(r"(\w{1,3}?)(L|#[1-5])")


class Unreadable(ValueError):
    """An expression whose runs are not computed here: `at(...)`, `W`, or a wrong one."""


def following(
    expression: str, zone: ZoneInfo, after: datetime, created: datetime
) -> Iterator[datetime]:
    """The runs after a moment, in UTC.

    Args:
        expression: `rate(...)` or `cron(...)`.
        zone: Where the clock hangs that a cron expression means.
        after: An aware moment.
        created: When a rate began to count.

    Raises:
        Unreadable: the expression is neither.
    """
    if rate := _RATE.fullmatch(expression.strip()):
        interval = timedelta(**{f"{rate[2]}s": int(rate[1])})
        return _by_rate(interval, after, created)
    if cron := _CRON.fullmatch(expression.strip()):
        return _by_cron(cron[1].split(), zone, after)
    raise Unreadable(f"{expression} is neither rate(...) nor cron(...)")


def _by_rate(interval: timedelta, after: datetime, created: datetime) -> Iterator[datetime]:
    passed = max(0, (after - created) // interval + 1)
    return (created.astimezone(UTC) + number * interval for number in count(passed))


def _by_cron(fields: list[str], zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    if len(fields) != _FIELDS:
        raise Unreadable(f"cron({' '.join(fields)}) does not have six fields")
    *times, days, months, weekdays, year = fields
    try:
        line = (*times, days.replace("?", "*"), months, _as_in_crontab(weekdays))
        years = _years(year)
        # On the wall clock: what happens when clocks change is not as in cron, see below.
        clock = CronSim(" ".join(line), after.astimezone(zone).replace(tzinfo=None))
    except (CronSimError, ValueError) as error:
        raise Unreadable(f"The runs of cron({' '.join(fields)}) are not computed here") from error
    return _on_the_clock(clock, years, zone, after)


def _on_the_clock(
    clock: CronSim, years: set[int], zone: ZoneInfo, after: datetime
) -> Iterator[datetime]:
    """What a wall clock shows, as moments.

    A time that the clocks skip in spring is skipped, and one that they show twice in autumn counts
    once.
    """
    for shown in clock:
        if shown.year > max(years, default=0):
            return
        moment = shown.replace(tzinfo=zone).astimezone(UTC)
        exists = moment.astimezone(zone).replace(tzinfo=None) == shown
        if exists and moment > after and shown.year in years:
            yield moment


def _as_in_crontab(weekdays: str) -> str:
    """Weekdays counted from Sunday as 0, as crontab does; EventBridge counts it as 1."""
    if weekdays in ("*", "?"):
        return "*"
    if weekdays == "L":
        return "SAT"
    if special := _SPECIAL_WEEKDAY.fullmatch(weekdays):
        return f"{_weekday(special[1]) - 1}{special[2]}"
    return ",".join(str(number - 1) for number in _values(weekdays, _WEEKDAYS, _weekday))


def _weekday(text: str) -> int:
    return _WEEKDAY_NAMES.index(text.upper()) + 1 if text.isalpha() else int(text)


def _years(field: str) -> set[int]:
    return set(_YEARS if field == "*" else _values(field, _YEARS, int))


def _values(field: str, whole: range, number: Callable[[str], int]) -> Iterator[int]:
    """The values of a field of single ones, ranges and steps: `1,3-5,6/2`."""
    for item in field.split(","):
        bounds, _, step = item.partition("/")
        first, _, last = bounds.partition("-")
        start = whole[0] if first == "*" else number(first)
        end = number(last) if last else whole[-1] if step else start
        yield from range(start, end + 1, int(step or 1))
