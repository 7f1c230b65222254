"""A crontab line as an expression of EventBridge Scheduler.

Both say with fields when something runs, and differ in what would go unnoticed:

- crontab counts weekdays from 0 (and 7 is Sunday again), EventBridge from 1; here they get names.
- With a day of the month *and* a weekday, crontab runs on days that fit either of them. EventBridge
  takes one of the two and wants `?` for the other.
- EventBridge has a sixth field, the year.

cronsim reads the line as cron does. The expression is made from the minutes, hours and days that it
found and not from the line, so nothing of crontab's grammar has to be known here.

Sources: crontab(5); EventBridge Scheduler user guide, Schedule types.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby, pairwise
from typing import Final

from cronsim import CronSim, CronSimError

_MACROS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FIELDS: Final = 5
_MINUTES: Final = range(60)
_HOURS: Final = range(24)
_DAYS: Final = range(1, 32)
_MONTHS: Final = range(1, 13)
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_SHORTEST_SERIES: Final = 3
"""As many values are shorter as a range or a step than as a list."""
_ANY: Final = "*"
_UNUSED: Final = "?"


class Inexpressible(ValueError):
    """Not a crontab line, or not one that EventBridge can follow; a sentence that says why."""

    def __init__(self, line: str, reason: str) -> None:
        super().__init__(f'"{line}" {reason}')


def to_expression(line: str) -> str:
    """The EventBridge expression that fires in the same minutes, `cron(0/30 * * * ? *)` say.

    Args:
        line: Five fields of crontab, or a macro like `@daily`.

    Raises:
        Inexpressible: there is none.
    """
    cron = _read(line)
    minutes, hours = _numbers(cron.minutes, _MINUTES), _numbers(cron.hours, _HOURS)
    days, weekdays = _day_fields(line, cron)
    months = _numbers(cron.months, _MONTHS)
    return f"cron({minutes} {hours} {days} {months} {weekdays} *)"


def _read(line: str) -> CronSim:
    text = _MACROS.get(line.strip().lower(), line)
    if text.lstrip().startswith("@"):
        raise Inexpressible(line, f"is no macro known here; there are {', '.join(_MACROS)}")
    count = len(text.split())
    if count != _FIELDS:
        raise Inexpressible(
            line,
            f"has {count} {'field' if count == 1 else 'fields'}; crontab has five:"
            " minute, hour, day of the month, month, weekday",
        )
    try:
        # The moment matters only to a search for runs, which this is none of.
        return CronSim(text, datetime.now(UTC))
    except CronSimError as error:
        hint = "; ranges go upwards, 22-23,0-2 and FRI-7" if "-" in text else ""
        raise Inexpressible(line, f"is not crontab: {str(error).lower()}{hint}") from error


def _day_fields(line: str, cron: CronSim) -> tuple[str, str]:
    """The day of the month and the weekday; one of them is `?`."""
    days, weekdays = _days(line, cron), _weekdays(line, cron)
    if _ANY not in (days, weekdays):
        raise Inexpressible(
            line,
            "names a day of the month and a weekday: crontab runs on days that fit"
            f" {'both' if cron.day_and else 'either'}, and EventBridge takes only one of the two."
            " Put * in one of them",
        )
    if not cron.day_and:
        # One of them is every day without being a star, `1-31` say; the other no longer matters.
        return _ANY, _UNUSED
    return (days, _UNUSED) if weekdays == _ANY else (_UNUSED, weekdays)


def _days(line: str, cron: CronSim) -> str:
    if cron.days == {CronSim.LAST}:
        return "L"
    if not cron.days <= set(_DAYS):
        raise Inexpressible(
            line, "has L beside other days of the month, or LW; EventBridge takes L alone"
        )
    return _numbers(cron.days, _DAYS)


def _weekdays(line: str, cron: CronSim) -> str:
    days = {day % len(_WEEKDAYS) for day in cron.weekdays if isinstance(day, int)}
    special = [day for day in cron.weekdays if isinstance(day, tuple)]
    if not special:
        every = len(days) == len(_WEEKDAYS)
        return _ANY if every else _listed(days, _WEEKDAYS.__getitem__)
    if days or len(special) > 1:
        raise Inexpressible(
            line, "has # or L beside other weekdays; EventBridge takes one such weekday alone"
        )
    ((day, which),) = special
    # The user guide shows these two with numbers only: "3#2", "6L".
    number = day % len(_WEEKDAYS) + 1
    return f"{number}L" if which == CronSim.LAST else f"{number}#{which}"


def _numbers(values: set[int], whole: range) -> str:
    """Values of a field, as `*`, as a start with a step, or listed."""
    if len(values) == len(whole):
        return _ANY
    return _stepped(sorted(values), whole) or _listed(values, str)


def _stepped(values: Sequence[int], whole: range) -> str | None:
    """`0/30`, for values that go on in equal steps until the end of the field; else None."""
    steps = {later - earlier for earlier, later in pairwise(values)}
    if len(steps) != 1 or (len(values) < _SHORTEST_SERIES and values[0] != whole[0]):
        return None
    (step,) = steps
    return f"{values[0]}/{step}" if step > 1 and values[-1] + step not in whole else None


def _listed(values: Iterable[int], name: Callable[[int], str]) -> str:
    """`1-5,7`, or with names `MON-FRI,SUN`."""
    return ",".join(
        f"{name(run[0])}-{name(run[-1])}"
        if len(run) >= _SHORTEST_SERIES
        else ",".join(name(value) for value in run)
        for run in _runs(sorted(values))
    )


def _runs(values: Sequence[int]) -> Iterator[list[int]]:
    """Consecutive values together."""
    # Within a run, value and position grow alike.
    for _, run in groupby(enumerate(values), key=lambda item: item[1] - item[0]):
        yield [value for _, value in run]
