"""The proof of history, the archived threads, and the budget of both."""

from datetime import timedelta
from typing import Any

import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.channels import deny
from clipsaver.emulator.permissions import Permission
from functions.scan import access, budget, reading
from functions.shared.discord import client
from tests.functional.scan.stage import MESSAGES, PUBLIC, SEARCH, Stage

YEAR = timedelta(days=365)


@pytest.fixture(autouse=True)
def without_threads(stage: Stage) -> None:
    """What there is to read, the tests post themselves."""
    del stage.arcade.threads[stage.week.id]


@pytest.fixture(autouse=True)
def without_search(stage: Stage) -> None:
    """Whatever is found here is found by reading."""
    stage.discord.faults.add(SEARCH, status=403, body={"message": "x", "code": 50001})


def post_old(stage: Stage, count: int) -> None:
    begun = stage.world.now() - YEAR
    for number in range(count):
        files = [messages.video(f"{number:04}.mp4")] if number % 10 == 0 else []
        stage.clips.post(stage.owner, f"{number}", files, at=begun + timedelta(minutes=number))


@pytest.mark.parametrize("count", [1, 99, 100, 101, 350, 400])
def test_all_of_a_channels_history_is_read_once(
    stage: Stage, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_PAGES_PER_BATCH", 2)
    post_old(stage, count)
    stage.scan()
    assert len(stage.names()) == -(-count // 10)
    assert stage.rows(
        "SELECT kind, status::text, messages_scanned, messages_matched FROM bot_channel_scan_runs"
    ) == [("history", "succeeded", count, -(-count // 10))]
    assert stage.covered(stage.clips) == [(0, stage.clips.last_message_id)]
    assert stage.value("SELECT message_count FROM bot_channels WHERE name = 'clips'") == count
    assert stage.latest_scan()["status"] == "succeeded"


def test_a_gap_in_the_ledger_is_read(stage: Stage) -> None:
    post_old(stage, 30)
    stage.scan()
    middle = stage.clips.history.all()[10].id
    stage.execute("DELETE FROM clips")
    stage.execute("UPDATE scan_coverage SET last_message_id = %s", middle)
    stage.execute(
        "INSERT INTO scan_coverage SELECT guild_id, channel_id, %s, %s FROM scan_coverage",
        stage.clips.history.all()[20].id,
        stage.clips.last_message_id,
    )
    stage.turn()
    assert stage.covered(stage.clips) == [(0, stage.clips.last_message_id)]
    assert stage.names() == []  # 0010 and 0020 are at the edges, which were read.


def test_an_empty_page_is_no_end_where_the_permission_is_missing(stage: Stage) -> None:
    post_old(stage, 250)
    stage.sync()
    stage.clips.overwrites = (deny(stage.arcade.everyone, Permission.READ_MESSAGE_HISTORY),)
    stage.turn()
    assert stage.covered(stage.clips) == []
    ((status, reason),) = stage.rows(
        "SELECT status::text, error_message FROM bot_channel_scan_runs"
    )
    assert status == "failed"
    assert "may not read its history" in reason


def test_an_empty_page_from_before_the_permission_was_seen_proves_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_old(stage, 20)
    stage.sync()
    stage.clips.overwrites = (deny(stage.arcade.everyone, Permission.READ_MESSAGE_HISTORY),)
    assure = access.assure

    async def assure_once_granted(*given: object, **flags: bool) -> None:
        stage.clips.overwrites = ()
        await assure(*given, **flags)  # type: ignore[arg-type]

    monkeypatch.setattr(access, "assure", assure_once_granted)
    stage.turn()
    assert stage.names() == ["0000.mp4", "0010.mp4"]
    assert stage.covered(stage.clips) == [(0, stage.clips.last_message_id)]


def test_a_refused_channel_is_left_alone_for_an_hour(stage: Stage) -> None:
    post_old(stage, 5)
    stage.discord.faults.add(MESSAGES, status=403, body={"message": "x", "code": 50001})
    stage.scan()
    stage.turn()
    assert stage.requests(MESSAGES) == 1


def test_an_outage_of_one_channel_does_not_keep_the_others_from_being_read(stage: Stage) -> None:
    post_old(stage, 5)
    stage.video(stage.screenshots, at=stage.world.now() - YEAR)
    stage.discord.faults.add(MESSAGES, channel=stage.screenshots, status=500)
    stage.scan()
    assert stage.names() == ["0000.mp4"]
    assert stage.rows(
        "SELECT status::text FROM bot_channel_scan_runs WHERE channel_id = %s", stage.screenshots.id
    ) == [("queued",)]
    stage.discord.faults.clear()
    stage.turn()
    assert stage.names() == ["0000.mp4", "clip.mp4"]


def test_the_intent_must_be_on_after_reading_too(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_old(stage, 5)
    stage.sync()
    keep, application = reading.Reading._keep, stage.world.application

    async def keep_without_intent(*given: object, **flags: bool) -> None:
        application.flags = 0
        await keep(*given, **flags)  # type: ignore[arg-type]

    monkeypatch.setattr(reading.Reading, "_keep", keep_without_intent)
    stage.turn()
    assert stage.covered(stage.clips) == []
    assert "intent is off" in stage.latest_scan()["error_message"]


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


def test_archived_threads_are_listed_and_read(stage: Stage) -> None:
    now = stage.world.now()
    forum = stage.arcade.add_channel("show", "forum")
    for number in range(120):
        begun = now - YEAR - timedelta(minutes=number)
        post = forum.add_thread(f"post {number}", archived=True, at=begun)
        stage.video(post, f"{number:03}.mp4", at=begun)
    private = stage.clips.add_thread(
        "secret", type="private_thread", archived=True, members=[stage.bot], at=now - YEAR
    )
    stage.video(private, "private.mp4", at=now - YEAR)
    other = stage.clips.add_thread("closed", type="private_thread", archived=True, at=now - YEAR)
    stage.video(other, "closed.mp4", at=now - YEAR)
    stage.scan()
    stage.turn()
    stage.turn()
    assert len(stage.names()) == 121
    assert "private.mp4" in stage.names()
    assert stage.latest_scan()["status"] == "succeeded"
    # The next sync leaves them as they are, and lists them no more.
    stage.discord.requests.clear()
    stage.scan()
    assert stage.states()["post 7"] == "archived"
    assert stage.requests(PUBLIC) == stage.requests(MESSAGES) == 0


@pytest.mark.parametrize(("days", "is_found"), [(6, False), (8, True)])
def test_threads_that_no_sync_saw_below_a_quiet_channel_are_found_within_a_week(
    stage: Stage, *, days: int, is_found: bool
) -> None:
    stage.scan()
    quick = stage.clips.add_thread("quick")
    stage.video(quick, "quick.mp4")
    quick.archive()
    stage.execute(
        "UPDATE bot_channels SET last_activity_at = now() - interval '30 days',"
        f" archived_threads_read_at = archived_threads_read_at - interval '{days} days'"
    )
    stage.scan()
    assert stage.names() == (["quick.mp4"] if is_found else [])


def test_a_quick_thread_is_found_behind_a_page_of_threads_that_a_sync_saw_active(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_THREADS_PER_PAGE", 2)
    stage.scan()
    known = [stage.clips.add_thread(f"known {number}") for number in range(4)]
    stage.sync()
    quick = stage.clips.add_thread("quick")
    stage.video(quick, "quick.mp4")
    for seconds, thread in enumerate((quick, *known)):
        thread.archive(at=stage.world.now() + timedelta(seconds=seconds))
    stage.clips.post(stage.owner, "something happens")
    stage.execute(
        "UPDATE bot_channels SET archived_threads_read_at = archived_threads_read_at"
        " - interval '2 days'"
    )
    stage.scan()
    assert stage.names() == ["quick.mp4"]


def test_a_list_is_read_on_only_until_what_was_archived_before_the_last_reading(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_THREADS_PER_PAGE", 2)
    begun = stage.world.now() - YEAR
    for number in range(10):
        stage.clips.add_thread(f"old {number}", archived=True, at=begun + timedelta(days=number))
    stage.scan()
    stage.clips.post(stage.owner, "something happens")
    stage.execute("UPDATE bot_channels SET archived_threads_read_at = now() - interval '2 days'")
    stage.discord.requests.clear()
    stage.scan()
    assert stage.requests(PUBLIC) == 1
    # Whoever asks for a scan asks for all of it, also where an earlier listing was interrupted.
    stage.execute(
        "UPDATE bot_channels SET archived_threads_begun_at = now() - interval '9 days',"
        " archived_threads_cursor = '2020-01-01T00:00:00+00:00' WHERE name = 'clips'"
    )
    stage.ask_for_scan()
    begun_again = "SELECT count(*) FROM bot_channels WHERE archived_threads_begun_at IS NOT NULL"
    assert stage.value(begun_again) == 0
    stage.discord.requests.clear()
    stage.turn()
    assert stage.requests(PUBLIC) > 5


def test_a_quick_thread_that_its_channel_tells_of_is_found_at_once(stage: Stage) -> None:
    stage.scan()
    quick = stage.clips.add_thread("quick")
    stage.clips.post(stage.owner, "quick", type=18, thread_id=quick.id)
    stage.video(quick, "quick.mp4")
    quick.archive()
    stage.scan()
    assert stage.names() == ["quick.mp4"]
    # A thread that is known costs nothing more.
    stage.discord.requests.clear()
    active = stage.clips.add_thread("active")
    stage.clips.post(stage.owner, "active", type=18, thread_id=active.id)
    stage.scan()
    assert stage.requests(PUBLIC) == 0


def test_a_quick_post_of_a_forum_is_found_at_once(stage: Stage) -> None:
    forum = stage.arcade.add_channel("show", "forum")
    stage.scan()
    quick = forum.add_thread("quick")
    stage.video(quick, "quick.mp4")
    quick.archive()
    stage.scan()
    assert stage.names() == ["quick.mp4"]
    # A post that nobody finds any more is looked for once.
    gone = forum.add_thread("gone")
    del stage.arcade.threads[gone.id]
    stage.scan()
    stage.discord.requests.clear()
    stage.scan()
    assert stage.requests(PUBLIC) == 0


def test_a_list_that_discord_refuses_is_not_taken_for_read(stage: Stage) -> None:
    begun = stage.world.now() - YEAR
    stage.video(stage.clips.add_thread("old", archived=True, at=begun), "old.mp4", at=begun)
    stage.discord.faults.add(
        PUBLIC, channel=stage.clips, status=403, body={"message": "x", "code": 50013}
    )
    stage.scan()
    stage.discord.requests.clear()
    stage.scan()
    assert stage.requests(PUBLIC) == 0
    stage.discord.faults.clear()
    stage.execute(
        "UPDATE bot_channels SET archived_threads_refused_at = now() - interval '2 hours'"
        " WHERE archived_threads_refused_at IS NOT NULL"
    )
    stage.scan()
    assert stage.names() == ["old.mp4"]


@pytest.mark.parametrize("archived", [False, True])
def test_a_post_of_which_only_its_first_message_is_known_is_read(
    stage: Stage, *, archived: bool
) -> None:
    begun = stage.world.now() - YEAR
    post = stage.arcade.add_channel("show", "forum").add_thread("post", archived=archived, at=begun)
    video = messages.video("first.mp4")
    video.id = stage.world.mint.next(begun)
    post.history.add(
        messages.Message(
            id=post.id, channel_id=post.id, author=stage.owner, content="", attachments=[video]
        )
    )
    assert post.last_message_id is None
    stage.scan()
    stage.turn()
    assert stage.names() == ["first.mp4"]
    ((first, last),) = stage.covered(post)
    assert first == 0
    assert last >= post.id


def test_news_in_an_old_private_thread_are_found_behind_many_without(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_THREADS_PER_PAGE", 2)
    begun = stage.world.now() - YEAR
    threads = [
        stage.clips.add_thread(
            f"secret {number}",
            type="private_thread",
            archived=True,
            members=[stage.bot],
            at=begun + timedelta(days=number),
        )
        for number in range(5)
    ]
    stage.scan()
    stage.video(threads[0], "news.mp4")
    assert threads[0].thread
    threads[0].thread.archived = True
    stage.execute("UPDATE bot_channels SET archived_threads_read_at = now() - interval '2 days'")
    stage.clips.post(stage.owner, "something happens")
    stage.scan()
    assert stage.names() == ["news.mp4"]


def test_a_run_that_was_left_behind_is_taken_up_again(stage: Stage) -> None:
    post_old(stage, 20)
    stage.sync()
    stage.execute(
        "INSERT INTO bot_channel_scan_runs (channel_id, kind, status, messages_scanned)"
        " VALUES (%s, 'history', 'running', 7)",
        stage.clips.id,
    )
    stage.turn()
    assert stage.rows("SELECT status::text, messages_scanned FROM bot_channel_scan_runs") == [
        ("succeeded", 27)
    ]


def test_a_guild_that_another_run_scans_is_left_to_it(stage: Stage) -> None:
    post_old(stage, 5)
    stage.sync()
    stage.execute(
        "INSERT INTO leases VALUES ('scan:' || %s, gen_random_uuid(), now() + interval '10 s')",
        str(stage.arcade.id),
    )
    assert stage.turn() == {"batchItemFailures": []}
    assert stage.names() == []


def test_a_run_that_lost_its_lease_keeps_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_old(stage, 5)
    stage.sync()
    keep = reading.Reading._keep

    async def keep_without_lease(*given: object, **flags: bool) -> None:
        stage.execute("UPDATE leases SET holder = gen_random_uuid()")
        await keep(*given, **flags)  # type: ignore[arg-type]

    monkeypatch.setattr(reading.Reading, "_keep", keep_without_lease)
    stage.turn()
    assert stage.names() == []
    assert stage.covered(stage.clips) == []


def test_nothing_brings_back_what_was_buried(stage: Stage) -> None:
    post_old(stage, 1)
    stage.scan()
    stage.execute(
        "INSERT INTO clip_tombstones SELECT guild_id, channel_id, message_id, attachment_id,"
        " 'message_deleted' FROM clips"
    )
    stage.execute("DELETE FROM clips; DELETE FROM scan_coverage; DELETE FROM guild_scans")
    stage.turn()
    assert stage.names() == []
    assert stage.covered(stage.clips) != []


def test_nothing_is_kept_of_those_who_opted_out(stage: Stage) -> None:
    post_old(stage, 1)
    stage.sync()
    stage.execute("INSERT INTO clip_opt_outs VALUES (%s, %s)", stage.arcade.id, stage.owner.id)
    stage.turn()
    assert stage.names() == []


def test_an_archived_thread_that_is_gone_is_not_asked_for_again(stage: Stage) -> None:
    begun = stage.world.now() - YEAR
    thread = stage.clips.add_thread("gone", archived=True, at=begun)
    stage.video(thread, at=begun)
    unknown = {"message": "Unknown Channel", "code": 10003}
    stage.discord.faults.add(MESSAGES, channel=thread, status=404, body=unknown)
    stage.scan()
    assert stage.states()["gone"] == "deleted"
    stage.execute("UPDATE bot_channel_scan_runs SET finished_at = now() - interval '2 hours'")
    stage.discord.requests.clear()
    stage.scan()
    assert stage.requests(MESSAGES) == 0


def test_a_channel_is_not_marked_as_deleted_by_a_scan(stage: Stage) -> None:
    post_old(stage, 1)
    unknown = {"message": "Unknown Channel", "code": 10003}
    stage.discord.faults.add(MESSAGES, status=404, body=unknown)
    stage.scan()
    assert stage.states()["clips"] == "visible"


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
        stage.cancel_scan()
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
        stage.cancel_scan()
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
        stage.execute(
            "UPDATE guild_scans SET status = 'canceled';"
            "UPDATE bot_channel_scan_runs SET status = 'canceled' WHERE status = 'running'"
        )
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
