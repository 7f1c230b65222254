"""The local queue: delivered, retried, and kept for a look when it failed too often."""

import re
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clipsaver.local.lambda_environment import LambdaEnvironment
from clipsaver.local.sqs import MOST_RECEIVES, EventSource, JobQueueServer
from functions.shared import errors, jobs, models
from functions.shared.queue import JobQueue
from tests.patience import wait_until

FUNCTION = """
    import json, os, pathlib

    def handler(event, context):
        folder = pathlib.Path(os.environ["DEFAULT_SETTINGS_PATH"])
        bad = []
        for record in event["Records"]:
            seen = folder / record["messageId"]
            tries = len(seen.read_text()) if seen.exists() else 0
            seen.write_text("x" * (tries + 1))
            (folder / "last.json").write_text(json.dumps(record))
            if record["body"] == "crash":
                raise RuntimeError("a crash")
            if record["body"] == "never" or (record["body"] == "second" and tries == 0):
                bad.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": bad}
"""


@pytest.fixture(scope="module")
def queue() -> Iterator[JobQueueServer]:
    with JobQueueServer() as queue:
        yield queue


@pytest.fixture
def environment(
    tmp_path: Path, queue: JobQueueServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LambdaEnvironment]:
    """A function that notes what it gets in `seen`, in a process's only folder it knows of."""
    (tmp_path / "noting_jobs.py").write_text(textwrap.dedent(FUNCTION))
    (tmp_path / "seen").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    variables = {"DEFAULT_SETTINGS_PATH": str(tmp_path / "seen")}
    with LambdaEnvironment("jobs", variables, module="noting_jobs") as environment:
        yield environment


@pytest.fixture
def tries(tmp_path: Path) -> Callable[[str], int]:
    """How often the function has seen a message."""

    def count(message_id: str) -> int:
        seen = tmp_path / "seen" / message_id
        return len(seen.read_text()) if seen.exists() else 0

    return count


def send(queue: JobQueueServer, body: str) -> str:
    sent = queue.client.send_message(QueueUrl=queue.url, MessageBody=body)
    return str(sent["MessageId"])


def left(queue: JobQueueServer) -> int:
    """Messages that wait, or are being worked on; one that changes over may be missed."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = queue.client.get_queue_attributes(QueueUrl=queue.url, AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def test_what_fails_comes_as_often_as_on_aws() -> None:
    template = (Path(__file__).parents[3] / "infra" / "template.yaml").read_text()
    assert set(re.findall(r"maxReceiveCount: (\d+)", template)) == {str(MOST_RECEIVES)}


def test_what_fails_comes_again_and_is_set_aside_after_five_times(
    queue: JobQueueServer, environment: LambdaEnvironment, tries: Callable[[str], int]
) -> None:
    before = queue.dead_letters()
    sent = {body: send(queue, body) for body in ("good", "second", "never")}
    with EventSource(queue, environment):
        wait_until(lambda: queue.dead_letters() == before + 1)
    assert {body: tries(message_id) for body, message_id in sent.items()} == {
        "good": 1,
        "second": 2,
        "never": MOST_RECEIVES,
    }


def test_a_batch_that_the_function_raises_on_fails_whole(
    queue: JobQueueServer, environment: LambdaEnvironment, tries: Callable[[str], int]
) -> None:
    before = queue.dead_letters()
    sent = send(queue, "crash")
    with EventSource(queue, environment):
        wait_until(lambda: queue.dead_letters() == before + 1)
    assert tries(sent) == MOST_RECEIVES


def test_a_good_message_is_seen_exactly_once(
    queue: JobQueueServer, environment: LambdaEnvironment, tries: Callable[[str], int]
) -> None:
    with EventSource(queue, environment):
        sent = send(queue, "good")
        wait_until(lambda: tries(sent) == 1 and left(queue) == 0)
        time.sleep(1.2)
    assert tries(sent) == 1


def test_nothing_is_taken_while_nobody_listens(
    queue: JobQueueServer, environment: LambdaEnvironment
) -> None:
    send(queue, "good")
    assert left(queue) == 1
    with EventSource(queue, environment):
        wait_until(lambda: left(queue) == 0)


async def test_the_functions_own_queue_sends_to_it(
    queue: JobQueueServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in queue.variables.items():
        monkeypatch.setenv(name, value)
    job = jobs.Job("sync_guild", models.GuildId(7))
    await JobQueue(queue.url).send(job)
    (message,) = queue.client.receive_message(QueueUrl=queue.url)["Messages"]
    queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
    assert jobs.from_message(message["Body"]) == job
    with pytest.raises(errors.QueueUnavailable, match="was not queued"):
        await JobQueue(f"{queue.url}-missing").send(job)


def test_two_in_one_process_have_queues_of_their_own(queue: JobQueueServer) -> None:
    queue.client.send_message(QueueUrl=queue.url, MessageBody="for the first")
    with JobQueueServer() as other:
        assert "Messages" not in other.client.receive_message(QueueUrl=other.url)
    (message,) = queue.client.receive_message(QueueUrl=queue.url)["Messages"]
    queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
