"""What EventBridge Scheduler takes: whether an expression is one, and if not, why.

A stack would say so after minutes, as a failed resource; or it would take what fires at another
time than was meant.

Sources: EventBridge Scheduler user guide, Schedule types; EventBridge user guide, Cron expressions,
which alone lists the wildcards of each field.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_RATE: Final = re.compile(r"rate\([1-9]\d* (minute|hour|day)s?\)")
_CRON: Final = re.compile(r"cron\((.*)\)")
_ANY: Final = "*"
_UNUSED: Final = "?"


class Malformed(ValueError):
    """Not an expression of EventBridge Scheduler; a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of cron(...).

    Attributes:
        values: What it may hold.
        names: The same as words, from the first value on; or none.
        special: A pattern of what may stand in it alone.
        steps: Whether it takes `/`.
    """

    name: str
    values: range
    names: Sequence[str] = ()
    special: str | None = None
    steps: bool = True

    def check(self, text: str) -> None:
        """Make sure that it takes a text.

        Raises:
            Malformed: it does not.
        """
        if self.special and re.fullmatch(self.special, text):
            return
        for item in text.split(","):
            self._check_item(item)

    def _check_item(self, item: str) -> None:
        base, slash, step = item.partition("/")
        if slash and not (self.steps and step.isascii() and step.isdigit() and int(step) > 0):
            raise Malformed(f"{self.name} cannot be {item}")
        if base == _ANY:
            return
        first, dash, last = base.partition("-")
        if dash and self._number(first) > self._number(last):
            raise Malformed(f"{self.name} cannot be {item}; ranges go upwards")
        self._number(first)

    def _number(self, text: str) -> int:
        if text in self.names:
            return self.values[self.names.index(text)]
        if not (text.isascii() and text.isdigit() and int(text) in self.values):
            known = f", {self.names[0]} to {self.names[-1]}" if self.names else ""
            raise Malformed(
                f"{self.name} cannot be {text or 'empty'};"
                f" there are {self.values[0]} to {self.values[-1]}{known}"
            )
        return int(text)


_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS: Final = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
_A_WEEKDAY: Final = f"([1-7]|{'|'.join(_WEEKDAYS)})"
_FIELDS: Final = (
    Field("the minute", range(60)),
    Field("the hour", range(24)),
    Field("the day of the month", range(1, 32), special=r"\?|L|([1-9]|[12]\d|3[01])W"),
    Field("the month", range(1, 13), _MONTHS),
    Field(
        *("the weekday", range(1, 8), _WEEKDAYS),
        special=rf"\?|L|{_A_WEEKDAY}L|{_A_WEEKDAY}#[1-5]",
        steps=False,
    ),
    Field("the year", range(1970, 2200)),
)


def check(expression: str) -> None:
    """Make sure that EventBridge Scheduler takes it, `rate(15 minutes)` or `cron(0/15 * * * ? *)`.

    `at(...)`, which fires once, is none that sync or purge could live with.

    Raises:
        Malformed: it does not; the message says what is wrong with it.
    """
    if _RATE.fullmatch(expression):
        return
    cron = _CRON.fullmatch(expression)
    if cron is None:
        raise Malformed(
            f"{expression or 'nothing'} is neither rate(15 minutes) nor cron(0/15 * * * ? *), say"
        )
    try:
        _check_fields(cron[1].split(" "))
    except Malformed as error:
        raise Malformed(f"{expression} is not cron of EventBridge: {error}") from error


def _check_fields(texts: Sequence[str]) -> None:
    if len(texts) != len(_FIELDS):
        raise Malformed(
            "it has six fields with a blank between them:"
            " minute, hour, day of the month, month, weekday, year"
        )
    for field, text in zip(_FIELDS, texts, strict=True):
        field.check(text)
    _, _, day, _, weekday, _ = texts
    if (day == _UNUSED) == (weekday == _UNUSED):
        raise Malformed("one of day of the month and weekday, and only one, is ?")
