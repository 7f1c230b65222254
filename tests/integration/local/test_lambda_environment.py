"""Functions in this process, against what Lambda promises them."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from clipsaver.local import errors
from clipsaver.local.lambda_environment import LambdaEnvironment

HANDLER = """
import asyncio, os, threading, time

COLD_START = {name: os.environ.get(name) for name in ("BOT_TOKEN", "LOG_LEVEL", "PGHOST")}
LOOP = asyncio.new_event_loop()
count = 0
running = 0

def handler(event, context):
    global count
    count += 1
    return globals()[event["do"]](event, context)

def state(event, context):
    return {
        "count": count,
        "cold_start": COLD_START,
        "token": os.environ.get("BOT_TOKEN"),
        "thread": threading.get_ident(),
        "loop": LOOP.run_until_complete(loop_id()),
    }

async def loop_id():
    return id(asyncio.get_running_loop())

def context(event, context):
    first = context.get_remaining_time_in_millis()
    time.sleep(0.02)
    return {
        "aws_request_id": context.aws_request_id,
        "function_name": context.function_name,
        "function_version": context.function_version,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "invoked_function_arn": context.invoked_function_arn,
        "remaining": [first, context.get_remaining_time_in_millis()],
    }

def change_variables(event, context):
    os.environ["BOT_TOKEN"] = "changed"
    os.environ["ADDED"] = "by the function"

def exit(event, context):
    raise SystemExit("enough")

def fail(event, context):
    raise LookupError("no such guild")

def tuple_result(event, context):
    return (1, 2)

def set_result(event, context):
    return {1, 2}

def overlap(event, context):
    global running
    running += 1
    time.sleep(0.01)
    seen = running
    running -= 1
    return seen

def meet(event, context):
    meeting.wait(5)

def close():
    LOOP.close()
    with open(os.environ["BOT_TOKEN"], "w") as file:
        file.write("closed")
"""
MODULE = "function_under_test"


class New(Protocol):
    def __call__(
        self, token: str = "token", *, timeout_seconds: float = 30, memory_mb: int = 512
    ) -> LambdaEnvironment:
        """Make an environment of a function that tells what it sees."""


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / f"{MODULE}.py").write_text(HANDLER)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.fixture
def new(function: Path) -> Iterator[New]:
    with ExitStack() as environments:

        def make(
            token: str = "token", *, timeout_seconds: float = 30, memory_mb: int = 512
        ) -> LambdaEnvironment:
            environment = LambdaEnvironment(
                "sync",
                {"BOT_TOKEN": str(function / token)},
                module=MODULE,
                timeout_seconds=timeout_seconds,
                memory_mb=memory_mb,
            )
            return environments.enter_context(environment)

        yield make


def test_a_warm_environment_keeps_its_module_its_thread_and_its_loop(new: New) -> None:
    environment = new()
    first, second = (environment.invoke({"do": "state"}) for _ in range(2))
    assert (first["count"], second["count"]) == (1, 2)
    assert first["thread"] == second["thread"] != threading.get_ident()
    assert first["loop"] == second["loop"]


def test_an_environment_takes_one_invocation_at_a_time(new: New) -> None:
    environment = new()
    with ThreadPoolExecutor(4) as threads:
        at_once = list(threads.map(lambda _: environment.invoke({"do": "overlap"}), range(4)))
    assert at_once == [1, 1, 1, 1]


def test_each_cold_start_imports_the_module_afresh(new: New) -> None:
    first, second = new().invoke({"do": "state"}), new().invoke({"do": "state"})
    assert (first["count"], second["count"]) == (1, 1)
    assert first["thread"] != second["thread"]


def test_the_function_sees_the_given_variables_and_no_other_of_the_contract(
    new: New, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("PGHOST", "elsewhere")
    token = str(tmp_path / "token")

    state = new().invoke({"do": "state"})

    assert state["cold_start"] == {"BOT_TOKEN": token, "LOG_LEVEL": None, "PGHOST": None}
    assert state["token"] == token


def test_the_variables_are_put_back_after_each_invocation(
    new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    before = dict(os.environ)
    environment = new()
    environment.invoke({"do": "change_variables"})
    assert dict(os.environ) == before
    with pytest.raises(errors.FunctionFailed):
        environment.invoke({"do": "fail"})
    assert dict(os.environ) == before


def test_functions_with_the_same_variables_run_at_the_same_time(new: New) -> None:
    environments = [new(), new()]
    meeting = threading.Barrier(2)
    for environment in environments:
        environment.invoke({"do": "state"})
        vars(environment._module)["meeting"] = meeting
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda each: each.invoke({"do": "meet"}), environments))


def test_functions_with_other_variables_take_turns(new: New, tmp_path: Path) -> None:
    names = ["one", "two"] * 5
    environments = [new(name) for name in names]
    with ThreadPoolExecutor(len(names)) as threads:
        states = list(threads.map(lambda each: each.invoke({"do": "state"}), environments))
    assert [state["token"] for state in states] == [str(tmp_path / name) for name in names]


def test_the_context_counts_down_from_the_timeout(new: New) -> None:
    first, second = new(timeout_seconds=2).invoke({"do": "context"})["remaining"]
    assert 2000 >= first >= second + 20
    assert second > 1000


def test_no_time_is_left_after_the_timeout(new: New) -> None:
    assert new(timeout_seconds=0).invoke({"do": "context"})["remaining"] == [0, 0]


def test_the_context_describes_the_invocation(new: New) -> None:
    environment = new(memory_mb=256)
    first, second = (environment.invoke({"do": "context"}) for _ in range(2))
    assert first["function_name"] == "sync"
    assert first["function_version"] == "$LATEST"
    assert first["memory_limit_in_mb"] == "256"
    assert first["invoked_function_arn"].endswith(":function:sync")
    assert first["aws_request_id"] != second["aws_request_id"]


def test_events_and_results_travel_as_json(new: New) -> None:
    environment = new()
    assert environment.invoke({"do": "tuple_result"}) == [1, 2]
    with pytest.raises(errors.FunctionFailed) as caught:
        environment.invoke({"do": "set_result"})
    assert caught.value.error_type == "TypeError"
    with pytest.raises(TypeError):
        environment.invoke({"do": {1, 2}})


def test_what_a_handler_raises_is_reported_and_the_environment_lives_on(new: New) -> None:
    environment = new()
    with pytest.raises(errors.FunctionFailed, match="sync: LookupError: no such guild") as caught:
        environment.invoke({"do": "fail"})
    assert isinstance(caught.value.__cause__, LookupError)
    with pytest.raises(errors.FunctionFailed, match="SystemExit"):
        environment.invoke({"do": "exit"})
    assert environment.invoke({"do": "state"})["count"] == 3


def test_a_failed_import_is_tried_again_by_the_next_invocation(new: New, tmp_path: Path) -> None:
    module = tmp_path / f"{MODULE}.py"
    module.write_text("raise RuntimeError('BOT_TOKEN is missing')")
    environment = new()
    with pytest.raises(errors.FunctionFailed, match="BOT_TOKEN is missing"):
        environment.invoke({"do": "state"})
    module.write_text(HANDLER)
    assert environment.invoke({"do": "state"})["count"] == 1


def test_closing_lets_the_module_close_what_it_holds(function: Path) -> None:
    trace = function / "trace"
    with LambdaEnvironment("sync", {"BOT_TOKEN": str(trace)}, module=MODULE) as environment:
        environment.invoke({"do": "state"})
        assert not trace.exists()
    assert trace.read_text() == "closed"


def test_an_environment_that_was_never_invoked_closes(function: Path) -> None:
    trace = function / "trace"
    LambdaEnvironment("sync", {"BOT_TOKEN": str(trace)}, module=MODULE).close()
    assert not trace.exists()
