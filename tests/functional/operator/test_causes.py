"""Why a letter died, as `clipsaver dlq list` finds it in the log of the function that failed."""

import json
import re
import time
from collections.abc import Callable
from typing import Any, Final

import pytest

from clipsaver.emulator.samples import sample_world
from clipsaver.local.lambda_environment import LambdaEnvironment
from clipsaver.operations import causes, commands, dead_letters
from clipsaver.operations.stack import Stack
from functions.shared import jobs, models
from functions.shared.scans import queue_message
from tests.functional.operator.conftest import REGION, STACK, Account, Verb, rows

NOWHERE: Final = "postgresql://clips:word@127.0.0.1:9/clips"
TOKEN: Final = sample_world().application.bot_token
QUEUES: Final = ("JobsQueue", "FailedJobsQueue", "ScanQueue", "FailedScansQueue", "FailedRunsQueue")
JOB: Final = jobs.Job("sync_guild", models.GuildId(7)).to_message()
SCAN: Final = queue_message.pack(models.GuildId(9))

Send = Callable[[str, str], str]
Write = Callable[..., None]


@pytest.fixture
def send(account: Account, monkeypatch: pytest.MonkeyPatch) -> Send:
    """Puts a message into a queue; its id, which stays the same when SQS moves it."""
    monkeypatch.setattr(dead_letters, "_POLL_SECONDS", 0)
    monkeypatch.setattr(commands.console, "width", 500)
    account.deploy({name: {"Type": "AWS::SQS::Queue"} for name in QUEUES})
    stack, client = Stack.read(STACK, REGION), account.client("sqs")

    def put(queue: str, body: str) -> str:
        answer = client.send_message(QueueUrl=stack.physical_id(queue), MessageBody=body)
        return str(answer["MessageId"])

    return put


@pytest.fixture
def write(account: Account) -> Write:
    """Has a function write a line."""
    client = account.client("logs")
    for function in ("jobs", "scan"):
        client.create_log_group(logGroupName=f"/clip-saver/{STACK}/{function}")
        client.create_log_stream(
            logGroupName=f"/clip-saver/{STACK}/{function}", logStreamName="one"
        )

    def put(function: str, line: Any, seconds_from_now: float = 0) -> None:
        client.put_log_events(
            logGroupName=f"/clip-saver/{STACK}/{function}",
            logStreamName="one",
            logEvents=[
                {
                    "timestamp": round((time.time() + seconds_from_now) * 1000),
                    "message": line if isinstance(line, str) else json.dumps(line),
                }
            ],
        )

    return put


def _why(verb: Verb) -> list[str]:
    result = verb("dlq", "list")
    assert result.exit_code == 0, result.exception
    return [row[4] for row in rows(result.output)]


@pytest.mark.parametrize(
    ("function", "queue", "body"),
    [("jobs", "FailedJobsQueue", JOB), ("scan", "FailedScansQueue", SCAN)],
)
def test_the_cause_is_what_the_function_itself_logged(
    verb: Verb,
    send: Send,
    write: Write,
    capsys: pytest.CaptureFixture[str],
    function: str,
    queue: str,
    body: str,
) -> None:
    identity = send(queue, body)
    variables = {
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "DISCORD_APPLICATION_ID": "157730590492196864",
        "BOT_TOKEN": TOKEN,
        "DATABASE_URL": NOWHERE,
        "DISCORD_API_URL": "http://127.0.0.1:9/api/v10",
    }
    with LambdaEnvironment(function, variables) as environment:
        environment.invoke({"Records": [{"messageId": identity, "body": body}]})
    for line in capsys.readouterr().out.splitlines():
        write(function, line)
    (why,) = _why(verb)
    assert re.match(r"(Job sync_guild|Scan of guild 9) failed: .*(ConnectError|refused)", why)
    # And whoever looks for the id sees the line, too.
    shown = verb("logs", function, "--grep", identity).output
    assert why[:40] in shown


def test_the_last_error_is_the_cause_and_not_another_letters(
    verb: Verb, send: Send, write: Write
) -> None:
    identity = send("FailedJobsQueue", JOB)
    assert rows(verb("dlq", "list").output)[0][6] == identity
    write("jobs", {"level": "ERROR", "message": "the first", "message_id": identity}, 1)
    write("jobs", {"level": "ERROR", "message": "the last", "message_id": identity}, 2)
    write("jobs", {"level": "WARNING", "message": "a warning", "message_id": identity}, 3)
    write("jobs", {"level": "ERROR", "message": "another's", "message_id": "another"}, 4)
    write("scan", {"level": "ERROR", "message": "of a scan", "message_id": identity}, 5)
    assert _why(verb) == ["the last"]


def test_an_end_from_outside_is_found_by_its_invocation(
    verb: Verb, send: Send, write: Write
) -> None:
    identity = send("FailedScansQueue", SCAN)
    begin = {"level": "INFO", "message": 'Running job "scan"', "message_id": identity}
    write("scan", begin | {"request_id": "abc"}, 1)
    metrics = {"durationMs": 120000, "maxMemoryUsedMB": 98, "memorySizeMB": 512}
    record = {"requestId": "abc", "status": "timeout", "metrics": metrics}
    write("scan", {"type": "platform.report", "record": record}, 2)
    assert _why(verb) == ["invocation: timeout ms=120000 memory_mb=98 of_mb=512"]


def test_what_no_error_tells_the_last_line_does(verb: Verb, send: Send, write: Write) -> None:
    identity = send("FailedJobsQueue", JOB)
    write("jobs", {"level": "INFO", "message": 'Running job "sync_guild"', "message_id": identity})
    write("jobs", {"level": "INFO", "message": "Back: it is busy", "message_id": identity}, 1)
    assert _why(verb) == ["Back: it is busy"]


def test_where_nothing_is_found_the_letter_says_how_to_look(
    verb: Verb, send: Send, write: Write
) -> None:
    identity = send("FailedJobsQueue", JOB)
    write("jobs", {"level": "INFO", "message": 'Running job "sync_guild"', "message_id": identity})
    told = f"it failed too often; `clipsaver logs jobs --since 14d --grep {identity}` may tell why"
    assert _why(verb) == [told]
    assert "Running job" in verb("logs", "jobs", "--since", "14d", "--grep", identity).output


def test_a_stack_whose_logs_are_gone_lists_its_letters_all_the_same(verb: Verb, send: Send) -> None:
    send("FailedJobsQueue", JOB)
    assert "it failed too often" in _why(verb)[0]


def test_what_was_logged_is_redacted_once_more(verb: Verb, send: Send, write: Write) -> None:
    identity = send("FailedJobsQueue", JOB)
    line = {"level": "ERROR", "message": f"Bot {TOKEN} failed", "message_id": identity}
    write("jobs", line)
    (why,) = _why(verb)
    assert TOKEN not in why
    assert why.endswith("failed")


def test_only_so_many_letters_are_looked_up(
    verb: Verb, send: Send, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(causes, "_MOST", 1)
    for _ in range(2):
        identity = send("FailedJobsQueue", JOB)
        write("jobs", {"level": "ERROR", "message": "it broke", "message_id": identity})
    assert sorted(why[:10] for why in _why(verb)) == ["it broke", "it failed "]
