"""`clipsaver dlq`, as an operator types it; AWS is moto's SQS, on the wire."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from moto.sqs.exceptions import SQSException
from moto.sqs.models import SQSBackend

from clipsaver.operations import dead_letters
from clipsaver.operations.causes import Causes
from clipsaver.operations.stack import Stack
from functions.shared import jobs, models
from functions.shared.scans import queue_message
from tests.functional.operator.conftest import REGION, STACK, Account, Verb, rows

TOKEN: Final = "aW50ZXJhY3Rpb24tdG9rZW4"
QUEUES: Final = ("JobsQueue", "FailedJobsQueue", "ScanQueue", "FailedScansQueue", "FailedRunsQueue")

Send = Callable[..., str]
Bodies = Callable[..., list[str]]


@pytest.fixture
def stack(account: Account, monkeypatch: pytest.MonkeyPatch) -> Stack:
    # moto has no second server that might know more.
    monkeypatch.setattr(dead_letters, "_POLL_SECONDS", 0)
    account.deploy({name: {"Type": "AWS::SQS::Queue"} for name in QUEUES})
    return Stack.read(STACK, REGION)


@pytest.fixture
def send(account: Account, stack: Stack) -> Send:
    """Puts a message into a queue; its id."""
    client = account.client("sqs")

    def put(queue: str, body: Any, **attributes: str) -> str:
        answer = client.send_message(
            QueueUrl=stack.physical_id(queue),
            MessageBody=body if isinstance(body, str) else json.dumps(body),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
            },
        )
        return str(answer["MessageId"])

    return put


@pytest.fixture
def bodies(account: Account, stack: Stack) -> Bodies:
    """What lies in a queue and can be received."""
    client = account.client("sqs")

    def received(queue: str, held_seconds: int = 0) -> list[str]:
        url = stack.physical_id(queue)
        answer = client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=held_seconds, WaitTimeSeconds=0
        )
        return sorted(message["Body"] for message in answer.get("Messages", ()))

    return received


def job(*, age: timedelta | None) -> str:
    """A job on guild 7, whose interaction is so old; None if nobody waits for it."""
    if age is None:
        return jobs.Job("sync_guild", models.GuildId(7)).to_message()
    made_at = datetime.now(UTC) - age
    interaction_id = (int(made_at.timestamp() * 1000) - 1420070400000) << 22
    ticket = jobs.Ticket(interaction_id, TOKEN, "en", models.UserId(8))
    return jobs.Job("sync_guild", models.GuildId(7), ticket).to_message()


YOUNG: Final = timedelta(minutes=5)
OLD: Final = timedelta(minutes=14, seconds=31)
SCAN: Final = queue_message.pack(models.GuildId(9))
FAILED_RUN: Final = {
    "version": "1.0",
    "requestContext": {
        "functionArn": "arn:aws:lambda:eu-central-1:123456789012:function:clips-sync:$LATEST",
        "condition": "RetriesExhausted",
    },
    "requestPayload": {},
    "responsePayload": {"errorType": "Unauthorized", "errorMessage": "the token was reset"},
}


def test_each_letter_is_listed_with_its_cause_and_without_its_token(verb: Verb, send: Send) -> None:
    young = send("FailedJobsQueue", job(age=YOUNG))
    time.sleep(0.01)
    old = send("FailedJobsQueue", job(age=OLD))
    time.sleep(0.01)
    send("FailedJobsQueue", json.dumps({"kind": "paint", "guild_id": "7", "token": TOKEN}))
    scan = send("FailedScansQueue", SCAN)
    send("FailedRunsQueue", FAILED_RUN)
    result = verb("dlq", "list")
    assert result.exit_code == 0, result.exception
    assert TOKEN not in result.output
    listed = [(row[0], row[3], row[4], row[5]) for row in rows(result.output)]
    failed = "it failed too often; `clipsaver logs {} --since 14d --grep {}` may tell why"
    late = "nobody waits for it any more: Discord takes an answer for 15 minutes"
    assert listed == [
        ("jobs", "sync_guild, guild 7", failed.format("jobs", young), "yes"),
        ("jobs", "sync_guild, guild 7", f"{failed.format('jobs', old)}; {late}", "no"),
        ("jobs", "unknown", "this release knows no job 'paint'", "no"),
        ("scan", "scan, guild 9", failed.format("scan", scan), "yes"),
        (
            *("runs", "run of clips-sync"),
            *("Unauthorized: the token was reset; the next run makes up for it", "no"),
        ),
    ]


def test_a_run_that_the_scheduler_could_not_start_is_told(verb: Verb, send: Send) -> None:
    send(
        "FailedRunsQueue",
        {},
        ERROR_CODE="AWS.Scheduler.Throttled",
        ERROR_MESSAGE="Rate exceeded",
        SCHEDULE_ARN="arn:aws:scheduler:eu-central-1:123456789012:schedule/default/clips-sync",
    )
    ((_, _, _, what, why, *_),) = rows(verb("dlq", "list").output)
    assert (what, why) == ("start by clips-sync", "Rate exceeded; the next run makes up for it")


@pytest.mark.parametrize("body", ["", "no JSON", "[]", "{}", '{"requestContext": {}}'])
@pytest.mark.parametrize("queue", ["FailedJobsQueue", "FailedScansQueue", "FailedRunsQueue"])
def test_whatever_lies_there_is_listed(verb: Verb, send: Send, queue: str, body: str) -> None:
    send(queue, body or " ")
    result = verb("dlq", "list")
    assert result.exit_code == 0, result.exception
    assert rows(result.output)[0][5] == "no"


def test_looking_leaves_the_letters_for_the_next_look(verb: Verb, send: Send) -> None:
    for _ in range(12):
        send("FailedJobsQueue", job(age=None))
    first, second = verb("dlq", "list"), verb("dlq", "list")
    assert len(rows(first.output)) == len(rows(second.output)) == 12


def test_what_can_do_good_is_sent_again_and_the_rest_stays(
    verb: Verb, send: Send, bodies: Bodies
) -> None:
    young, old, free = job(age=YOUNG), job(age=OLD), job(age=None)
    for body in (young, old, free):
        send("FailedJobsQueue", body)
    send("FailedScansQueue", SCAN)
    send("FailedRunsQueue", FAILED_RUN)
    result = verb("dlq", "redrive")
    assert "3 sent again, 2 left." in result.output
    assert TOKEN not in result.output
    assert bodies("JobsQueue") == sorted([young, free])
    assert bodies("FailedJobsQueue") == [old]
    assert bodies("ScanQueue") == [SCAN]
    assert bodies("FailedScansQueue") == []
    assert bodies("FailedRunsQueue") == [json.dumps(FAILED_RUN)]


def test_only_one_queue_is_touched_if_it_is_named(verb: Verb, send: Send, bodies: Bodies) -> None:
    send("FailedJobsQueue", job(age=None))
    send("FailedScansQueue", SCAN)
    verb("dlq", "redrive", "--queue", "scan")
    assert bodies("FailedJobsQueue") == [job(age=None)]
    assert bodies("ScanQueue") == [SCAN]


def test_dropping_asks_first(verb: Verb, send: Send, bodies: Bodies) -> None:
    send("FailedRunsQueue", FAILED_RUN)
    refused = verb("dlq", "drop", answer="n\n")
    assert refused.exit_code == 1
    assert "Delete 1 for ever?" in refused.output
    assert len(bodies("FailedRunsQueue")) == 1
    assert verb("dlq", "drop", answer="y\n").exit_code == 0
    assert bodies("FailedRunsQueue") == []


def test_dropping_nothing_asks_nothing(verb: Verb, stack: Stack) -> None:
    assert verb("dlq", "drop").exit_code == 0


def test_dropping_can_be_told_not_to_ask(verb: Verb, send: Send, bodies: Bodies) -> None:
    send("FailedJobsQueue", job(age=OLD))
    assert "1 dropped." in verb("dlq", "drop", "--yes").output
    assert bodies("FailedJobsQueue") == []


@pytest.fixture
def brief(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters are held for a second, as strictly as AWS does it and moto does not."""
    change = SQSBackend.change_message_visibility

    def strictly(self: SQSBackend, queue_name: str, receipt_handle: str, **given: int) -> None:
        messages = self.get_queue(queue_name)._messages
        held = {each.receipt_handle for each in messages if not each.visible}
        if receipt_handle not in held:
            raise SQSException("MessageNotInflight", "The message is not in flight.")
        change(self, queue_name, receipt_handle, **given)

    monkeypatch.setattr(SQSBackend, "change_message_visibility", strictly)
    monkeypatch.setattr(dead_letters, "_HELD_SECONDS", 1)


@pytest.fixture
def slow(brief: None) -> Iterator[Callable[[], None]]:
    """Has the look-up of causes outlast the hold; called, it does so no more."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Causes, "look_up", lambda *_: time.sleep(1.1))
        yield patched.undo


def test_a_letter_that_comes_twice_is_listed_once(
    verb: Verb, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "_HELD_SECONDS", 0)
    send("FailedScansQueue", SCAN)
    send("FailedScansQueue", SCAN)
    assert len(rows(verb("dlq", "list").output)) == 2


def test_letters_are_listed_however_long_the_look_up_of_their_causes_takes(
    verb: Verb, send: Send, bodies: Bodies, slow: Callable[[], None]
) -> None:
    send("FailedScansQueue", SCAN)
    result = verb("dlq", "list")
    assert result.exit_code == 0, result.exception
    assert len(rows(result.output)) == 1
    assert bodies("FailedScansQueue") == [SCAN]


@pytest.mark.parametrize("act", [("redrive",), ("drop", "--yes")])
def test_what_was_held_for_too_long_is_left_and_told(
    verb: Verb, send: Send, bodies: Bodies, slow: Callable[[], None], act: tuple[str, ...]
) -> None:
    send("FailedScansQueue", SCAN)
    late = verb("dlq", *act)
    assert late.exit_code == 0, late.exception
    done = "sent again" if act == ("redrive",) else "dropped"
    assert f"0 {done}" in late.output
    assert "1 slipped away" in late.output
    assert bodies("FailedScansQueue") == [SCAN]
    assert bodies("ScanQueue") == []
    slow()
    assert f"1 {done}" in verb("dlq", *act).output
    assert bodies("FailedScansQueue") == []


def test_what_somebody_else_has_taken_since_is_not_sent_twice(
    verb: Verb, send: Send, bodies: Bodies, brief: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(*_: object) -> None:
        time.sleep(1.1)
        assert bodies("FailedScansQueue", held_seconds=60) == [SCAN]

    monkeypatch.setattr(Causes, "look_up", take)
    send("FailedScansQueue", SCAN)
    result = verb("dlq", "redrive")
    assert "0 sent again, 1 left." in result.output
    assert bodies("ScanQueue") == []


def test_whoever_does_not_wait_for_the_causes_leaves_the_letters_to_the_next_look(
    verb: Verb, send: Send, bodies: Bodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Causes, "look_up", interrupt)
    send("FailedScansQueue", SCAN)
    assert verb("dlq", "list").exit_code != 0
    assert bodies("FailedScansQueue") == [SCAN]
