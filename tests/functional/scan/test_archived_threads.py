"""Archived threads, which no sync sees."""

from datetime import timedelta

import pytest

from clipsaver.emulator import messages
from functions.shared.discord import client
from tests.functional.scan.stage import MESSAGES, PUBLIC, YEAR, Stage

pytestmark = pytest.mark.usefixtures("without_threads", "without_search")


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
