"""`/clips search`: who finds what, with links that work, and what is never shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.channels import Channel, allow, deny
from clipsaver.emulator.messages import Attachment, Message, forward_of
from clipsaver.emulator.permissions import Permission
from tests.functional.commands import gallery
from tests.functional.commands.gallery import GET_MESSAGE, catalogue, catalogued, look, turn
from tests.functional.commands.stage import Stage

NEXT, BACK = "Next ▶", "◀ Back"
NONE = "I found no clips that you can see."


def post(
    stage: Stage, channel: str | Channel, *files: str | Attachment, text: str = "", **columns: Any
) -> Message:
    """Ada posts videos, and they are catalogued."""
    where = stage.channel(channel) if isinstance(channel, str) else channel
    attachments = [messages.video(each) if isinstance(each, str) else each for each in files]
    message = where.post(stage.ada, text, attachments)
    catalogue(stage, message, **columns)
    return message


def staff(stage: Stage) -> Channel:
    """The admins' channel, into which the bot has been let."""
    channel, bot = stage.channel("staff"), stage.arcade.bot_member
    assert bot is not None
    channel.add_overwrites(allow(bot, Permission.VIEW_CHANNEL))
    return channel


def test_a_clip_is_found_with_all_that_is_known_of_it_and_a_link_that_works(stage: Stage) -> None:
    taken = datetime(2026, 11, 20, tzinfo=UTC)
    ace = messages.clip(
        "ace_1.mp4", taken_at=taken, participants=[stage.ada, stage.linus], game="Valorant"
    )
    message = post(stage, "clips", ace, text="what a round")
    post(stage, "clips", "other.mp4")
    found = look(stage, stage.linus, text="ROUND valo")
    assert found.names == ["ace_1.mp4"]
    arcade, clips = stage.arcade.id, stage.channel("clips").id
    for part in (
        f"<@{stage.ada.id}>", f"<#{clips}>", ":R>", "0:20", "Valorant",
        f"with <@{stage.linus.id}>",
        f"(https://discord.com/channels/{arcade}/{clips}/{message.id})",
    ):  # fmt: skip
        assert part in found.text
    (item,) = found.media
    assert httpx.get(item["media"]["url"]).status_code == 200
    assert item["spoiler"] is False
    assert found.buttons == {}


def test_three_members_see_what_their_roles_open_to_them(stage: Stage) -> None:
    grace = stage.user("grace")
    post(stage, "clips", "open.mp4")
    post(stage, staff(stage), "staff.mp4")
    only_ada = stage.arcade.add_channel("vault", private_to=[])
    assert stage.arcade.bot_member
    only_ada.add_overwrites(allow(stage.arcade.bot_member, Permission.VIEW_CHANNEL))
    post(stage, only_ada, "vault.mp4")
    assert look(stage, stage.linus).names == ["open.mp4"]
    assert look(stage, grace).names == ["staff.mp4", "open.mp4"]
    assert look(stage, stage.ada).names == ["vault.mp4", "staff.mp4", "open.mp4"]
    # Naming a channel opens nothing.
    assert look(stage, stage.linus, channel=stage.channel("clips"), text="vault").names == []


def test_who_may_not_read_history_or_enter_a_voice_channel_finds_nothing_of_it(
    stage: Stage,
) -> None:
    post(stage, "clips", "open.mp4")
    post(stage, "Lobby", "lobby.mp4")
    place = stage.channel("news")
    everyone = stage.arcade.everyone
    assert look(stage, stage.linus, channel=place).names == ["lobby.mp4", "open.mp4"]
    linus = stage.arcade.member(stage.linus)
    stage.channel("Lobby").add_overwrites(deny(linus, Permission.CONNECT))
    stage.channel("clips").add_overwrites(deny(linus, Permission.READ_MESSAGE_HISTORY))
    stage.forget()
    assert look(stage, stage.linus, channel=place).names == []
    assert look(stage, stage.user("grace"), channel=place).names == ["lobby.mp4", "open.mp4"]
    assert everyone.permissions & Permission.CONNECT


def test_a_page_is_authorised_afresh_after_a_permission_was_taken_away(stage: Stage) -> None:
    grace = stage.user("grace")
    place = staff(stage)
    for number in range(8):
        post(stage, place, f"staff{number}.mp4")
    first = look(stage, grace)
    assert first.names == [f"staff{number}.mp4" for number in (7, 6, 5, 4, 3)]
    # The role is gone at once, because Discord signs it with each click.
    stage.arcade.member(grace).role_ids = ()
    second = turn(stage, first, grace, NEXT)
    assert second.names == []
    assert "staff" not in second.text


def test_pages_lead_on_and_back_and_hold_what_was_posted_meanwhile(stage: Stage) -> None:
    for number in range(12):
        post(stage, "clips", f"clip{number}.mp4")
    first = look(stage, stage.linus)
    assert first.names == [f"clip{number}.mp4" for number in (11, 10, 9, 8, 7)]
    assert set(first.buttons) == {NEXT}
    second = turn(stage, first, stage.linus, NEXT)
    assert second.names == [f"clip{number}.mp4" for number in (6, 5, 4, 3, 2)]
    assert set(second.buttons) == {NEXT, BACK}
    post(stage, "clips", "new.mp4")
    third = turn(stage, second, stage.linus, NEXT)
    assert third.names == ["clip1.mp4", "clip0.mp4"]
    assert set(third.buttons) == {BACK}
    back = turn(stage, third, stage.linus, BACK)
    assert back.names == second.names
    front = turn(stage, back, stage.linus, BACK)
    assert front.names == first.names
    assert set(front.buttons) == {NEXT, BACK}
    assert turn(stage, front, stage.linus, BACK).names == ["new.mp4"]


@pytest.mark.parametrize(
    ("sort", "order"), [("newest", [2, 1, 0]), ("oldest", [0, 1, 2]), ("longest", [1, 0, 2])]
)
def test_clips_come_in_the_order_that_was_asked_for(
    stage: Stage, sort: str, order: list[int]
) -> None:
    for number, seconds in enumerate((20.0, 95.5, 3.25)):
        post(stage, "clips", messages.video(f"{number}.mp4", seconds=seconds))
    assert look(stage, stage.linus, sort=sort).names == [f"{each}.mp4" for each in order]


def test_each_option_narrows_the_search(stage: Stage) -> None:
    taken = datetime(2026, 11, 20, tzinfo=UTC)
    chess = messages.clip("chess.mp4", taken_at=taken, participants=[stage.linus], game="Chess")
    post(stage, "clips", chess)
    post(stage, "news", "news.mp4")
    own = stage.channel("clips").post(stage.linus, "", [messages.video("own.mp4")])
    catalogue(stage, own)
    long_ago = datetime.now(UTC) - timedelta(days=400)
    old = stage.channel("clips").post(stage.ada, "", [messages.video("old.mp4")], at=long_ago)
    catalogue(stage, old)
    then = datetime.now(UTC).date() - timedelta(days=300)
    expected: dict[str, tuple[dict[str, Any], set[str]]] = {
        "game": ({"game": "chess"}, {"chess.mp4"}),
        "participant": ({"participant": stage.linus}, {"chess.mp4"}),
        "author": ({"author": stage.linus}, {"own.mp4"}),
        "after": ({"after": str(then)}, {"chess.mp4", "news.mp4", "own.mp4"}),
        "before": ({"before": f"{then:%d.%m.%Y}"}, {"old.mp4"}),
        "none": ({"game": "chess", "author": stage.linus}, set()),
    }  # fmt: skip
    for options, names in expected.values():
        assert set(look(stage, stage.linus, **options).names) == names
    used = stage.act.command(
        stage.arcade, stage.linus, "clips search", {"channel": stage.channel("news")}
    )
    assert gallery.shown(stage, used).names == ["news.mp4"]


def test_a_channel_is_searched_with_its_threads_and_a_category_with_its_channels(
    stage: Stage,
) -> None:
    post(stage, "How to wall-jump", "forum.mp4")
    post(stage, "clips", "clip.mp4")
    post(stage, "after-dark", "dark.mp4")
    place = stage.channel("after-dark")
    expected = {"guides": ["forum.mp4"], "Play": ["clip.mp4", "forum.mp4"], "clips": ["clip.mp4"]}
    for name, names in expected.items():
        options = {"channel": stage.channel(name)}
        used = stage.act.command(stage.arcade, stage.linus, "clips search", options, channel=place)
        assert gallery.shown(stage, used).names == names
    closed = stage.act.command(
        stage.arcade, stage.linus, "clips search", {"channel": staff(stage)}, channel=place
    )
    assert gallery.shown(stage, closed).names == []


def test_what_is_no_date_is_told_at_once(stage: Stage) -> None:
    used = stage.command("clips search", {"after": "`yesterday`\n"})
    assert used.text == "`'yesterday'` is not a date. Write it as 2026-01-31."
    assert not stage.messages()


def test_a_deleted_message_disappears_and_the_next_clips_move_up(stage: Stage) -> None:
    posted = [post(stage, "clips", f"clip{number}.mp4", "also.mp4") for number in range(7)]
    for message in posted[2:]:
        stage.channel("clips").delete_message(message)
    found = look(stage, stage.linus)
    assert sorted(found.names) == ["also.mp4", "also.mp4", "clip0.mp4", "clip1.mp4"]
    assert stage.rows.count("clips") == 4
    buried = stage.rows.sql("SELECT reason FROM clip_tombstones")
    assert [row["reason"] for row in buried] == ["message_deleted"] * 10
    # Nothing asks again for what is known to be gone.
    stage.discord.requests.clear()
    assert look(stage, stage.linus).names == found.names
    assert stage.discord.requests.count(GET_MESSAGE) == 2


def test_a_file_that_was_taken_off_its_message_disappears_alone(stage: Stage) -> None:
    message = post(stage, "clips", "gone.mp4", "kept.mp4")
    message.attachments = message.attachments[1:]
    assert look(stage, stage.linus).names == ["kept.mp4"]
    (buried,) = stage.rows.sql("SELECT * FROM clip_tombstones")
    assert buried["reason"] == "attachment_removed"


def test_what_is_kept_of_a_text_follows_its_edits(stage: Stage) -> None:
    edited = post(stage, "clips", "edited.mp4", text="nice shto")
    emptied = post(stage, "clips", "emptied.mp4", text="gone soon")
    unkept = post(stage, "clips", "unkept.mp4", text="not kept", message_text=None)
    for message in (edited, unkept):
        message.content = "nice\nshot"
    emptied.content = ""
    assert len(look(stage, stage.linus).names) == 3
    kept = stage.rows.sql("SELECT filename, message_text FROM clips")
    assert {row["filename"]: row["message_text"] for row in kept} == {
        "edited.mp4": "nice\nshot",
        "emptied.mp4": None,
        "unkept.mp4": None,
    }
    assert look(stage, stage.linus, text="shot").names == ["edited.mp4"]
    assert look(stage, stage.linus, text="shto").names == []


def test_who_opted_out_is_not_kept_to_what_they_no_longer_say(stage: Stage) -> None:
    edited = post(stage, "clips", "edited.mp4", text="call 0170", author_id=stage.linus.id)
    post(stage, "clips", "same.mp4", text="as it was", author_id=stage.linus.id)
    stage.rows.insert("clip_opt_outs", guild_id=stage.arcade.id, user_id=stage.linus.id)
    edited.content = "call me"
    look(stage, stage.linus)
    kept = stage.rows.sql("SELECT filename, message_text FROM clips")
    assert {row["filename"]: row["message_text"] for row in kept} == {
        "edited.mp4": None,
        "same.mp4": "as it was",
    }
    for word in ("0170", "call"):
        assert look(stage, stage.linus, text=word).names == []


def test_without_the_message_content_intent_nothing_is_taken_for_removed(stage: Stage) -> None:
    post(stage, "clips", "here.mp4", text="look")
    stage.world.application.flags = 0
    found = look(stage, stage.linus)
    assert found.names == []
    assert "Left out: 1" in found.text
    assert catalogued(stage) == {"here.mp4"}
    assert stage.rows.count("clip_tombstones") == 0


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 403, "body": {"message": "Missing Access", "code": 50001}},
        {"status": 404, "body": {"message": "Unknown Channel", "code": 10003}},
        {"status": 404, "html": "<html>"},
        {"status": 500},
        {"truncate": True},
        {"reset": True},
    ],
)
def test_in_doubt_a_clip_is_left_out_and_kept(stage: Stage, fault: dict[str, Any]) -> None:
    post(stage, "clips", "doubtful.mp4")
    post(stage, "news", "certain.mp4")
    stage.jobs._timeout_seconds = 9
    stage.discord.faults.add(GET_MESSAGE, channel=stage.channel("clips"), **fault)
    found = look(stage, stage.linus)
    assert found.names == ["certain.mp4"]
    assert "Left out: 1, because Discord did not tell me" in found.text
    assert catalogued(stage) == {"doubtful.mp4", "certain.mp4"}


def test_a_channel_that_was_closed_to_the_bot_does_not_hold_up_the_others(stage: Stage) -> None:
    post(stage, "news", "open.mp4")
    for number in range(40):
        post(stage, "clips", f"closed{number}.mp4")
    refused = {"message": "Missing Access", "code": 50001}
    clips = stage.channel("clips")
    stage.discord.faults.add(GET_MESSAGE, channel=clips, status=403, body=refused)
    found = look(stage, stage.linus)
    assert found.names == ["open.mp4"]
    assert stage.discord.requests.count(GET_MESSAGE) == 6


def test_forwards_natives_and_spoilers_are_shown_as_what_they_are(stage: Stage) -> None:
    hidden = messages.video("SPOILER_end.mp4")
    hidden.flags = 8
    original = post(stage, "clips", hidden, text="the end")
    forward = stage.channel("news").post(stage.linus, "", **forward_of(original))
    catalogue(stage, forward)
    found = look(stage, stage.linus)
    assert len(found.names) == 2
    assert found.text.count("forwarded") == 1
    assert f"/{stage.channel('news').id}/{forward.id})" in found.text
    assert [item["spoiler"] for item in found.media] == [True, True]
    assert all(httpx.get(item["media"]["url"]).status_code == 200 for item in found.media)


def test_age_restricted_clips_show_in_age_restricted_channels_only(stage: Stage) -> None:
    after_dark = stage.channel("after-dark")
    post(stage, "clips", "tame.mp4")
    post(stage, after_dark, "wild.mp4")
    below = after_dark.add_thread("deeper", owner=stage.ada)
    post(stage, below, "deeper.mp4")
    assert look(stage, stage.ada).names == ["tame.mp4"]
    everything = ["deeper.mp4", "wild.mp4", "tame.mp4"]
    assert look(stage, stage.linus, channel=after_dark).names == everything
    assert look(stage, stage.linus, channel=below).names == everything


def test_threads_are_as_open_as_their_channels_archived_ones_too(stage: Stage) -> None:
    forum_post = stage.channel("How to wall-jump")
    archived = stage.channel("Last season")
    place = staff(stage)
    for name, where in (("forum.mp4", forum_post), ("archived.mp4", archived)):
        post(stage, where, name)
    post(stage, place.add_thread("minutes", owner=stage.ada), "minutes.mp4")
    assert look(stage, stage.linus).names == ["archived.mp4", "forum.mp4"]
    assert look(stage, stage.user("grace")).names[0] == "minutes.mp4"


def test_what_was_in_a_deleted_thread_is_shown_no_more_and_counts_no_more(stage: Stage) -> None:
    thread = stage.channel("clips").add_thread("short-lived", owner=stage.ada)
    post(stage, thread, "gone.mp4")
    post(stage, "clips", "here.mp4")
    unknown = {"message": "Unknown Channel", "code": 10003}
    stage.discord.faults.add(GET_MESSAGE, channel=thread, status=404, body=unknown)
    assert look(stage, stage.linus).names == ["here.mp4"]
    again = look(stage, stage.linus)
    assert (again.names, "Left out" in again.text) == (["here.mp4"], False)
    assert "**1** clips" in look(stage, stage.linus, "stats").text


def test_a_private_thread_shows_to_its_members_only(stage: Stage) -> None:
    judges, bot = stage.channel("Judges"), stage.world.application.bot
    assert judges.thread
    judges.thread.add_member(bot)
    for number in range(80):
        post(stage, judges, f"verdict{number}.mp4")
    old = stage.channel("clips").post(
        stage.ada, "", [messages.video("open.mp4")], at=datetime.now(UTC) - timedelta(days=9)
    )
    catalogue(stage, old)
    found = look(stage, stage.linus)
    assert found.names == ["open.mp4"]
    assert found.buttons == {}
    assert "verdict" not in found.text
    assert look(stage, stage.user("grace")).names[0] == "verdict79.mp4"


def test_no_button_names_a_clip_of_a_private_thread(stage: Stage) -> None:
    clips, names = stage.channel("clips"), [f"matter {number}" for number in range(70)]
    for name in names:
        thread = clips.add_thread(name, type="private_thread", owner=stage.ada)
        post(stage, thread, "matter.mp4")
    found = look(stage, stage.linus)
    assert (found.names, found.buttons) == ([], {})


def test_an_empty_result_tells_nothing_of_a_private_thread(stage: Stage) -> None:
    judges = stage.channel("Judges")
    assert judges.thread
    judges.thread.add_member(stage.world.application.bot)
    post(stage, judges, "verdict.mp4")
    stage.rows.insert(
        "scan_coverage",
        guild_id=stage.arcade.id,
        channel_id=judges.id,
        first_message_id=1 << 60,
        last_message_id=1 << 61,
    )
    place = stage.channel("after-dark")
    searches: tuple[dict[str, Any], ...] = (
        {"text": "nothing"},
        {"text": "nothing", "channel": judges},
    )
    for options in searches:
        told = {
            user: gallery.shown(
                stage,
                stage.act.command(stage.arcade, user, "clips search", options, channel=place),
            ).text
            for user in (stage.linus, stage.user("grace"))
        }
        assert "I have not read the older messages" in told[stage.linus]
    assert "reaches back to <t:1694" in told[stage.user("grace")]


def test_hidden_clips_show_to_their_author_alone(stage: Stage) -> None:
    post(stage, "clips", "hidden.mp4", hidden_at=datetime.now(UTC))
    assert look(stage, stage.linus).names == []
    found = look(stage, stage.ada)
    assert found.names == ["hidden.mp4"]
    assert "hidden, only you see it" in found.text


def test_clips_of_other_servers_never_show(stage: Stage) -> None:
    (speedrun,) = stage.channel("general", stage.basement).history.all()
    catalogue(stage, speedrun)
    elsewhere = stage.rows.of_guild(stage.basement.id)
    assert look(stage, stage.ada).names == []
    assert stage.rows.of_guild(stage.basement.id) == elsewhere


def test_an_empty_result_says_what_may_be_missing(stage: Stage) -> None:
    nothing = look(stage, stage.linus, text="nothing of the kind")
    assert NONE in nothing.text
    assert "I have not read the older messages" in nothing.text
    scan = {"guild_id": stage.arcade.id, "status": "running"}
    stage.rows.insert("guild_scans", results_seen=25, total_results=400, **scan)
    read = {"first_message_id": 1 << 60, "last_message_id": 1 << 61}
    clips = stage.channel("clips").id
    stage.rows.insert("scan_coverage", guild_id=stage.arcade.id, channel_id=clips, **read)
    scanning = look(stage, stage.linus)
    assert "about 6 % of the messages" in scanning.text
    assert "400" not in scanning.text, "that many there are in closed channels, too"
    assert "reaches back to <t:1694" in scanning.text


def test_names_that_people_gave_have_no_meaning_in_markdown(stage: Stage) -> None:
    hostile = messages.video("x.mp4")
    hostile.title = "[click](https://evil.example) **@everyone** <@1> ||x|| `y`\n# big" + "z" * 300
    post(stage, "clips", hostile)
    found = look(stage, stage.linus, text="click")
    raw = "\n".join(str(each.get("content", "")) for each in found.components)
    assert "[click]" not in raw
    assert "<@1>" not in raw
    assert "https:" not in raw.replace("https://discord.com/channels/", "")
    assert "\\# big" in raw


def test_the_answer_is_in_the_language_of_whoever_asks(stage: Stage) -> None:
    used = stage.act.command(stage.arcade, stage.linus, "clips search", {}, locale="de")
    assert "Ich habe keine Clips gefunden" in gallery.shown(stage, used).text


def test_discord_being_away_is_told_and_the_page_can_be_asked_for_again(stage: Stage) -> None:
    for number in range(6):
        post(stage, "clips", f"clip{number}.mp4")
    first = look(stage, stage.linus)
    stage.forget()
    fault = stage.discord.faults.add("GET /guilds/{guild_id}", status=403)
    used = stage.act.click(first.used, stage.linus, first.buttons[NEXT])
    told = gallery.shown(stage, used)
    assert told.text.startswith("The clips could not be shown: ")
    stage.discord.faults.remove(fault)
    assert len(look(stage, stage.linus).names) == 5
