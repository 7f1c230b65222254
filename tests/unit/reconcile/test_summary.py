"""The numbers that a run answers with."""

from dataclasses import replace
from typing import Any

import pytest

from functions.shared import errors
from functions.shared.discord.statistics import Statistics
from functions.shared.models import GuildId
from functions.shared.reconcile import summary
from functions.shared.reconcile.summary import Summary
from tests.unit.reconcile.sides import NOW, channel, observe, plan, stored_as, thread

FIRST = channel(1)


def as_json(made: Summary) -> dict[str, Any]:
    return made.as_json(Statistics())


def test_an_idle_run_answers_with_zeros_under_every_promised_name() -> None:
    assert as_json(Summary()) == {
        "complete": True,
        "guilds": {
            "seen": 0,
            "added": 0,
            "updated": 0,
            "left": 0,
            "returned": 0,
            "failed": 0,
            "absent": 0,
        },
        "channels": {
            "seen": 0,
            "added": 0,
            "updated": 0,
            "hidden": 0,
            "archived": 0,
            "deleted": 0,
            "unknown": 0,
            "returned": 0,
        },
        "requests": 0,
        "retries": 0,
        "rate_limited": 0,
        "breaker": None,
        "drift": [],
        "message_content": None,
    }


def test_plans_are_counted_by_what_they_change() -> None:
    made = Summary()
    made.count(plan(observe(FIRST, channel(2), threads=(thread(10, FIRST),))))
    known = stored_as(observe(FIRST, channel(2)))
    made.count(plan(observe(replace(FIRST, name="renamed"), name="Hall"), known, {2: "deleted"}))
    made.count(plan(observe(FIRST, channel(2)), known))
    counts = as_json(made)
    assert (counts["guilds"]["added"], counts["guilds"]["updated"]) == (1, 1)
    channels = {name: count for name, count in counts["channels"].items() if count}
    assert channels == {"seen": 6, "added": 3, "updated": 1, "deleted": 1}


def test_a_probe_without_news_is_not_counted_as_a_change() -> None:
    known = stored_as(observe(FIRST))
    hidden = replace(known.channels[0], state="hidden", permissions=0)
    made = Summary()
    made.count(plan(observe(), replace(known, channels=(hidden,)), {1: "hidden"}, NOW))
    assert not any(as_json(made)["channels"].values())


def test_what_the_client_counted_is_told() -> None:
    statistics = Statistics(requests=9, retries=2)
    statistics.rate_limited.update({"user": 1, "shared": 3})
    told = Summary().as_json(statistics)
    assert (told["requests"], told["retries"], told["rate_limited"]) == (9, 2, 4)


def test_a_dry_run_shows_its_first_plans_and_the_first_channels_of_each() -> None:
    made = Summary(dry_run=True)
    many = observe(*(channel(number) for number in range(1, 26)))
    for _ in range(25):
        made.count(plan(many))
    told = as_json(made)
    assert (told["dry_run"], len(told["plan"])) == (True, 20)
    shown = told["plan"][0]
    assert (shown["guild_id"], shown["name"], shown["change"]) == ("1000", "Arcade", "added")
    assert (len(shown["channels"]), shown["more_channels"]) == (20, 5)
    assert shown["channels"][0] == {
        "channel_id": "1",
        "name": "channel-1",
        "change": "added",
        "state": "visible",
    }
    assert told["guilds"]["added"] == 25


def test_a_dry_run_does_not_show_guilds_that_stay_as_they_are() -> None:
    made = Summary(dry_run=True)
    made.count(plan(observe(FIRST), stored_as(observe(FIRST))))
    assert as_json(made)["plan"] == []


def test_several_reasons_of_the_breaker_are_all_told() -> None:
    made = Summary()
    made.trip_breaker("One.")
    made.trip_breaker("Two.")
    assert as_json(made)["breaker"] == "One. Two."


@pytest.mark.parametrize(
    ("complete", "seen", "failed", "expected"),
    [
        (True, 0, 0, True),
        (True, 3, 2, True),
        (True, 3, 3, False),
        (False, 3, 0, False),
    ],
)
def test_a_run_that_stopped_early_or_only_failed_is_no_success(
    *, complete: bool, seen: int, failed: int, expected: bool
) -> None:
    made = Summary(complete=complete)
    made.guilds.update(seen=seen, failed=failed)
    assert made.is_success is expected


def test_a_failure_is_told_in_the_words_of_an_error_and_with_the_kind_of_a_bug() -> None:
    known = errors.NotFound("Unknown Guild", route="GET /guilds/{guild_id}", status=404, code=10004)
    assert summary.failure(GuildId(5), known) == (
        "Failed to sync guild 5: GET /guilds/{guild_id}: Unknown Guild (status 404, code 10004)"
    )
    assert summary.failure(GuildId(5), KeyError("x")) == "Failed to sync guild 5: KeyError('x')"
