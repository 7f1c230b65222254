"""What a sync hands over to the scan, through a real queue."""

import json
import socket
import time
from collections.abc import Iterator

import pytest

from clipsaver import jobs
from clipsaver.local.lambda_environment import LambdaEnvironment
from clipsaver.local.sqs import JobQueueServer
from functions.shared import settings
from functions.shared.queue import ScanQueue
from functions.shared.reconcile.summary import Unwatched
from functions.shared.scans.handover import Handover
from tests import factories
from tests.functional.scan.stage import MESSAGES, Stage


@pytest.fixture(scope="module")
def server() -> Iterator[JobQueueServer]:
    with JobQueueServer() as server:
        yield server


@pytest.fixture
def queue(stage: Stage, server: JobQueueServer) -> Iterator["Queue"]:
    queue = Queue(server)
    stage.variables |= server.variables
    queue.take()
    yield queue
    queue.take()


class Queue:
    """The scan function's queue."""

    def __init__(self, server: JobQueueServer) -> None:
        self._client = server.client
        self._url = server.scan_url

    def take(self) -> list[int]:
        """The guilds that messages are there for, each taken out."""
        found = []
        while messages := self._client.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=10
        ).get("Messages"):
            for message in messages:
                body = json.loads(message["Body"])
                assert body["kind"] == "scan"
                found.append(int(body["guild_id"]))
                handle = message["ReceiptHandle"]
                self._client.delete_message(QueueUrl=self._url, ReceiptHandle=handle)
        return sorted(found)


def settle(stage: Stage) -> None:
    """Sync and scan everything that there is."""
    stage.sync()
    for guild in (stage.arcade, stage.basement):
        stage.turn(guild)


def test_new_guilds_are_handed_over(stage: Stage, queue: Queue) -> None:
    stage.sync()
    assert queue.take() == sorted([stage.arcade.id, stage.basement.id])


def test_only_guilds_in_which_something_happened_are_handed_over(
    stage: Stage, queue: Queue
) -> None:
    settle(stage)
    queue.take()
    stage.sync()
    assert queue.take() == []
    stage.video(stage.clips)
    stage.sync()
    assert queue.take() == [stage.arcade.id]


def test_one_message_is_under_way_for_a_guild_at_most(stage: Stage, queue: Queue) -> None:
    stage.sync()
    stage.sync()
    stage.sync({"guild_ids": [str(stage.arcade.id)]})
    assert queue.take() == sorted([stage.arcade.id, stage.basement.id])
    stage.execute("UPDATE bot_guilds SET scan_queued_until = now() - interval '1 s'")
    stage.sync()
    assert queue.take() == sorted([stage.arcade.id, stage.basement.id])


def test_a_targeted_sync_hands_only_its_guilds_over(stage: Stage, queue: Queue) -> None:
    stage.sync({"guild_ids": [str(stage.basement.id)]})
    assert queue.take() == [stage.basement.id]


def test_a_sync_by_hand_hands_over_as_well(
    stage: Stage, queue: Queue, server: JobQueueServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    jobs.sync(stage.variables, {"dry_run": True}, Unwatched())
    assert queue.take() == []
    jobs.sync(stage.variables, {}, Unwatched())
    assert queue.take() == sorted([stage.arcade.id, stage.basement.id])


def test_a_dry_run_hands_nothing_over(stage: Stage, queue: Queue) -> None:
    settle(stage)
    queue.take()
    stage.video(stage.clips)
    stage.sync({"dry_run": True})
    assert queue.take() == []


def test_without_the_intent_nothing_is_handed_over(stage: Stage, queue: Queue) -> None:
    stage.world.application.flags = 0
    stage.sync()
    assert queue.take() == []


def test_more_guilds_than_fit_into_a_batch_are_handed_over(stage: Stage, queue: Queue) -> None:
    for number in range(23):
        stage.add_guild(f"guild {number}", "general")
    stage.sync()
    assert len(queue.take()) == 25


def test_a_queue_that_fails_does_not_fail_the_sync(
    stage: Stage, queue: Queue, capsys: pytest.CaptureFixture[str]
) -> None:
    queue.take()
    there = stage.variables["SCAN_QUEUE_URL"]
    stage.variables["SCAN_QUEUE_URL"] += "-deleted"
    assert stage.sync()["complete"]
    assert "is SCAN_QUEUE_URL right" in capsys.readouterr().out
    stage.variables["SCAN_QUEUE_URL"] = there
    stage.forget_environment()
    stage.sync()
    assert queue.take() == sorted([stage.arcade.id, stage.basement.id])


def test_a_silent_queue_ends_the_sync_in_time_and_leaves_no_guild_marked(
    stage: Stage,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("functions.sync.sync._ANSWER_SECONDS", 8.0)
    for number in range(28):
        stage.add_guild(f"guild {number}", "general")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        stage.variables |= {"AWS_ENDPOINT_URL_SQS": url, "SCAN_QUEUE_URL": f"{url}/1/scans"}
        environment, started = stage.cold_environment(seconds=11), time.monotonic()
        assert environment.invoke({})["complete"]
    assert time.monotonic() - started < 11, "Lambda would have ended it"
    assert "30 scans could not be handed over" in capsys.readouterr().out
    assert stage.value("SELECT count(scan_queued_until) FROM bot_guilds") == 0


@pytest.mark.parametrize(("function", "event"), [("sync", {}), ("scan", {"Records": []})])
def test_who_ends_an_environment_gets_its_queues_connections_back(
    stage: Stage, queue: Queue, monkeypatch: pytest.MonkeyPatch, function: str, event: object
) -> None:
    closed = []

    def close(queue: ScanQueue) -> None:
        closed.append(queue)

    monkeypatch.setattr(ScanQueue, "close", close)
    with LambdaEnvironment(function, stage.variables) as environment:
        environment.invoke(event)
    assert len(closed) == 1


async def test_where_no_time_is_left_neither_database_nor_queue_is_asked() -> None:
    nowhere = factories.make_database("postgresql://bot@127.0.0.1:1/clips")
    queue = ScanQueue("http://127.0.0.1:1/1/scans")
    handover = Handover(nowhere, queue, settings.GuildSettings())
    assert await handover.hand_over(None, time.monotonic()) == 0


def test_a_turn_that_ended_early_is_continued(
    stage: Stage, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_over(_: object) -> bool:
        return bool(stage.value("SELECT count(*) > 0 FROM scan_coverage"))

    monkeypatch.setattr("functions.scan.turn.Turn.is_over", property(is_over))
    for channel in (stage.clips, stage.screenshots):
        stage.video(channel, at=stage.world.now().replace(year=2024))
    stage.sync()
    queue.take()
    stage.turn()
    assert queue.take() == [stage.arcade.id]


def test_a_turn_that_left_nothing_is_not_continued(stage: Stage, queue: Queue) -> None:
    stage.video(stage.clips)
    stage.sync()
    queue.take()
    stage.turn()
    assert queue.take() == []


def test_a_turn_that_brought_nothing_is_not_continued_at_once(stage: Stage, queue: Queue) -> None:
    settle(stage)
    stage.video(stage.clips)
    stage.sync()
    queue.take()
    stage.discord.faults.add(MESSAGES, status=500)
    stage.turn()
    assert queue.take() == []
    stage.sync()
    assert queue.take() == [stage.arcade.id]


def test_a_canceled_scan_is_not_handed_over_again(stage: Stage, queue: Queue) -> None:
    stage.video(stage.clips, at=stage.world.now().replace(year=2024))
    stage.sync()
    queue.take()
    stage.execute(
        "INSERT INTO guild_scans (guild_id, status) SELECT guild_id, 'canceled' FROM bot_guilds;"
        "UPDATE bot_guilds SET scan_queued_until = NULL"
    )
    stage.sync()
    assert queue.take() == []


def test_a_paused_scan_is_handed_over_for_new_messages_and_when_it_goes_on(
    stage: Stage, queue: Queue
) -> None:
    settle(stage)
    queue.take()
    stage.execute("UPDATE scan_coverage SET first_message_id = 7")
    stage.video(stage.screenshots, at=stage.world.now().replace(year=2024))
    stage.execute("UPDATE guild_scans SET paused_until = now() + interval '1 hour'")
    stage.sync()
    assert queue.take() == []
    stage.video(stage.clips)
    stage.sync()
    assert queue.take() == [stage.arcade.id]
    stage.execute(
        "UPDATE guild_scans SET paused_until = now() - interval '1 s';"
        "UPDATE bot_guilds SET scan_queued_until = NULL"
    )
    stage.sync()
    assert queue.take() == [stage.arcade.id]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"kind": "scan"}',
        '{"kind": "sync_guild", "guild_id": "1"}',
        '{"kind": "scan", "guild_id": "-1"}',
        '{"kind": "scan", "guild_id": "99999999999999999999"}',
    ],
)
def test_a_message_that_asks_for_no_scan_comes_again_and_harms_no_other(
    stage: Stage, body: str
) -> None:
    stage.video(stage.clips)
    stage.sync()
    stage.turn()
    stage.video(stage.clips, "second.mp4")
    stage.sync()
    good = json.dumps({"kind": "scan", "guild_id": str(stage.arcade.id)})
    result = stage.invoke_scan([("1", body), ("2", good)])
    assert result == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert stage.names() == ["clip.mp4", "second.mp4"]


def test_a_message_about_a_guild_that_is_gone_is_done_with(stage: Stage) -> None:
    body = json.dumps({"kind": "scan", "guild_id": "5"})
    assert stage.invoke_scan([("1", body)]) == {"batchItemFailures": []}


def test_a_database_that_fails_brings_the_message_back(stage: Stage) -> None:
    stage.sync()
    stage.interfere("BEFORE INSERT ON leases", "RAISE EXCEPTION 'no';")
    assert stage.turn() == {"batchItemFailures": [{"itemIdentifier": "1"}]}
