"""Runs a function in processes that are killed when their time has come.

    python -m tests.functional.kill_run

Each line of standard input asks for a run: the function, its variables, the event, and the seconds
after which it gets a SIGKILL, or null for as long as it takes, up to two minutes. Each line of
standard output answers one: the seconds it took, and the result, null if it did not come to its
end. Every run has a process of its own, forked from this one, which spares it the second that
importing everything takes; the handler itself is imported afresh, as in a cold start.
"""

import gc
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, Final, NoReturn

# Imported here for all the forks: what the run imports late.
import anyio._backends._asyncio  # noqa: F401
import httpcore  # noqa: F401
import yaml  # noqa: F401

from clipsaver.local.lambda_environment import LambdaEnvironment
from functions.scan import scan  # noqa: F401  -- for the forks, too
from functions.shared.discord import rate_limits
from functions.sync import sync  # noqa: F401  -- for the forks, too

_LONGEST_SECONDS: Final = 120


def invoke_once(asked: dict[str, Any], answer: int) -> NoReturn:
    """Invoke the function once, and write its result to a file descriptor."""
    gc.disable()
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = nowhere
        with LambdaEnvironment(asked["function"], asked["variables"]) as environment:
            result = environment.invoke(asked["event"])
    os.write(answer, json.dumps(result).encode())
    # Whatever this process shares with its parent is the parent's to tidy up.
    os._exit(0)


def run(asked: dict[str, Any]) -> dict[str, Any]:
    """Invoke the function in a process of its own, and kill that in time."""
    reader, writer = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reader)
        invoke_once(asked, writer)
    os.close(writer)
    given = asked["kill_after"]
    is_done, _, _ = select.select([reader], [], [], _LONGEST_SECONDS if given is None else given)
    if not is_done:
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return {"seconds": time.monotonic() - started, "result": json.loads(text or "null")}


def main() -> None:
    # The pace has tests of its own, and would make each run as long as all of them together.
    vars(rate_limits).update(GLOBAL_LIMIT=1_000_000, HIGHEST_RATE=1_000_000.0)
    # What is here to stay need not be looked through, and copied, by each fork's collector.
    gc.freeze()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
