"""A sync of some guilds by their ids, asked for directly or through the queue."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from clipsaver.emulator.guilds import Guild
from clipsaver.local.errors import FunctionFailed
from functions.shared import models
from functions.shared.db import guilds
from functions.shared.reconcile.guild import MemberReading, Reconciler
from tests.functional.sync.stage import CHANNELS, GUILDS, Stage, timeless

NOBODYS_GUILD = "81384788765712384"


def of(*guilds: Guild) -> dict[str, list[str]]:
    return {"guild_ids": [str(guild.id) for guild in guilds]}


def batch(**bodies: object) -> dict[str, Any]:
    """An SQS batch, as Lambda hands it over, of messages with these ids and bodies."""
    return {
        "Records": [
            {
                "messageId": message_id,
                "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:jobs",
                "awsRegion": "us-east-1",
            }
            for message_id, body in bodies.items()
        ]
    }


def failures(result: dict[str, Any]) -> list[str]:
    return [item["itemIdentifier"] for item in result["batchItemFailures"]]


@contextmanager
def locked(stage: Stage, guild: Guild) -> Iterator[None]:
    """Somebody else is writing a guild meanwhile."""
    with psycopg.connect(stage.database_url) as other:
        other.execute("SELECT 1 FROM bot_guilds WHERE guild_id = %s FOR UPDATE", (guild.id,))
        yield


def test_a_guild_whose_rows_were_deleted_by_hand_is_restored_in_one_run(stage: Stage) -> None:
    stage.sync()
    whole, neighbour = timeless(stage.database_url), stage.guild_rows(stage.basement)
    stage.execute(f"DELETE FROM bot_guilds WHERE guild_id = {stage.arcade.id}")
    stage.discord.requests.clear()
    summary = stage.sync(of(stage.arcade))
    assert (summary["complete"], summary["guilds"]["added"]) == (True, 1)
    assert summary["channels"]["added"] == 4
    restored = timeless(stage.database_url)
    assert restored == whole
    assert stage.guild_rows(stage.basement) == neighbour
    assert stage.discord.requests.count(GUILDS) == 0
    assert stage.discord.requests.count(CHANNELS) == 1


def test_only_the_guilds_asked_for_are_touched(stage: Stage) -> None:
    stage.sync()
    stage.clips.name = "renamed"
    next(iter(stage.basement.channels.values())).name = "renamed as well"
    neighbour = stage.guild_rows(stage.basement)
    stage.sync(of(stage.arcade))
    assert "renamed" in stage.states()
    assert stage.guild_rows(stage.basement) == neighbour


def test_a_guild_that_the_bot_left_is_marked_and_one_it_never_was_in_is_reported(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sync()
    stage.world.remove_bot(stage.arcade)
    summary = stage.sync({"guild_ids": [str(stage.arcade.id), NOBODYS_GUILD]})
    counts = summary["guilds"]
    assert (counts["left"], counts["failed"], counts["absent"]) == (1, 1, 1)
    assert stage.value("SELECT state FROM bot_guilds WHERE name = 'Arcade'") == "left"
    failed = [line for line in caplog.messages if line.startswith("Failed to sync guild")]
    assert len(failed) == 1
    assert failed[0].startswith(f"Failed to sync guild {NOBODYS_GUILD}: ")
    assert stage.rows("SELECT 1 FROM bot_guilds WHERE guild_id = %s", int(NOBODYS_GUILD)) == []


@pytest.mark.parametrize("stored_as", ["present", "left"])
def test_a_guild_installed_again_after_discords_answer_is_not_marked_as_left(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, stored_as: str
) -> None:
    stage.sync()
    stage.world.remove_bot(stage.arcade)
    stage.execute("UPDATE bot_guilds SET state = %s WHERE name = 'Arcade'", stored_as)
    guild = models.InstalledGuild(models.GuildId(stage.arcade.id), "Arcade", None, None)
    really_read = Reconciler.read_member

    async def read_member(reconciler: Reconciler, guild_id: models.GuildId) -> MemberReading:
        try:
            return await really_read(reconciler, guild_id)
        finally:
            stage.world.add_bot(stage.arcade)
            async with reconciler.database.transaction() as transaction:
                await guilds.upsert_installed_guild(transaction, guild, None)

    monkeypatch.setattr(Reconciler, "read_member", read_member)
    stage.sync(batch(asked=of(stage.arcade)))
    assert stage.value("SELECT state FROM bot_guilds WHERE name = 'Arcade'") == "present"
    monkeypatch.undo()
    assert failures(stage.sync(batch(asked=of(stage.arcade)))) == []


def test_a_guild_that_is_busy_when_it_is_found_left_goes_back_to_the_queue(stage: Stage) -> None:
    stage.sync()
    stage.world.remove_bot(stage.arcade)
    with locked(stage, stage.arcade):
        assert failures(stage.sync(batch(gone=of(stage.arcade)))) == ["gone"]
    assert failures(stage.sync(batch(gone=of(stage.arcade)))) == []
    assert stage.value("SELECT state FROM bot_guilds WHERE name = 'Arcade'") == "left"


def test_a_busy_guild_is_an_error_that_names_it_and_the_others_are_done(stage: Stage) -> None:
    stage.sync()
    stage.clips.name = "renamed"
    next(iter(stage.basement.channels.values())).name = "renamed as well"
    with locked(stage, stage.arcade), pytest.raises(FunctionFailed) as failure:
        stage.sync(of(stage.arcade, stage.basement))
    assert failure.value.error_type == "GuildBusy"
    assert str(stage.arcade.id) in failure.value.error_message
    assert str(stage.basement.id) not in failure.value.error_message
    assert "renamed" not in stage.states()
    assert "renamed as well" in stage.states(stage.basement)
    stage.sync(of(stage.arcade))
    assert "renamed" in stage.states()


def test_it_neither_waits_for_a_full_run_nor_takes_its_lease(stage: Stage) -> None:
    stage.execute(
        "INSERT INTO leases VALUES ('sync', gen_random_uuid(), now() + interval '1 hour')"
    )
    held = stage.rows("SELECT * FROM leases")
    assert stage.sync(of(stage.arcade))["guilds"]["added"] == 1
    assert stage.rows("SELECT * FROM leases") == held


def test_the_breaker_holds_a_guild_back_here_too(stage: Stage) -> None:
    library = stage.add_guild("Library", *(f"shelf-{number}" for number in range(8)))
    stage.sync()
    for channel in list(library.channels.values()):
        library.delete_channel(channel)
    assert "8 of 8 channels" in stage.sync(of(library))["breaker"]
    assert set(stage.states(library).values()) == {"visible"}
    assert stage.sync(of(library) | {"force": True})["channels"]["deleted"] == 8


def test_what_there_was_no_time_for_is_not_called_complete(stage: Stage) -> None:
    hasty = stage.cold_environment(seconds=8)
    assert hasty.invoke(of(stage.arcade))["complete"] is False
    assert stage.rows("SELECT 1 FROM bot_guilds") == []


def test_a_batch_from_the_queue_fails_by_its_failing_messages_alone(stage: Stage) -> None:
    stage.sync()
    stage.discord.faults.add(CHANNELS, guild=stage.arcade, status=500)
    attic = stage.add_guild("Attic", "boxes")
    result = stage.sync(
        batch(broken="{", mistaken={"guild_ids": "5"}, failing=of(stage.arcade), fine=of(attic))
    )
    assert failures(result) == ["broken", "mistaken", "failing"]
    assert stage.states(attic) == {"boxes": "visible"}
    stage.discord.faults.clear()
    assert failures(stage.sync(batch(failing=of(stage.arcade)))) == []


def test_a_busy_guild_goes_back_to_the_queue(stage: Stage) -> None:
    stage.sync()
    with locked(stage, stage.arcade):
        result = stage.sync(batch(busy=of(stage.arcade), free=of(stage.basement)))
    assert failures(result) == ["busy"]


def test_a_guild_without_the_bot_does_not_go_back_to_the_queue(stage: Stage) -> None:
    assert failures(stage.sync(batch(gone={"guild_ids": [NOBODYS_GUILD]}))) == []


def test_a_full_sync_can_come_from_the_queue_and_is_never_repeated_by_it(stage: Stage) -> None:
    stage.discord.faults.add(CHANNELS, guild=stage.arcade, status=500)
    assert failures(stage.sync(batch(everything={}))) == []
    assert stage.states(stage.basement) == {"general": "visible"}


def test_messages_that_there_was_no_time_for_go_back_to_the_queue(stage: Stage) -> None:
    hasty = stage.cold_environment(seconds=8)
    result = hasty.invoke(batch(first=of(stage.arcade), second=of(stage.basement)))
    assert failures(result) == ["first", "second"]


@pytest.mark.parametrize(
    "event", [{"guild_ids": []}, {"guild_ids": ["x"]}, {"dry_run": "yes"}, {"force": 1}]
)
def test_a_malformed_event_is_refused_before_anything_is_asked(
    stage: Stage, event: dict[str, Any]
) -> None:
    with pytest.raises(FunctionFailed) as failure:
        stage.sync(event)
    assert failure.value.error_type == "InvalidEvent"
    assert len(stage.discord.requests) == 0
