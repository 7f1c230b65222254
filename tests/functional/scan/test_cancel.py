"""A scan that is canceled on the way.

It is canceled from another thread: the scan's own may hold what the canceling waits for.
"""

import asyncio
from typing import Any

import pytest

from functions.scan import reading
from functions.shared.discord import client
from tests.functional.scan.stage import MESSAGES, PUBLIC, YEAR, Stage, post_old

pytestmark = pytest.mark.usefixtures("without_threads", "without_search")


def test_a_scan_that_is_canceled_while_threads_are_listed_begins_nothing_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_old(stage, 300)
    begun = stage.world.now() - YEAR
    stage.video(stage.clips.add_thread("old", archived=True, at=begun), at=begun)
    stage.sync()
    list_threads = client.DiscordClient.list_archived_threads

    async def list_canceled(*given: Any) -> Any:
        page = await list_threads(*given)
        await asyncio.to_thread(stage.cancel_scan)
        return page

    monkeypatch.setattr(client.DiscordClient, "list_archived_threads", list_canceled)
    stage.turn()
    assert stage.requests(PUBLIC) <= 2
    assert stage.requests(MESSAGES) == 0
    assert stage.rows("SELECT status FROM bot_channel_scan_runs") == []
    assert stage.latest_scan()["status"] == "canceled"


def test_runs_that_begin_as_a_scan_is_canceled_are_not_left_behind(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_old(stage, 300)
    stage.video(stage.screenshots, at=stage.world.now() - YEAR)
    stage.sync()
    list_messages = client.DiscordClient.list_messages

    async def list_canceled(*given: Any, **cursors: Any) -> Any:
        page = await list_messages(*given, **cursors)
        await asyncio.to_thread(stage.cancel_scan)
        return page

    monkeypatch.setattr(client.DiscordClient, "list_messages", list_canceled)
    stage.turn()
    assert stage.rows("SELECT DISTINCT status::text FROM bot_channel_scan_runs") == [("canceled",)]


def test_a_scan_that_is_canceled_on_the_way_stops(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_PAGES_PER_BATCH", 1)
    post_old(stage, 900)
    stage.video(stage.screenshots, at=stage.world.now() - YEAR)
    stage.sync()
    keep = reading.Reading._keep

    async def keep_canceled(*given: object, **flags: bool) -> None:
        await asyncio.to_thread(stage.cancel_scan)
        await keep(*given, **flags)  # type: ignore[arg-type]

    monkeypatch.setattr(reading.Reading, "_keep", keep_canceled)
    stage.turn()
    stage.turn()
    assert stage.requests(MESSAGES) <= 2
    # What was read by then is kept.
    ((first, last),) = stage.covered(stage.clips)
    assert 0 < first < last == stage.clips.last_message_id
    statuses = stage.rows("SELECT DISTINCT status::text FROM bot_channel_scan_runs")
    assert statuses == [("canceled",)]
