"""Where a search goes on, and how many requests a scan takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from functions.scan import search
from functions.shared import models
from functions.shared.db.guild_scans import SearchPosition
from functions.shared.discord import client
from functions.shared.models import ChannelId, MessageId, UserId
from functions.shared.scans import prediction

NOW = 10**9


def result(message_id: int) -> models.Message:
    return models.Message(
        MessageId(message_id), ChannelId(1), UserId(2), "ada", "", (), is_forward=False
    )


def pages_of(ids: list[int], deleted: set[int]) -> tuple[set[int], int]:
    """Search to the end: what was found, and how many pages that took."""
    position, found, pages = SearchPosition("video", NOW, 0, None), set[int](), 0
    while position.searching_for == "video":
        window = [each for each in ids if each < position.before_message_id]
        there = window[position.result_offset :][: client.RESULTS_PER_PAGE]
        shown = tuple(result(each) for each in there if each not in deleted)
        found |= {message.id for message in shown}
        page = models.SearchPage(len(window), shown, (), len(shown))
        position = search.following(position, page, NOW)
        pages += 1
        assert position.result_offset <= client.SEARCH_OFFSET_CAP
    return found, pages


@given(
    some.sets(some.integers(1, NOW - 1), max_size=700).map(lambda ids: sorted(ids, reverse=True)),
    some.data(),
)
def test_every_result_is_seen_however_short_the_pages(
    ids: list[int], data: some.DataObject
) -> None:
    deleted = set(data.draw(some.lists(some.sampled_from(ids), unique=True))) if ids else set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "SEARCH_OFFSET_CAP", 100)
        found, _ = pages_of(ids, deleted)
    # Only where everything in a whole window is gone is there nothing to go on from.
    missed = set(ids) - deleted - found
    assert not missed or any(
        set(ids[start : start + 125]) <= deleted for start in range(0, len(ids), 1)
    )


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (25, 1), (26, 2), (5_000, 200)])
def test_no_page_is_asked_for_beyond_the_results(count: int, pages: int) -> None:
    found, asked = pages_of(list(range(count, 0, -1)), set())
    assert (len(found), asked) == (count, pages)


def test_forwards_come_after_videos_and_history_after_both() -> None:
    empty = models.SearchPage(0, (), (), 0)
    second = search.following(SearchPosition("video", 5, 0, None), empty, NOW)
    assert second == SearchPosition("snapshot", NOW, 0, None)
    assert search.following(second, empty, NOW).searching_for == "history"


def test_a_scan_of_a_million_messages_is_predicted() -> None:
    totals = prediction.Totals(messages=1_000_000, videos=5_000, forwards=30)
    assert prediction.predicted_requests(totals, channels=20) == 2 + 200 + 2 + 10_000 + 20
