"""The limit that sending has whatever botocore waits for."""

import threading
import time
from collections.abc import Iterator

import pytest

from functions.shared import errors, jobs, models, queue


class StuckClient:
    """A client that resolves its host's name for ever, or until the test ends."""

    def __init__(self) -> None:
        self.is_over = threading.Event()

    def send_message(self, **_: str) -> None:
        self.is_over.wait(10)


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


def test_the_limit_leaves_time_for_the_answer() -> None:
    assert queue._SEND_SECONDS < 2.5
