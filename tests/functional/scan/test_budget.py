"""The daily budget of requests."""

import pytest

from functions.scan import budget
from tests.functional.scan.stage import MESSAGES, PUBLIC, SEARCH, Stage, post_old

pytestmark = pytest.mark.usefixtures("without_threads", "without_search")


def test_the_daily_budget_pauses_and_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "_BOOKED_AT_ONCE", 10)
    stage.use_settings("scan_settings_defaults: {scan_daily_requests_per_guild: 100}")
    post_old(stage, 100)
    stage.sync()
    stage.execute(
        "INSERT INTO scan_requests SELECT guild_id, (now() AT TIME ZONE 'UTC')::date, 79"
        " FROM bot_guilds"
    )
    stage.turn()
    scan = stage.latest_scan()
    assert scan["paused_until"] is not None
    assert "scan_daily_requests_per_guild" in scan["error_message"]
    assert stage.requests(MESSAGES) <= 1
    # New messages have a share of their own.
    stage.video(stage.screenshots, "new.mp4")
    stage.scan()
    assert stage.names() == ["new.mp4"]
    # And the next day has another budget.
    stage.execute("UPDATE scan_requests SET day = day - 1")
    stage.execute("UPDATE guild_scans SET paused_until = now() - interval '1 s'")
    stage.turn()
    assert len(stage.names()) == 11
    assert stage.latest_scan()["status"] == "succeeded"


def test_what_was_booked_and_not_sent_is_given_back(stage: Stage) -> None:
    post_old(stage, 5)
    stage.sync()
    stage.discord.requests.clear()
    stage.turn()
    sent = stage.value("SELECT requests FROM scan_requests WHERE guild_id = %s", stage.arcade.id)
    counted = sum(
        stage.requests(route)
        for route in (
            MESSAGES,
            SEARCH,
            PUBLIC,
            "GET /channels/{channel_id}/users/@me/threads/archived/private",
            "GET /applications/@me",
        )
    )
    assert sent == counted


def test_every_request_of_a_turn_counts(stage: Stage) -> None:
    stage.sync()
    posted = stage.video(stage.clips)
    stage.sync()
    stage.clips.delete_message(posted)
    stage.discord.requests.clear()
    stage.turn()
    assert stage.requests("GET /users/@me") == 1
    assert stage.requests("GET /applications/@me") > 1
    counted = stage.value("SELECT sum(requests)::integer FROM scan_requests")
    assert counted == stage.requests()


def test_requests_that_discord_let_fail_and_saw_again_count(stage: Stage) -> None:
    post_old(stage, 5)
    stage.sync()
    stage.discord.requests.clear()
    stage.discord.faults.add(MESSAGES, status=500, times=2)
    stage.turn()
    assert stage.names() == ["0000.mp4"]
    assert stage.requests(MESSAGES) == 3
    counted = stage.value("SELECT sum(requests)::integer FROM scan_requests")
    assert counted == stage.requests()


def test_what_was_read_with_the_last_request_of_a_day_is_kept(stage: Stage) -> None:
    stage.use_settings("scan_settings_defaults: {scan_daily_requests_per_guild: 100}")
    stage.sync()
    stage.video(stage.clips)
    stage.sync()
    stage.execute(
        "INSERT INTO scan_requests SELECT guild_id, (now() AT TIME ZONE 'UTC')::date, 98"
        " FROM bot_guilds"
    )
    stage.turn()
    assert stage.names() == ["clip.mp4"]
    # The question whether it counts was sent beyond the budget, and counts as well.
    assert stage.value("SELECT max(requests) FROM scan_requests") == 101
