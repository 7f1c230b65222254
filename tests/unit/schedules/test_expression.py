"""What EventBridge Scheduler takes, and what is said of the rest."""

import pytest
from hypothesis import given, settings

from clipsaver.schedules import crontab, expression
from tests import expressions
from tests.unit.schedules.test_crontab import lines


@pytest.mark.parametrize("text", expressions.RIGHT)
def test_what_eventbridge_takes_is_taken(text: str) -> None:
    expression.check(text)


@pytest.mark.parametrize("text", [*expressions.WRONG, *expressions.DOWNWARDS])
def test_what_it_does_not_take_is_refused(text: str) -> None:
    with pytest.raises(expression.Malformed):
        expression.check(text)


@settings(deadline=None)
@given(lines)
def test_what_crontab_becomes_is_taken(line: str) -> None:
    try:
        made = crontab.to_expression(line)
    except crontab.Inexpressible:
        return
    expression.check(made)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing is neither rate(15 minutes) nor cron(0/15 * * * ? *), say"),
        ("rate(5", "rate(5 is neither rate(15 minutes)"),
        ("cron(* * * * *)", "cron(* * * * *) is not cron of EventBridge: it has six fields"),
        ("cron(60 * * * ? *)", "the minute cannot be 60; there are 0 to 59"),
        ("cron(0 0 ? * MOON *)", "the weekday cannot be MOON; there are 1 to 7, SUN to SAT"),
        ("cron(0 0 * * ? 27)", "the year cannot be 27; there are 1970 to 2199"),
        ("cron(0 22-2 * * ? *)", "the hour cannot be 22-2; ranges go upwards"),
        ("cron(*/0 * * * ? *)", "the minute cannot be */0"),
        ("cron(0, * * * ? *)", "the minute cannot be empty;"),
        ("cron(0 0 * * * *)", "one of day of the month and weekday, and only one, is ?"),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(expression.Malformed) as refusal:
        expression.check(text)
    assert reason in str(refusal.value)
