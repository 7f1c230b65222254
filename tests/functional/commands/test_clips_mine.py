"""`/clips mine`: what somebody sees of their own clips, and does with them."""

import re
from typing import Any

import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.channels import Channel, deny
from clipsaver.emulator.interaction_record import Interaction
from clipsaver.emulator.messages import Message
from clipsaver.emulator.people import User
from clipsaver.emulator.permissions import Permission
from functions.shared.db import own_clips
from tests.functional.commands.stage import Stage, answered

MB = 1024 * 1024
JUMP = "https://discord.com/channels"


def post(stage: Stage, author: User, name: str, channel: str = "clips", **file: Any) -> Message:
    """A clip that is posted and saved."""
    return saved(stage, stage.channel(channel), author, name, **file)


def saved(stage: Stage, channel: Channel, author: User, name: str, **file: Any) -> Message:
    message = channel.post(author, f"about {name}", [messages.video(name, **file)])
    used = stage.act.message_command(channel.guild, author, "Save clip", message)
    assert used.text == f"💾 Saved: `{name}`"
    return message


def mine(stage: Stage, user: User | None = None) -> Interaction:
    return answered(stage.act.command(stage.arcade, user or stage.linus, "clips mine"))


def click(stage: Stage, shown: Interaction, custom_id: str) -> Interaction:
    """Linus presses a button."""
    return answered(stage.act.click(shown, stage.linus, custom_id))


def button(action: str, message: Message, page: int = 0) -> str:
    return f"clips_mine:{action}:{message.id}:{message.attachments[0].id}:{page}"


def names(shown: Interaction) -> list[str]:
    return re.findall(r"\*\*`(.*?)`\*\*", shown.text)


def clips(stage: Stage) -> list[str]:
    found = stage.rows.sql("SELECT filename FROM clips ORDER BY message_id")
    return [row["filename"] for row in found]


def tombstones(stage: Stage) -> list[tuple[Any, ...]]:
    return stage.rows.connection.execute(
        "SELECT guild_id, channel_id, message_id, attachment_id, reason FROM clip_tombstones"
    ).fetchall()


def test_ones_own_clips_are_listed_newest_first_and_nobody_elses(stage: Stage) -> None:
    first = post(stage, stage.linus, "first.mp4", size=5 * MB, seconds=75)
    post(stage, stage.ada, "adas.mp4")
    second = post(stage, stage.linus, "second.mp4", channel="news")
    saved(stage, stage.channel("general", stage.basement), stage.linus, "elsewhere.mp4")
    shown = mine(stage)
    assert names(shown) == ["second.mp4", "first.mp4"]
    assert "Clips: 2, hidden: 0 · page 1 of 1" in shown.text
    assert "**`first.mp4`** · 5.0 MB · 1:15" in shown.text
    for message in (first, second):
        assert f"<#{message.channel_id}> · <t:" in shown.text
        assert f"({JUMP}/{stage.arcade.id}/{message.channel_id}/{message.id})" in shown.text
    assert "about first" not in shown.text


def test_who_has_none_is_told_so_and_may_still_opt_out(stage: Stage) -> None:
    shown = mine(stage)
    assert "I keep no clips of yours in this server." in shown.text
    assert shown.shown is not None
    buttons = shown.shown["components"][-1]["components"]
    assert [each["custom_id"] for each in buttons if not each.get("disabled")] == [
        "clips_mine:stop"
    ]


def test_pages_are_turned_and_end_where_the_clips_do(stage: Stage) -> None:
    posted = [post(stage, stage.linus, f"{number:02}.mp4") for number in range(12)]
    first = mine(stage)
    assert names(first) == ["11.mp4", "10.mp4", "09.mp4", "08.mp4", "07.mp4"]
    second = click(stage, first, "clips_mine:page:1")
    assert names(second) == ["06.mp4", "05.mp4", "04.mp4", "03.mp4", "02.mp4"]
    stage.rows.sql("DELETE FROM clips WHERE message_id < %s", posted[2].id)
    last = click(stage, second, "clips_mine:page:2")
    assert names(last) == ["06.mp4", "05.mp4", "04.mp4", "03.mp4", "02.mp4"]
    assert "page 2 of 2" in last.text


def test_a_hidden_clip_is_marked_and_can_be_shown_again(stage: Stage) -> None:
    message = post(stage, stage.linus, "shy.mp4")
    shown = mine(stage)
    hidden = click(stage, shown, button("hide", message))
    assert "✅ Hidden. Nobody else finds it now." in hidden.text
    assert "🙈 hidden: nobody but you finds it" in hidden.text
    assert "Clips: 1, hidden: 1" in hidden.text
    assert stage.rows.sql("SELECT hidden_at IS NULL AS shown FROM clips") == [{"shown": False}]
    again = click(stage, hidden, button("show", message))
    assert "🙈" not in again.text
    assert stage.rows.sql("SELECT hidden_at FROM clips") == [{"hidden_at": None}]


def test_a_clip_is_deleted_only_after_a_question_and_for_good(stage: Stage) -> None:
    message, other = (post(stage, stage.linus, name) for name in ("gone.mp4", "stays.mp4"))
    elsewhere = stage.rows.of_guild(stage.basement.id)
    asked = click(stage, mine(stage), button("delete", message))
    assert "Delete `gone.mp4` from what I keep?" in asked.text
    assert clips(stage) == ["gone.mp4", "stays.mp4"]
    back = click(stage, asked, "clips_mine:page:0")
    assert names(back) == ["stays.mp4", "gone.mp4"]
    done = click(stage, click(stage, back, button("delete", message)), button("erase", message))
    assert "✅ Deleted for good: 1." in done.text
    assert names(done) == ["stays.mp4"]
    file = message.attachments[0].id
    assert tombstones(stage) == [
        (stage.arcade.id, message.channel_id, message.id, file, "deleted_by_author")
    ]
    again = stage.act.message_command(stage.arcade, stage.ada, "Save clip", message)
    assert again.text == ("Deleted here before, and not saved again: `gone.mp4`")
    assert clips(stage) == ["stays.mp4"]
    assert other.attachments
    assert stage.rows.of_guild(stage.basement.id) == elsewhere


def test_a_deletion_delivered_twice_is_done_once_and_answered(stage: Stage) -> None:
    message = post(stage, stage.linus, "gone.mp4")
    asked = click(stage, mine(stage), button("delete", message))
    done = click(stage, asked, button("erase", message))
    after = stage.stored()
    assert stage.act.replay(done).status == 200
    assert stage.stored() == after


def test_a_replayed_click_does_not_undo_what_came_after_it(stage: Stage) -> None:
    message = post(stage, stage.linus, "shy.mp4")
    hidden = click(stage, mine(stage), button("hide", message))
    click(stage, hidden, button("show", message))
    after = stage.stored()
    replayed = stage.act.replay(hidden)
    assert "✅" not in replayed.body.decode()
    assert stage.stored() == after


@pytest.mark.parametrize("action", ["hide", "show", "delete", "erase"])
def test_nobody_reaches_the_clip_of_another(stage: Stage, action: str) -> None:
    message = post(stage, stage.ada, "adas.mp4")
    stage.rows.sql("UPDATE clips SET hidden_at = now()")
    post(stage, stage.linus, "linus.mp4")
    used = click(stage, mine(stage), "clips_mine:stop")
    before = stage.stored()
    answer = stage.send_again(used, data={"custom_id": button(action, message)})
    assert answer.status == 200
    assert "adas.mp4" not in answer.body.decode()
    after = stage.stored()
    assert {**after, "processed_interactions": None} == {**before, "processed_interactions": None}


@pytest.mark.parametrize(
    "custom_id",
    [
        "clips_mine:hide", "clips_mine:hide:1", "clips_mine:hide:1:2", "clips_mine:hide:a:b:c",
        "clips_mine:erase:-1:-2:-3", f"clips_mine:erase:{'9' * 25}:{'9' * 25}:{'9' * 25}",
        "clips_mine:page:999999999999999999", "clips_mine:page:-5", "clips_mine:page:",
        "clips_mine", "clips_mine:erase_all:1", "clips_mine:unknown", "clips_mine:page:1:2:3:4",
    ],
)  # fmt: skip
def test_a_made_up_custom_id_reaches_nothing(stage: Stage, custom_id: str) -> None:
    post(stage, stage.linus, "linus.mp4")
    clicked = click(stage, mine(stage), "clips_mine:stop")
    before = stage.stored()
    answer = stage.send_again(clicked, data={"custom_id": custom_id})
    assert answer.status == 200
    assert answer.json()["type"] in (4, 7)
    after = stage.stored()
    assert {**after, "processed_interactions": None} == {**before, "processed_interactions": None}


def test_who_stops_is_told_what_it_means_and_nothing_more_of_theirs_is_saved(stage: Stage) -> None:
    post(stage, stage.linus, "before.mp4")
    asked = click(stage, mine(stage), "clips_mine:stop")
    assert "neither by a scan nor by somebody's *Save clip*" in asked.text
    assert "What I keep of yours (clips: 1) stays" in asked.text
    done = click(stage, asked, "clips_mine:opt_out")
    assert "✅ What you post in this server is no longer saved." in done.text
    assert "🚫 What you post here is not saved, as you asked." in done.text
    assert names(done) == ["before.mp4"]
    message = stage.channel("clips").post(stage.linus, "", [messages.video("after.mp4")])
    by_another = stage.act.message_command(stage.arcade, stage.ada, "Save clip", message)
    assert by_another.text == (
        "Not saved: `after.mp4`. Whoever posted it wants none of their clips saved here."
    )
    couch = stage.channel("general", stage.basement)
    saved(stage, couch, stage.linus, "elsewhere.mp4")
    again = click(stage, done, "clips_mine:opt_in")
    assert "🚫" not in again.text
    by_another = stage.act.message_command(stage.arcade, stage.ada, "Save clip", message)
    assert by_another.text == "💾 Saved: `after.mp4`"


def test_who_leaves_takes_every_clip_of_theirs_away(stage: Stage) -> None:
    for number in range(7):
        post(stage, stage.linus, f"{number}.mp4")
    post(stage, stage.ada, "adas.mp4")
    saved(stage, stage.channel("general", stage.basement), stage.linus, "elsewhere.mp4")
    asked = click(stage, mine(stage), "clips_mine:stop")
    done = click(stage, asked, "clips_mine:leave")
    assert "✅ Deleted for good: 7." in done.text
    assert "I keep no clips of yours" in done.text
    assert sorted(clips(stage)) == ["adas.mp4", "elsewhere.mp4"]
    assert len(tombstones(stage)) == 7
    assert stage.rows.sql("SELECT guild_id, user_id FROM clip_opt_outs") == [
        {"guild_id": stage.arcade.id, "user_id": stage.linus.id}
    ]


def test_all_are_deleted_after_a_question(stage: Stage) -> None:
    for number in range(2):
        post(stage, stage.linus, f"{number}.mp4")
    asked = click(stage, mine(stage), "clips_mine:delete_all")
    assert "Delete **all 2** of your clips" in asked.text
    assert "✅ Deleted for good: 2." in click(stage, asked, "clips_mine:erase_all").text
    assert clips(stage) == []
    assert stage.rows.count("clip_opt_outs") == 0


def test_who_lost_access_to_a_channel_still_lists_and_deletes_what_they_posted(
    stage: Stage,
) -> None:
    news = stage.channel("news")
    message = post(stage, stage.linus, "old.mp4", channel="news")
    news.overwrites = (deny(stage.arcade.member(stage.linus), Permission.VIEW_CHANNEL),)
    shown = mine(stage)
    assert names(shown) == ["old.mp4"]
    assert "about old" not in shown.text
    click(stage, click(stage, shown, button("delete", message)), button("erase", message))
    assert clips(stage) == []


def test_nothing_is_changed_in_a_server_that_no_sync_has_seen(bare_stage: Stage) -> None:
    stage = bare_stage
    asked = click(stage, mine(stage), "clips_mine:stop")
    before = stage.stored()
    assert "not been synced yet" in click(stage, asked, "clips_mine:opt_out").text
    assert stage.stored() == before


def test_long_and_odd_names_keep_discords_limits(stage: Stage) -> None:
    for number in range(5):
        post(stage, stage.linus, f"{number}{'`' * 120}{'x' * 120}.mp4")
    for locale in ("en-US", "de"):
        stage.linus.locale = locale
        shown = mine(stage)
        click(stage, shown, "clips_mine:stop")


def test_it_answers_in_german(stage: Stage) -> None:
    post(stage, stage.linus, "mein.mp4")
    stage.linus.locale = "de"
    assert "Deine Clips auf diesem Server" in mine(stage).text


@pytest.mark.parametrize("leaving", [False, True])
def test_more_clips_than_go_at_once_are_told_before_and_after(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, leaving: bool
) -> None:
    monkeypatch.setattr(own_clips, "MOST_BURIED", 2)
    for number in range(3):
        post(stage, stage.linus, f"{number}.mp4")
    if leaving:
        asked = click(stage, mine(stage), "clips_mine:stop")
    else:
        asked = click(stage, mine(stage), "clips_mine:delete_all")
        assert "Delete the newest **2** of your 3 clips" in asked.text
    done = click(stage, asked, "clips_mine:leave" if leaving else "clips_mine:erase_all")
    assert "✅ Deleted for good: 2. Left: 1; choose *Delete all*" in done.text
    assert clips(stage) == ["0.mp4"]
    asked = click(stage, done, "clips_mine:delete_all")
    assert "Delete **all 1** of your clips" in asked.text
    assert "Deleted for good: 1." in click(stage, asked, "clips_mine:erase_all").text
    assert clips(stage) == []
