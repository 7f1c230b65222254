"""*Export* of `/clips mine`: what the file holds, whose it is, and what does not fit."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.interaction_record import Interaction
from functions.jobs import export_clips
from tests.functional.commands.stage import EDIT, Stage, answered
from tests.functional.commands.test_clips_mine import click, mine, post, saved

BUTTON = "clips_mine:export"


def exported(stage: Stage) -> tuple[Interaction, list[dict[str, Any]]]:
    """Linus asks for his clips; the answer, and the clips in its file."""
    used = click(stage, mine(stage), BUTTON)
    assert used.response_type == 5
    assert used.is_ephemeral
    assert stage.work() == 0
    assert used.message is not None
    (file,) = used.message.attachments
    assert file.filename == "my-clips.json"
    assert file.content is not None
    return used, json.loads(file.content)["clips"]


def test_all_that_is_kept_of_ones_own_clips_is_in_the_file(stage: Stage) -> None:
    message = post(stage, stage.linus, "mine.mp4", size=1_000, seconds=12.5)
    post(stage, stage.ada, "adas.mp4")
    saved(stage, stage.channel("general", stage.basement), stage.linus, "elsewhere.mp4")
    stage.rows.sql("UPDATE clips SET hidden_at = '2026-11-01T00:00Z'")
    used, (clip,) = exported(stage)
    assert used.text == "Everything I keep of your clips in this server: 1."
    assert clip.pop("saved_at")
    assert clip.pop("posted_at")
    assert clip == {
        "guild_id": str(stage.arcade.id),
        "channel_id": str(message.channel_id),
        "message_id": str(message.id),
        "attachment_id": str(message.attachments[0].id),
        "author_id": str(stage.linus.id),
        "author_name": "linus",
        "filename": "mine.mp4",
        "title": None,
        "content_type": "video/mp4",
        "size": 1_000,
        "width": 1920,
        "height": 1080,
        "duration_seconds": 12.5,
        "placeholder": message.attachments[0].placeholder,
        "is_spoiler": False,
        "is_forward": False,
        "is_native_clip": False,
        "clip_created_at": None,
        "participant_ids": [],
        "game_id": None,
        "game": None,
        "message_text": "about mine.mp4",
        "saved_by": str(stage.linus.id),
        "hidden_at": "2026-11-01T00:00:00+00:00",
        "link": f"https://discord.com/channels/{stage.arcade.id}/{message.channel_id}/{message.id}",
    }


def test_no_column_is_left_out(stage: Stage) -> None:
    taken = datetime(2026, 11, 20, tzinfo=UTC)
    people = [stage.ada, stage.linus]
    native = messages.clip("ace.mp4", taken_at=taken, participants=people, game="Valorant")
    message = stage.channel("clips").post(stage.linus, "", [native])
    answered(stage.act.message_command(stage.arcade, stage.ada, "Save clip", message))
    _, (clip,) = exported(stage)
    columns = stage.rows.sql(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'clips'"
    )
    # The index of the words holds nothing but them.
    assert {row["column_name"] for row in columns} == clip.keys() - {"link"} | {"document"}
    assert (clip["game_id"], clip["saved_by"]) == (str(native.id + 1), str(stage.ada.id))
    assert clip["participant_ids"] == [str(user.id) for user in people]


def test_what_a_forward_carries_is_in_it(stage: Stage) -> None:
    adas = stage.channel("clips").post(stage.ada, "Ada's words", [messages.video("save.mp4")])
    forward = stage.channel("news").post(stage.linus, "", **messages.forward_of(adas))
    answered(stage.act.message_command(stage.arcade, stage.linus, "Save clip", forward))
    _, (clip,) = exported(stage)
    assert (clip["is_forward"], clip["message_text"]) == (True, "Ada's words")


def test_many_clips_are_read_in_batches_and_all_written(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_clips, "_CLIPS_PER_BATCH", 2)
    posted = [post(stage, stage.linus, f"{number}.mp4") for number in range(5)]
    _, clips = exported(stage)
    assert [clip["message_id"] for clip in clips] == [str(each.id) for each in reversed(posted)]


def test_what_does_not_fit_into_one_file_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_clips, "_MOST_BYTES", 2_000)
    for number in range(5):
        post(stage, stage.linus, f"{number}.mp4")
    used, clips = exported(stage)
    assert [clip["filename"] for clip in clips] == ["4.mp4", "3.mp4"]
    assert used.text.startswith("The newest 2 of your 5 clips in this server;")


def test_who_has_none_left_is_told_so_without_a_file(stage: Stage) -> None:
    post(stage, stage.linus, "mine.mp4")
    used = click(stage, mine(stage), BUTTON)
    stage.rows.sql("DELETE FROM clips")
    stage.work()
    assert used.text == "I keep no clips of yours in this server."
    assert used.message is not None
    assert used.message.attachments == []


def test_a_failure_is_told_and_not_as_that_of_a_sync(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    post(stage, stage.linus, "mine.mp4")
    used = click(stage, mine(stage), BUTTON)
    monkeypatch.setattr(export_clips, "_MOST_BYTES", None)
    assert stage.work() == 0
    assert used.text == "Something went wrong on my side. It has been logged."
    # The one traceback that is meant to be here.
    log.truncate(0)


def test_a_busy_discord_gets_the_file_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.shared.discord.transport._FIRST_BACKOFF_SECONDS", 0.0)
    post(stage, stage.linus, "mine.mp4")
    stage.discord.faults.add(EDIT, status=503, times=2)
    _, clips = exported(stage)
    assert len(clips) == 1


def test_an_export_that_nobody_waits_for_is_a_message_for_a_human(stage: Stage) -> None:
    body = json.dumps({"kind": "export_clips", "guild_id": str(stage.arcade.id)})
    result = stage.jobs.invoke({"Records": [{"messageId": "1", "body": body}]})
    assert result == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_without_a_queue_it_is_told_that_the_bot_is_not_set_up(stage: Stage) -> None:
    del stage.variables["JOBS_QUEUE_URL"]
    post(stage, stage.linus, "mine.mp4")
    assert "I am not fully set up yet" in click(stage, mine(stage), BUTTON).text
