"""The search of a guild: quick, resumable, and with what it will take stated first."""

from datetime import timedelta
from typing import Any

import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.permissions import Permission
from functions.scan import search
from functions.shared.discord import client
from tests.functional.scan.stage import MESSAGES, SEARCH, Stage

WEEK = timedelta(days=7)


def post_old(stage: Stage, count: int) -> None:
    """Videos of past weeks, a minute apart, which the sync has not seen as new."""
    begun = stage.world.now() - 10 * WEEK
    for number in range(count):
        stage.video(stage.clips, f"{number:04}.mp4", at=begun + timedelta(minutes=number))


def test_a_new_guild_is_searched_by_itself(stage: Stage) -> None:
    post_old(stage, 60)
    stage.scan()
    scan = stage.latest_scan()
    assert (scan["status"], scan["requested_by"]) == ("succeeded", None)
    assert (scan["total_results"], scan["results_seen"], scan["clips_saved"]) == (60, 60, 60)
    assert len(stage.names()) == 60


def test_the_prediction_is_stated_before_the_first_page_is_read(stage: Stage) -> None:
    post_old(stage, 60)
    stage.sync()
    stage.discord.faults.add(MESSAGES, status=500)
    stage.interfere("BEFORE UPDATE ON guild_scans", "RETURN NULL;", when="NEW.results_seen > 0")
    stage.turn()
    scan = stage.latest_scan()
    # Two questions, three pages of videos, one of forwards, one of history, and one per channel.
    assert (scan["status"], scan["predicted_requests"]) == ("running", 2 + 3 + 1 + 1 + 4)
    assert stage.names() == []


def test_forwards_are_searched_for_after_videos(stage: Stage) -> None:
    post_old(stage, 3)
    begun = stage.world.now() - WEEK
    original = stage.video(stage.staff, "forwarded.mp4", at=begun)
    stage.clips.post(stage.owner, at=begun, **messages.forward_of(original))
    stage.discord.faults.add(MESSAGES, status=500)
    stage.scan()
    assert stage.names() == ["0000.mp4", "0001.mp4", "0002.mp4", "forwarded.mp4"]


def test_the_search_slides_below_its_cap(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SEARCH_OFFSET_CAP", 50)
    stage.discord.faults.add(MESSAGES, status=500)
    post_old(stage, 200)
    stage.scan()
    assert len(stage.names()) == 200
    offsets = {query.split("offset=")[1].split("&")[0] for query in _queries(stage)}
    assert offsets == {"0", "25", "50"}


def test_pages_that_come_short_are_no_end(stage: Stage) -> None:
    stage.discord.faults.add(MESSAGES, status=500)
    post_old(stage, 80)
    for message in stage.clips.history.page(limit=70)[10:60]:
        stage.clips.delete_message(message)
    stage.scan()
    assert len(stage.names()) == 30


def test_a_guild_that_is_not_indexed_yet_is_waited_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    class Clock:
        @staticmethod
        async def sleep(seconds: float) -> None:
            waits.append(seconds)

    monkeypatch.setattr(search, "asyncio", Clock)
    stage.discord.search.rounds = 2
    post_old(stage, 3)
    stage.scan()
    assert waits == [2, 2]
    assert len(stage.names()) == 3


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 202, "body": {"message": "x", "code": 110_000, "retry_after": 99}},
        {"status": 400, "body": {"message": "x", "code": 50_035}},
        {"status": 500},
        {"body": {"message": "x"}, "status": 200},
    ],
)
def test_history_is_read_while_the_search_does_not_answer(
    stage: Stage, fault: dict[str, Any]
) -> None:
    post_old(stage, 3)
    down = stage.discord.faults.add(SEARCH, **fault)
    stage.scan()
    assert len(stage.names()) == 3
    assert stage.covered(stage.clips) == [(0, stage.clips.last_message_id)]
    assert stage.latest_scan()["status"] == "queued", "the search is still to come"
    stage.discord.faults.remove(down)
    stage.turn()
    assert stage.latest_scan()["status"] == "succeeded"


def test_results_of_channels_that_are_off_are_ignored(stage: Stage) -> None:
    begun = stage.world.now() - WEEK
    stage.video(stage.screenshots, "off.mp4", at=begun)
    stage.video(stage.clips, "on.mp4", at=begun)
    stage.sync()
    stage.execute("UPDATE bot_channels SET is_reading = false WHERE name = 'screenshots'")
    stage.turn()
    assert stage.names() == ["on.mp4"]


def test_age_restricted_channels_are_not_searched(stage: Stage) -> None:
    late = stage.arcade.add_channel("late", nsfw=True)
    stage.video(late, at=stage.world.now() - WEEK)
    stage.scan()
    queries = _queries(stage)
    assert queries
    assert all("include_nsfw=false" in query for query in queries)


def test_results_in_archived_threads_that_no_sync_saw_are_saved(stage: Stage) -> None:
    begun = stage.world.now() - WEEK
    thread = stage.clips.add_thread("old run", archived=True, at=begun)
    stage.video(thread, "archived.mp4", at=begun)
    stage.discord.faults.add("GET /channels/{channel_id}/threads/archived/public", status=500)
    stage.scan()
    assert stage.names() == ["archived.mp4"]
    assert stage.states()["old run"] == "archived"


def test_a_guild_that_may_not_be_searched_is_read_channel_by_channel(stage: Stage) -> None:
    post_old(stage, 5)
    stage.sync()
    stage.discord.faults.add(SEARCH, status=403, body={"message": "x", "code": 50001})
    stage.turn()
    scan = stage.latest_scan()
    assert (scan["status"], scan["searching_for"]) == ("succeeded", "history")
    assert "50001" in scan["error_message"]
    assert len(stage.names()) == 5


def test_a_canceled_scan_stops_and_new_messages_go_on(stage: Stage) -> None:
    post_old(stage, 60)
    stage.sync()
    stage.execute(
        "INSERT INTO guild_scans (guild_id, status) VALUES (%s, 'canceled')", stage.arcade.id
    )
    stage.video(stage.screenshots, "new.mp4")
    stage.scan()
    assert stage.names() == ["new.mp4"]
    assert stage.requests(SEARCH) == 0


def test_a_search_goes_on_where_it_was(stage: Stage) -> None:
    post_old(stage, 100)
    stage.sync()
    stage.interfere(
        "BEFORE UPDATE ON guild_scans", "RAISE EXCEPTION 'no';", when="NEW.results_seen > 50"
    )
    stage.turn()
    assert stage.latest_scan()["results_seen"] == 50
    assert len(stage.names()) == 50
    stage.stop_interfering()
    stage.discord.requests.clear()
    stage.turn()
    scan = stage.latest_scan()
    assert (scan["results_seen"], scan["clips_saved"]) == (100, 100)
    assert [query.split("offset=")[1].split("&")[0] for query in _queries(stage)] == [
        "50",
        "75",
        "0",
    ]


def test_the_search_asks_for_hardly_more_pages_than_there_are(stage: Stage) -> None:
    post_old(stage, 1_000)
    stage.scan()
    assert stage.requests(SEARCH) <= 1_000 / client.RESULTS_PER_PAGE + 4


def test_without_history_permission_anywhere_nothing_is_concluded(stage: Stage) -> None:
    post_old(stage, 5)
    stage.sync()
    stage.arcade.everyone.permissions = int(Permission.VIEW_CHANNEL)
    stage.world.add_bot(stage.arcade, permissions=int(Permission.VIEW_CHANNEL))
    stage.turn()
    assert stage.names() == []
    assert stage.covered(stage.clips) == []


def _queries(stage: Stage) -> list[str]:
    return [request.query for request in stage.discord.requests.to(SEARCH)]
