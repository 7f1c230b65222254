"""*Save clip*: what is saved of a message, what is not, and why."""

from datetime import UTC, datetime
from typing import Any

from clipsaver.emulator import messages
from clipsaver.emulator.interaction_record import Interaction
from clipsaver.emulator.messages import Attachment, Message
from tests.functional.commands.stage import Stage, answered, told

MB = 1024 * 1024
TAKEN_AT = datetime(2026, 11, 20, 19, 0, 31, tzinfo=UTC)


def save(stage: Stage, message: Message, guild: str = "Arcade") -> Interaction:
    """Linus, a plain member, uses it."""
    there = stage.guild(guild)
    return answered(stage.act.message_command(there, stage.linus, "Save clip", message))


def post(stage: Stage, *attachments: Attachment, channel: str = "clips") -> Message:
    return stage.channel(channel).post(stage.ada, "Look at this", attachments)


def saved(stage: Stage) -> list[dict[str, Any]]:
    return stage.rows.sql("SELECT * FROM clips ORDER BY message_id, attachment_id")


def test_a_video_is_saved_with_all_that_discord_tells_of_it(stage: Stage) -> None:
    elsewhere = stage.rows.of_guild(stage.basement.id)
    message = post(stage, messages.video("save.mp4", size=5 * MB, seconds=12.5))
    used = save(stage, message)
    assert used.text == "💾 Saved: `save.mp4`"
    assert used.is_ephemeral
    (clip,) = saved(stage)
    assert clip.pop("saved_at")
    assert clip.pop("document") == "'ada':3 'at':5 'look':4 'mp4':2 'save':1 'this':6"
    assert clip == {
        "guild_id": stage.arcade.id,
        "channel_id": message.channel_id,
        "message_id": message.id,
        "attachment_id": message.attachments[0].id,
        "author_id": stage.ada.id,
        "author_name": "Ada",
        "message_text": "Look at this",
        "is_spoiler": False,
        "hidden_at": None,
        "filename": "save.mp4",
        "title": None,
        "content_type": "video/mp4",
        "size": 5 * MB,
        "width": 1920,
        "height": 1080,
        "duration_seconds": 12.5,
        "placeholder": message.attachments[0].placeholder,
        "is_native_clip": False,
        "is_forward": False,
        "clip_created_at": None,
        "participant_ids": [],
        "game_id": None,
        "game": None,
        "posted_at": clip["posted_at"],
        "saved_by": stage.linus.id,
    }
    assert abs((clip["posted_at"] - datetime.now(UTC)).total_seconds()) < 60
    assert stage.rows.of_guild(stage.basement.id) == elsewhere


def test_a_clip_taken_with_discord_keeps_its_people_its_game_and_its_moment(stage: Stage) -> None:
    people = [stage.ada, stage.linus]
    message = post(
        stage, messages.clip("ace.mp4", taken_at=TAKEN_AT, participants=people, game="Valorant")
    )
    save(stage, message)
    (clip,) = saved(stage)
    assert clip["is_native_clip"]
    assert clip["clip_created_at"] == TAKEN_AT
    assert clip["participant_ids"] == [stage.ada.id, stage.linus.id]
    assert (clip["game"], clip["game_id"]) == ("Valorant", message.attachments[0].id + 1)


def test_a_forward_is_saved_where_it_was_forwarded_to(stage: Stage) -> None:
    original = post(stage, messages.video("save.mp4"))
    forward = stage.channel("news").post(stage.linus, "", **messages.forward_of(original))
    assert save(stage, forward).text == "💾 Saved: `save.mp4`"
    (clip,) = saved(stage)
    assert clip["is_forward"]
    assert (clip["channel_id"], clip["message_id"]) == (forward.channel_id, forward.id)
    assert clip["author_id"] == stage.linus.id


def test_each_file_is_told_of_and_only_videos_of_the_right_size_are_saved(stage: Stage) -> None:
    message = post(
        stage,
        messages.video("save.mp4"),
        messages.video("exactly.mov", size=100 * MB),
        messages.video("huge.mp4", size=100 * MB + 1),
        Attachment("cat.png", 10, "image/png"),
        Attachment("fake.mp4", 10, "text/plain"),
        Attachment("no-type.MKV", 10),
        Attachment("no-extension", 10, "VIDEO/webm"),
        Attachment("nothing", 10),
    )
    assert save(stage, message).text.splitlines() == [
        "💾 Saved: `save.mp4`, `exactly.mov`, `no-type.MKV`, `no-extension`",
        "Not saved: `huge.mp4` has 101 MB; files of up to 100 MB are saved here.",
        "Not saved: `cat.png` is not a video.",
        "Not saved: `fake.mp4` is not a video.",
        "Not saved: `nothing` is not a video.",
    ]
    names = [clip["filename"] for clip in saved(stage)]
    assert names == ["save.mp4", "exactly.mov", "no-type.MKV", "no-extension"]


def test_the_limit_of_the_channel_goes_before_that_of_the_server(stage: Stage) -> None:
    message = post(stage, messages.video("save.mp4", size=30 * MB))
    set_limit = "UPDATE bot_channels SET settings = %s::jsonb WHERE channel_id = %s"
    stage.rows.sql(set_limit, '{"max_file_size_mb": 20}', message.channel_id)
    assert "`save.mp4` has 30 MB; files of up to 20 MB" in save(stage, message).text
    stage.rows.sql(set_limit, '{"max_file_size_mb": "lots"}', message.channel_id)
    stage.rows.sql("""UPDATE guild_settings SET settings = '{"max_file_size_mb": 25}'""")
    assert "files of up to 25 MB" in save(stage, message).text
    stage.rows.sql(set_limit, '{"max_file_size_mb": 30}', message.channel_id)
    assert "Saved" in save(stage, message).text


def test_the_limit_of_a_channel_holds_in_its_threads_too(stage: Stage) -> None:
    message = post(stage, messages.video("save.mp4", size=30 * MB), channel="Clip of the week")
    set_limit = "UPDATE bot_channels SET settings = %s::jsonb WHERE channel_id = %s"
    clips = stage.channel("clips").id
    stage.rows.sql(set_limit, '{"max_file_size_mb": 20}', clips)
    assert "`save.mp4` has 30 MB; files of up to 20 MB" in save(stage, message).text
    stage.rows.sql(set_limit, '{"max_file_size_mb": "lots"}', message.channel_id)
    assert "files of up to 20 MB" in save(stage, message).text
    stage.rows.sql(set_limit, '{"max_file_size_mb": 30}', message.channel_id)
    assert "Saved" in save(stage, message).text


def test_what_is_saved_already_is_told_and_left_as_it_is(stage: Stage) -> None:
    message = post(stage, messages.video("save.mp4"))
    save(stage, message)
    before = saved(stage)
    message.attachments.append(Attachment("more.mp4", MB, "video/mp4", id=stage.world.mint.next()))
    assert save(stage, message).text.splitlines() == [
        "💾 Saved: `more.mp4`",
        "Already saved: `save.mp4`",
    ]
    assert saved(stage)[: len(before)] == before
    assert len(saved(stage)) == 2


def test_a_replay_saves_nothing_and_is_answered(stage: Stage) -> None:
    used = save(stage, post(stage, messages.video("save.mp4")))
    before = stage.stored()
    stage.rows.sql("DELETE FROM clips")
    assert told(stage.act.replay(used)) == "Already saved: `save.mp4`"
    assert stage.stored() == before | {"clips": []}


def test_a_message_of_a_thread_is_saved_in_the_thread(stage: Stage) -> None:
    thread = stage.channel("Clip of the week")
    save(stage, thread.post(stage.ada, "", [messages.video("vote.mp4")]))
    assert [clip["channel_id"] for clip in saved(stage)] == [thread.id]


def test_a_channel_that_no_sync_has_seen_is_made_as_the_sync_would(stage: Stage) -> None:
    stage.rows.sql("""UPDATE guild_settings SET settings = '{"scan_nsfw": false}'""")
    stage.arcade.add_channel("new", topic="Of this minute")
    stage.arcade.add_channel("new-and-restricted", nsfw=True)
    restricted = stage.channel("after-dark")
    restricted.add_thread("a thread of it", owner=stage.ada)
    names = ("new", "new-and-restricted", "a thread of it")
    for name in names:
        message = post(stage, messages.video(f"{name}.mp4"), channel=name)
        assert save(stage, message).text.startswith("💾 Saved")
    select = (
        "SELECT name, is_reading, is_nsfw, type FROM bot_channels"
        " WHERE name = ANY (%s) ORDER BY channel_id"
    )
    found = stage.rows.sql(select, list(names))
    assert [(row["name"], row["is_reading"]) for row in found] == [
        ("new", True),
        ("new-and-restricted", False),
        ("a thread of it", False),
    ]
    stage.forget_sync()
    stage.sync()
    assert [row["is_reading"] for row in stage.rows.sql(select, list(names))] == [
        True, False, False,
    ]  # fmt: skip
    states = stage.rows.sql(
        "SELECT DISTINCT state FROM bot_channels WHERE name = ANY (%s)", [*names]
    )
    assert [row["state"] for row in states] == ["visible"]


def test_a_message_of_the_channel_above_is_saved_once_that_is_known(stage: Stage) -> None:
    new = stage.arcade.add_channel("new")
    thread = new.add_thread("its thread", owner=stage.ada)
    message = new.post(stage.ada, "", [messages.video("save.mp4")])
    used = save(stage, message)
    stage.rows.sql("DELETE FROM bot_channels WHERE channel_id = %s", new.id)
    before = stage.stored()
    # The message that a thread began with is shown in the thread, and belongs to the channel.
    within = used.payload["channel"] | {"id": str(thread.id), "type": 11, "parent_id": str(new.id)}
    answer = stage.send_again(used, channel=within, channel_id=str(thread.id))
    assert told(answer) == "I do not know this channel. /sync may help if it is new."
    assert stage.stored() == before
    stage.sync()
    stage.rows.sql("DELETE FROM bot_channels WHERE channel_id = %s", thread.id)
    answer = stage.send_again(used, channel=within, channel_id=str(thread.id))
    assert told(answer) == "💾 Saved: `save.mp4`"
    assert [clip["channel_id"] for clip in saved(stage)] == [new.id]
    known = "SELECT 1 FROM bot_channels WHERE channel_id = %s"
    assert stage.rows.sql(known, thread.id) == []


def test_a_channel_of_another_guild_is_neither_written_nor_moved(stage: Stage) -> None:
    used = save(stage, post(stage, messages.video("save.mp4")))
    couch = stage.channel("Couch", stage.basement)
    before = stage.stored()
    data = used.payload["data"]
    (message,) = data["resolved"]["messages"].values()
    moved = {**message, "channel_id": str(couch.id)}
    data = {**data, "resolved": {"messages": {message["id"]: moved}}}
    channel = used.payload["channel"] | {"id": str(couch.id)}
    answer = stage.send_again(used, data=data, channel=channel)
    assert told(answer) == "I do not know this channel. /sync may help if it is new."
    assert stage.stored() == before


def test_a_message_without_files_is_told_so(stage: Stage) -> None:
    before = stage.stored()
    assert save(stage, post(stage)).text == "There is no file in this message."
    assert stage.stored() == before


def test_nothing_is_saved_in_a_server_that_no_sync_has_seen(bare_stage: Stage) -> None:
    before = bare_stage.stored()
    used = save(bare_stage, post(bare_stage, messages.video("save.mp4")))
    assert "not been synced yet" in used.text
    assert bare_stage.stored() == before


def test_a_payload_that_is_not_as_documented_is_told_and_saves_nothing(stage: Stage) -> None:
    used = save(stage, post(stage, messages.video("save.mp4")))
    before = stage.stored()
    data = used.payload["data"]
    (message,) = data["resolved"]["messages"].values()
    (file,) = message["attachments"]
    damaged: tuple[dict[str, Any], ...] = (
        {"author": None},
        {"id": "x"},
        {"channel_id": None},
        {"attachments": "none"},
        {"attachments": [None]},
        {"attachments": [file | {"id": None}]},
        {"attachments": [file | {"size": "large"}]},
        {"attachments": [file | {"filename": 1}]},
        {"message_snapshots": [1]},
    )
    for change in damaged:
        changed = {**data, "resolved": {"messages": {message["id"]: message | change}}}
        answer = stage.send_again(used, data=changed)
        assert told(answer) == "Something went wrong on my side. It has been logged.", change
    for changed in ({**data, "resolved": {}}, {**data, "target_id": "1"}, {"name": "Save clip"}):
        assert "went wrong" in told(stage.send_again(used, data=changed))
    for channel in (None, {}, {"id": "1"}):
        assert "went wrong" in told(stage.send_again(used, channel=channel))
    assert stage.stored() == before


def test_odd_values_that_say_nothing_are_left_out(stage: Stage) -> None:
    used = save(stage, post(stage, messages.video("first.mp4")))
    data = used.payload["data"]
    (message,) = data["resolved"]["messages"].values()
    (file,) = message["attachments"]
    odd = file | {"id": str(stage.world.mint.next()), "duration_secs": -1, "filename": "a\x00b.mp4"}
    changed = {**data, "resolved": {"messages": {message["id"]: message | {"attachments": [odd]}}}}
    assert told(stage.send_again(used, data=changed)) == "💾 Saved: `ab.mp4`"
    assert saved(stage)[1]["duration_seconds"] is None


def test_ten_files_with_long_names_fit_into_one_message(stage: Stage) -> None:
    names = [f"{number}{'x' * 240}.png" for number in range(10)]
    message = post(stage, *(Attachment(name, 10, "image/png") for name in names))
    assert len(save(stage, message).text) == 2000


def test_it_answers_in_german(stage: Stage) -> None:
    stage.linus.locale = "de"
    message = post(stage, messages.video("save.mp4"), Attachment("cat.png", 10, "image/png"))
    assert save(stage, message).text.splitlines() == [
        "💾 Gesichert: `save.mp4`",
        "Nicht gesichert: `cat.png` ist kein Video.",
    ]


def test_a_file_that_makes_no_sense_does_not_cost_the_others(stage: Stage) -> None:
    used = save(stage, post(stage, messages.video("save.mp4")))
    stage.rows.sql("DELETE FROM clips")
    data = used.payload["data"]
    (message,) = data["resolved"]["messages"].values()
    (file,) = message["attachments"]
    odd = file | {"clip_created_at": "yesterday", "clip_participants": {}, "width": 3_000_000_000}
    changed = {"resolved": {"messages": {message["id"]: message | {"attachments": [None, odd]}}}}
    answer = stage.send_again(used, data=data | changed)
    assert told(answer).splitlines() == [
        "💾 Saved: `save.mp4`",
        "Something went wrong on my side. It has been logged.",
    ]
