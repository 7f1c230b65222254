"""`clipsaver logs`, as an operator types it; AWS is moto's CloudWatch Logs, on the wire."""

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from clipsaver import aws
from clipsaver.operations import logs
from clipsaver.operations.logs import Search
from tests.functional.operator.conftest import REGION, STACK, Account, Verb

Write = Callable[..., None]


@pytest.fixture
def write(account: Account) -> Write:
    """Has a function write a line, so many seconds ago."""
    client = account.client("logs")
    for function in ("sync", "interactions"):
        group = f"/clip-saver/{STACK}/{function}"
        client.create_log_group(logGroupName=group)
        client.create_log_stream(logGroupName=group, logStreamName="one")
    api = f"/aws/vendedlogs/clip-saver/{STACK}/api"
    client.create_log_group(logGroupName=api)
    client.create_log_stream(logGroupName=api, logStreamName="one")
    client.create_log_group(logGroupName="/clip-saver/another/sync")

    def put(function: str, line: Any, seconds_ago: float = 1) -> None:
        prefix = "/aws/vendedlogs" if function == "api" else ""
        client.put_log_events(
            logGroupName=f"{prefix}/clip-saver/{STACK}/{function}",
            logStreamName="one",
            logEvents=[
                {
                    "timestamp": round((time.time() - seconds_ago) * 1000),
                    "message": line if isinstance(line, str) else json.dumps(line),
                }
            ],
        )

    return put


def test_lines_of_all_functions_come_newest_last(verb: Verb, write: Write) -> None:
    write("sync", {"level": "INFO", "message": "third"}, 1)
    write("interactions", {"level": "ERROR", "message": "second", "guild_id": "7"}, 20)
    write("sync", {"level": "INFO", "message": "first", "deleted": 3}, 30)
    result = verb("logs")
    assert result.exit_code == 0, result.exception
    first, second, third = result.output.splitlines()
    assert first.startswith("INFO ")
    assert "sync         first deleted=3" in first
    assert second.startswith("ERROR ")
    assert "interactions second guild_id=7" in second
    assert third.endswith("third")


def test_only_one_function_is_shown_if_it_is_named(verb: Verb, write: Write) -> None:
    write("sync", "of the sync")
    write("interactions", "of the API")
    assert verb("logs", "sync").output.strip().endswith("of the sync")


def test_only_what_is_young_and_holds_the_text_is_shown(verb: Verb, write: Write) -> None:
    write("sync", 'Running job "sync" long ago', 3000)
    write("sync", {"message": 'Running job "sync" lately'}, 1000)
    write("sync", "something else", 1000)
    shown = verb("logs", "--since", "20m", "--grep", 'job "sync"').output.splitlines()
    assert len(shown) == 1
    assert shown[0].endswith("lately")
    assert verb("logs").output == ""


def test_what_tells_a_person_nothing_is_left_out(verb: Verb, write: Write) -> None:
    write("sync", {"_aws": {"Timestamp": 1}, "Guilds": 3})
    write("sync", {"time": "now", "type": "platform.start", "record": {"requestId": "1"}})
    metrics = {"durationMs": 812.4, "maxMemoryUsedMB": 98, "memorySizeMB": 512}
    report = {"requestId": "abc", "status": "timeout", "metrics": metrics}
    write("sync", {"time": "now", "type": "platform.report", "record": report})
    (line,) = verb("logs").output.splitlines()
    assert line.startswith("ERROR ")
    assert "invocation: timeout ms=812 memory_mb=98 of_mb=512 request_id=abc" in line


def test_a_traceback_stands_below_its_line(verb: Verb, write: Write) -> None:
    write("sync", {"level": "ERROR", "message": "failed", "exception": "Traceback\n  here"})
    first, *below = verb("logs").output.splitlines()
    assert first.endswith("failed")
    assert below == ["Traceback", "  here"]


def test_the_access_log_is_shown_with_its_fields(verb: Verb, write: Write) -> None:
    write("api", {"requestId": "abc", "route": "POST /interactions", "status": "401"})
    assert "route=POST /interactions status=401" in verb("logs", "api").output


def test_markup_in_a_line_stays_text(verb: Verb, write: Write) -> None:
    write("sync", {"level": "INFO", "message": "guild [red]Arcade[/red]"})
    assert "guild [red]Arcade[/red]" in verb("logs").output


def test_an_unknown_function_is_told_with_those_there_are(verb: Verb, write: Write) -> None:
    error = verb("logs", "painter").exception
    assert isinstance(error, aws.NotDeployed)
    assert "no log of painter in eu-central-1" in str(error)
    assert "api" in str(error)
    assert "sync" in str(error)


def test_an_age_that_is_none_is_refused(verb: Verb) -> None:
    result = verb("logs", "--since", "yesterday")
    assert result.exit_code == 2
    assert "yesterday is no age" in result.output


def test_following_shows_each_line_once_as_it_comes(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_LOOK_AGAIN_SECONDS", 0.05)
    write("sync", "before", 5)
    write("interactions", "before, too", 4)
    following = logs.follow(Search(STACK, None, datetime.fromtimestamp(0, UTC), ""), REGION)
    assert [next(following).message for _ in range(2)] == ["before", "before, too"]
    threading.Timer(0.2, write, ("sync", "after", 0)).start()
    assert next(following).message == "after"
    threading.Timer(0.2, write, ("interactions", "at last", 0)).start()
    assert next(following).message == "at last"
    following.close()
