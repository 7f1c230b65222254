"""A queue that is away, silent or not there: a sentence within three seconds, and nothing done."""

import io
import socket
import time
from collections.abc import Iterator

import pytest

from tests.functional.commands.stage import Stage

QUEUE_DOWN = "I could not hand this over. Nothing was changed; please try again in a minute."


@pytest.fixture
def patience() -> None:
    """None: this is about how long somebody in Discord waits."""


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_queue_that_refuses_connections(bare_stage: Stage, closed_port: int) -> None:
    bare_stage.variables["AWS_ENDPOINT_URL_SQS"] = f"http://127.0.0.1:{closed_port}"
    bare_stage.variables["JOBS_QUEUE_URL"] = f"http://127.0.0.1:{closed_port}/1/jobs"
    assert bare_stage.command("sync").text == QUEUE_DOWN


def test_a_queue_that_never_answers(bare_stage: Stage, silent_port: int, log: io.StringIO) -> None:
    bare_stage.variables["AWS_ENDPOINT_URL_SQS"] = f"http://127.0.0.1:{silent_port}"
    bare_stage.variables["JOBS_QUEUE_URL"] = f"http://127.0.0.1:{silent_port}/1/jobs"
    started = time.monotonic()
    assert bare_stage.command("sync").text == QUEUE_DOWN
    assert time.monotonic() - started < 3
    assert "is JOBS_QUEUE_URL right" in log.getvalue()


def test_a_queue_that_does_not_exist(bare_stage: Stage) -> None:
    bare_stage.variables["JOBS_QUEUE_URL"] += "-deleted"
    assert bare_stage.command("sync").text == QUEUE_DOWN


def test_a_function_that_does_not_know_its_region(bare_stage: Stage) -> None:
    del bare_stage.variables["AWS_DEFAULT_REGION"]
    assert bare_stage.command("sync").text == QUEUE_DOWN


def test_a_function_without_a_queue_says_that_it_is_not_set_up(
    bare_stage: Stage, log: io.StringIO
) -> None:
    del bare_stage.variables["JOBS_QUEUE_URL"]
    assert "I am not fully set up yet" in bare_stage.command("sync").text
    assert "JOBS_QUEUE_URL is not set" in log.getvalue()


def test_it_works_again_once_the_queue_is_back(stage: Stage) -> None:
    stage.forget_sync()
    stage._sqs.delete_queue(QueueUrl=stage.queue_url)
    assert stage.command("sync").text == QUEUE_DOWN
    stage._sqs.create_queue(QueueName=stage.queue_url.rpartition("/")[2])
    used = stage.command("sync")
    assert used.is_waiting
    stage.work()
    assert "Synced" in used.text
