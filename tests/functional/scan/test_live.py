"""New messages: found within one sync, once, and with nothing asked where nothing happened."""

from datetime import datetime, timedelta

import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.channels import deny
from clipsaver.emulator.permissions import Permission
from functions.scan import reading, turn
from functions.scan.scan import Scan
from functions.shared.discord import client
from tests.functional.scan.stage import MESSAGES, SEARCH, Stage


def test_a_video_is_catalogued_after_the_next_sync(stage: Stage) -> None:
    stage.scan()
    posted = stage.video(stage.clips, "ace.mp4", text="what a shot")
    stage.video(stage.week, "thread.mp4")
    stage.clips.post(stage.owner, "no clip", [messages.Attachment("a.png", 1, "image/png")])
    stage.scan()
    assert stage.names() == ["ace.mp4", "thread.mp4"]
    ((text, author, message_id),) = stage.rows(
        "SELECT message_text, author_name, message_id FROM clips WHERE filename = 'ace.mp4'"
    )
    assert (text, author, message_id) == ("what a shot", "ada", posted.id)


def test_each_word_of_a_text_of_several_lines_is_found(stage: Stage) -> None:
    stage.video(stage.clips, text="look at this\nheadshot\tof mine")
    stage.scan()
    assert stage.rows("SELECT message_text FROM clips") == [("look at this\nheadshot\tof mine",)]
    for word in ("this", "headshot", "mine"):
        assert stage.found(word) == ["clip.mp4"]
    assert stage.found("thisheadshot") == []


def test_all_that_is_told_of_a_native_clip_is_kept(stage: Stage) -> None:
    taken = stage.world.now() - timedelta(hours=3)
    linus = stage.world.add_user("linus")
    clip = messages.clip("ace.mp4", taken_at=taken, participants=[stage.owner, linus], game="Arena")
    stage.clips.post(stage.owner, "", [clip])
    stage.scan()
    ((kept,),) = stage.rows("SELECT to_jsonb(clips) FROM clips")
    assert kept["is_native_clip"]
    assert kept["participant_ids"] == [stage.owner.id, linus.id]
    assert (kept["game"], kept["game_id"]) == ("Arena", clip.id + 1)
    assert datetime.fromisoformat(kept["clip_created_at"]) == taken
    assert (kept["width"], kept["height"], kept["duration_seconds"]) == (1920, 1080, 20)
    assert kept["placeholder"] == clip.placeholder


def test_a_size_that_no_video_has_holds_up_nothing(stage: Stage) -> None:
    odd = messages.video("odd.mp4")
    odd.width = 3_000_000_000
    stage.clips.post(stage.owner, "", [odd])
    stage.video(stage.clips, "next.mp4")
    stage.scan()
    assert stage.names() == ["next.mp4", "odd.mp4"]
    assert stage.rows("SELECT width, height FROM clips WHERE filename = 'odd.mp4'") == [
        (None, 1080)
    ]


@pytest.mark.parametrize("size", [-1, -(10**30), 1 << 63, 10**30])
def test_a_file_with_a_length_that_no_file_has_is_left_out_alone(stage: Stage, size: int) -> None:
    odd, even = messages.video("odd.mp4", size=size), messages.video("even.mp4")
    stage.clips.post(stage.owner, "", [odd, even])
    stage.video(stage.clips, "next.mp4")
    stage.scan()
    assert stage.names() == ["even.mp4", "next.mp4"]


def test_a_message_that_makes_no_sense_is_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.sync()
    posted = stage.clips.post(stage.owner, "odd")
    stage.sync()
    tallies: list[turn.Tally] = []
    monkeypatch.setattr(Scan, "_measure", lambda _, outcome: tallies.append(outcome.tally))
    stage.discord.faults.add(
        MESSAGES, channel=stage.clips, status=200, body=[{"id": str(posted.id)}]
    )
    stage.turn()
    assert [(tally.messages, tally.unreadable) for tally in tallies] == [(1, 1)]


def test_a_guild_in_which_nothing_happened_is_asked_nothing(stage: Stage) -> None:
    stage.video(stage.clips)
    stage.scan()
    stage.scan()
    stage.discord.requests.clear()
    stage.turn()
    assert list(stage.discord.requests) == []


def test_a_scan_that_comes_twice_changes_nothing(stage: Stage) -> None:
    stage.video(stage.clips)
    stage.scan()
    counted = "SELECT channel_id, messages_scanned, messages_matched FROM bot_channel_scan_runs"
    before = (stage.rows("SELECT * FROM clips"), sorted(stage.rows(counted)))
    stage.turn()
    stage.turn()
    assert (stage.rows("SELECT * FROM clips"), sorted(stage.rows(counted))) == before


def test_another_guild_is_left_alone(stage: Stage) -> None:
    stage.video(stage.basement.channels[next(iter(stage.basement.channels))], "other.mp4")
    stage.video(stage.clips, "mine.mp4")
    stage.scan()
    assert stage.names() == ["mine.mp4"]


def test_a_video_in_a_thread_that_was_archived_before_the_next_sync_is_found(stage: Stage) -> None:
    stage.video(stage.week, "first.mp4")
    stage.scan()
    stage.scan()
    assert stage.week.thread
    stage.video(stage.week, "last.mp4")
    stage.week.thread.archive()
    stage.scan()
    assert stage.names() == ["first.mp4", "last.mp4"]
    # Once is enough.
    stage.scan()
    stage.discord.requests.clear()
    stage.scan()
    assert stage.requests(MESSAGES) == 0


def test_voice_chats_forums_and_forwards_are_read_too(stage: Stage) -> None:
    stage.arcade.add_channel("show", "forum")
    forum = next(each for each in stage.arcade.channels.values() if each.name == "show")
    stage.video(forum.add_thread("post"), "forum.mp4")
    stage.video(stage.lobby, "voice.mp4")
    original = stage.video(stage.staff, "forwarded.mp4")
    stage.clips.post(stage.owner, **messages.forward_of(original))
    stage.scan()
    assert stage.names() == ["forum.mp4", "forwarded.mp4", "voice.mp4"]
    assert stage.value("SELECT is_forward FROM clips WHERE filename = 'forwarded.mp4'")


def test_what_is_too_large_or_closed_or_switched_off_is_not_saved(stage: Stage) -> None:
    stage.sync()
    stage.execute("UPDATE bot_channels SET is_reading = false WHERE name = 'screenshots'")
    late = stage.arcade.add_channel("late", nsfw=True)
    big = messages.video("big.mp4", size=200 * 1024 * 1024)
    stage.clips.post(stage.owner, "", [big])
    stage.video(stage.screenshots, "off.mp4")
    stage.video(stage.staff, "closed.mp4")
    stage.video(late, "late.mp4")
    stage.scan()
    assert stage.names() == []


def test_the_settings_of_a_channel_hold_in_its_threads(stage: Stage) -> None:
    stage.sync()
    small = """'{"max_file_size_mb": 1}'"""
    stage.execute(f"UPDATE bot_channels SET settings = {small} WHERE name = 'clips'")
    stage.video(stage.week, "follows.mp4")
    own = stage.clips.add_thread("own")
    stage.video(own, "own.mp4")
    broken = stage.screenshots.add_thread("broken")
    stage.video(broken, "broken.mp4")
    stage.sync()
    stage.execute(
        """UPDATE bot_channels SET settings = '{"max_file_size_mb": 10}' WHERE name = 'own'"""
    )
    stage.execute("UPDATE bot_channels SET settings = '[1]' WHERE name = 'screenshots'")
    stage.execute("UPDATE bot_channels SET settings = '5' WHERE name = 'broken'")
    stage.turn()
    assert stage.names() == ["broken.mp4", "own.mp4"]


def test_an_age_restricted_channel_is_read_only_where_that_is_wanted(stage: Stage) -> None:
    stage.sync()
    late = stage.arcade.add_channel("late", nsfw=True)
    stage.video(late, "late.mp4")
    stage.sync()
    # An admin may switch the channel on; the guild has the last word.
    stage.execute("UPDATE bot_channels SET is_reading = true WHERE name = 'late'")
    stage.turn()
    assert stage.names() == []
    stage.execute("""UPDATE guild_settings SET settings = settings || '{"scan_nsfw": true}'""")
    stage.turn()
    assert stage.names() == ["late.mp4"]


@pytest.mark.parametrize(("level", "is_read"), [(0, True), (1, False), (2, True), (3, False)])
def test_a_guild_that_is_age_restricted_is_read_only_where_that_is_wanted(
    stage: Stage, *, level: int, is_read: bool
) -> None:
    stage.sync()
    stage.video(stage.clips)
    stage.video(stage.clips, "old.mp4", at=stage.world.now() - timedelta(days=400))
    stage.arcade.nsfw_level = level
    # As an older release leaves it; the next sync reads what it does not know.
    stage.execute("UPDATE bot_guilds SET nsfw_level = NULL")
    stage.scan()
    stage.turn()
    assert stage.names() == (["clip.mp4", "old.mp4"] if is_read else [])
    stage.execute("""UPDATE guild_settings SET settings = settings || '{"scan_nsfw": true}'""")
    stage.turn()
    assert stage.names() == ["clip.mp4", "old.mp4"]


def test_the_text_is_kept_only_where_that_is_wanted(stage: Stage) -> None:
    stage.sync()
    stage.execute(
        """UPDATE guild_settings SET settings = settings || '{"keep_message_text": false}'"""
    )
    stage.video(stage.clips, text="secret")
    stage.scan()
    assert stage.rows("SELECT message_text FROM clips") == [(None,)]


def test_a_threads_channel_switches_it_off(stage: Stage) -> None:
    stage.sync()
    stage.execute("UPDATE bot_channels SET is_reading = false WHERE name = 'clips'")
    stage.video(stage.week, "thread.mp4")
    stage.scan()
    assert stage.names() == []


def test_many_new_messages_are_read_page_by_page(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_PAGES_PER_BATCH", 2)
    del stage.arcade.threads[stage.week.id]
    for number in range(730):
        stage.clips.post(stage.owner, f"{number}", [messages.video(f"{number:03}.mp4")])
    stage.scan()
    assert len(stage.names()) == 730
    assert stage.rows("SELECT kind, messages_scanned FROM bot_channel_scan_runs") == [("live", 730)]
    assert stage.requests(MESSAGES) <= 730 / client.MESSAGES_PER_PAGE + 1


def test_a_deleted_last_message_is_not_asked_for_again_and_again(stage: Stage) -> None:
    stage.scan()
    posted = stage.video(stage.clips)
    stage.clips.delete_message(posted)
    stage.scan()
    stage.discord.requests.clear()
    stage.turn()
    assert stage.names() == []
    assert list(stage.discord.requests) == []


def test_an_empty_page_counts_only_while_the_history_may_be_read(stage: Stage) -> None:
    stage.sync()
    stage.video(stage.clips)
    stage.sync()
    stage.clips.overwrites = (deny(stage.arcade.everyone, Permission.READ_MESSAGE_HISTORY),)
    stage.turn()
    assert stage.covered(stage.clips) == []
    assert stage.rows(
        "SELECT status::text FROM bot_channel_scan_runs WHERE channel_id = %s", stage.clips.id
    ) == [("failed",)]
    stage.clips.overwrites = ()
    stage.execute("UPDATE bot_channel_scan_runs SET finished_at = now() - interval '2 hours'")
    stage.turn()
    assert stage.names() == ["clip.mp4"]


def test_nothing_counts_as_read_while_the_message_content_intent_is_off(stage: Stage) -> None:
    application = stage.world.application
    stage.video(stage.clips)
    stage.sync()
    flags, application.flags = application.flags, 0
    stage.turn()
    assert stage.rows("SELECT * FROM scan_coverage") == []
    assert stage.requests(MESSAGES) == stage.requests(SEARCH) == 0
    application.flags = flags
    stage.turn()
    assert stage.names() == ["clip.mp4"]


def test_a_refused_page_of_history_does_not_hold_up_new_messages(stage: Stage) -> None:
    stage.clips.post(stage.owner, "old", at=stage.world.now() - timedelta(days=400))
    stage.discord.faults.add(MESSAGES, status=403, body={"message": "x", "code": 50001})
    stage.scan()
    assert stage.rows("SELECT DISTINCT kind, status::text FROM bot_channel_scan_runs") == [
        ("history", "failed")
    ]
    stage.discord.faults.clear()
    stage.video(stage.clips, "new.mp4")
    stage.scan()
    assert stage.names() == ["new.mp4"]


def test_a_channel_that_refused_its_new_messages_is_left_alone_for_an_hour(stage: Stage) -> None:
    stage.scan()
    stage.discord.faults.add(MESSAGES, status=403, body={"message": "x", "code": 50001})
    stage.video(stage.clips, "new.mp4")
    stage.scan()
    stage.discord.requests.clear()
    stage.turn()
    assert stage.requests(MESSAGES) == 0


def test_old_messages_are_left_to_history(stage: Stage) -> None:
    now = stage.world.now()
    stage.video(stage.clips, "old.mp4", at=now - timedelta(days=400))
    stage.sync()
    stage.turn()
    assert stage.names() == ["old.mp4"]
    assert stage.rows("SELECT kind FROM bot_channel_scan_runs WHERE messages_scanned > 0") == [
        ("history",)
    ]


def test_a_new_thread_of_a_channel_that_is_off_is_off(stage: Stage) -> None:
    stage.sync()
    stage.execute("UPDATE bot_channels SET is_reading = false WHERE name = 'clips'")
    stage.video(stage.clips.add_thread("fresh"), "thread.mp4")
    stage.sync()
    assert not stage.value("SELECT is_reading FROM bot_channels WHERE name = 'fresh'")
