"""The proof of history."""

import asyncio

import pytest

from clipsaver.emulator.channels import deny
from clipsaver.emulator.permissions import Permission
from functions.scan import access, reading
from tests.functional.scan.stage import MESSAGES, YEAR, Stage, post_old

pytestmark = pytest.mark.usefixtures("without_threads", "without_search")


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
        await asyncio.to_thread(stage.execute, "UPDATE leases SET holder = gen_random_uuid()")
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


def test_a_channel_is_not_marked_as_deleted_by_a_scan(stage: Stage) -> None:
    post_old(stage, 1)
    unknown = {"message": "Unknown Channel", "code": 10003}
    stage.discord.faults.add(MESSAGES, status=404, body=unknown)
    stage.scan()
    assert stage.states()["clips"] == "visible"
