"""From a command's options to a search, and where somebody is."""

import json
from datetime import date
from typing import Any

import pytest

from functions.interactions import interaction
from functions.interactions.catalogue import views
from functions.shared.searches import Search
from tests.events import files


@pytest.mark.parametrize(
    ("channel", "channel_id"),
    [
        ({"id": "7", "type": 0}, 7),
        ({"id": "7", "type": 0, "parent_id": "8"}, 7),
        ({"id": "7", "type": 12, "parent_id": "8"}, 8),
        ({"id": "7", "type": 11}, None),
        ({"id": "7"}, 7),
        ({"id": "x", "type": 0}, None),
        ({"id": "7", "type": "11", "parent_id": "8"}, 7),
        (None, None),
    ],
)
def test_a_thread_counts_as_the_channel_above_it(channel: Any, channel_id: int | None) -> None:
    body = json.dumps(files.interaction("command", channel=channel)).encode()
    parsed = interaction.parse(body, files.APPLICATION_ID)
    assert views.channel_of(parsed) == channel_id


def test_options_become_a_search() -> None:
    options = {
        "text": "  ace \n clutch ",
        "channel": "1",
        "author": "2",
        "participant": "3",
        "game": " Chess ",
        "after": "2026-01-31",
        "before": " 01.02.2026 ",
        "sort": "longest",
    }
    assert views.search_of(options) == Search(
        "ace clutch", 1, 2, 3, "Chess", date(2026, 1, 31), date(2026, 2, 1), "longest"
    )
    assert views.search_of({}) == Search()


def test_what_nobody_can_choose_finds_nothing_or_counts_as_not_given() -> None:
    options = {"text": "x" * 9_000, "game": "y" * 9_000, "channel": "x", "sort": "best"}
    assert views.search_of(options) == Search("x" * 100, channel_id=0, game="y" * 100)


@pytest.mark.parametrize("entered", ["yesterday", "2026-13-01", "31.02.2026", "2026", "1" * 9_000])
def test_what_is_no_day_is_refused(entered: str) -> None:
    with pytest.raises(views.NoDate) as refused:
        views.search_of({"after": entered})
    assert len(refused.value.shown) <= 40
