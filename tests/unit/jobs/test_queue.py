"""The limits that sending has whatever botocore waits for, and what of many was not sent."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from functions.shared import errors, jobs, models, queue


class StuckClient:
    """A client that resolves its host's name for ever, or until the test ends."""

    def __init__(self) -> None:
        self.is_over = threading.Event()
        self.batches = 0

    def send_message(self, **_: str) -> None:
        self.is_over.wait(10)

    def send_message_batch(self, **_: Any) -> dict[str, Any]:
        self.batches += 1
        self.is_over.wait(10)
        return {}


class PickyClient:
    """A client of a queue that takes none of the first messages of a batch."""

    def send_message_batch(self, Entries: list[dict[str, str]], **_: str) -> dict[str, Any]:  # noqa: N803 -- AWS's own
        return {"Failed": [{"Id": each["Id"]} for each in Entries[:2]]}


@pytest.fixture
def stuck() -> Iterator[StuckClient]:
    client = StuckClient()
    yield client
    client.is_over.set()


async def test_a_queue_that_cannot_be_found_in_time_is_unavailable(
    stuck: StuckClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_SEND_SECONDS", 0.1)
    sending = queue.JobQueue("https://sqs.example/1/jobs")
    vars(sending)["_client"] = stuck
    started = time.monotonic()
    with pytest.raises(errors.QueueUnavailable, match="is JOBS_QUEUE_URL right"):
        await sending.send(jobs.Job("sync_guild", models.GuildId(1)))
    assert time.monotonic() - started < 2
    stuck.is_over.set()


GUILDS = [models.GuildId(number) for number in range(1, 26)]


def scan_queue(client: object) -> queue.ScanQueue:
    sending = queue.ScanQueue("https://sqs.example/1/scans")
    vars(sending._queue)["_client"] = client
    return sending


async def test_a_silent_queue_is_not_asked_again(
    stuck: StuckClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_SEND_SECONDS", 0.1)
    refused = await scan_queue(stuck).send_all(GUILDS, time.monotonic() + 60)
    assert (refused, stuck.batches) == (GUILDS, 1)
    stuck.is_over.set()


async def test_no_batch_is_waited_for_beyond_the_end(stuck: StuckClient) -> None:
    started = time.monotonic()
    assert await scan_queue(stuck).send_all(GUILDS, started + 0.1) == GUILDS
    assert time.monotonic() - started < 1
    stuck.is_over.set()


async def test_no_batch_is_sent_after_the_end(stuck: StuckClient) -> None:
    assert await scan_queue(stuck).send_all(GUILDS, time.monotonic()) == GUILDS
    assert stuck.batches == 0


async def test_what_a_batch_leaves_out_keeps_no_other_batch_from_being_sent() -> None:
    refused = await scan_queue(PickyClient()).send_all(GUILDS, time.monotonic() + 60)
    assert refused == [1, 2, 11, 12, 21, 22]


def test_the_limit_leaves_time_for_the_answer() -> None:
    assert queue._SEND_SECONDS < 2.5
