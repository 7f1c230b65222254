"""Runs the sync in processes that are killed when their time has come.

    python -m tests.functional.sync.kill_run

Each line of standard input asks for a run: its variables, and the seconds after which it gets a
SIGKILL, or null. Each line of standard output answers one: the seconds it took, and whether it came
to its end. Every run has a process of its own, forked from this one, which spares it the second
that importing everything takes; the handler itself is imported afresh, as in a cold start.
"""

import gc
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

# Imported here for all the forks: what the run imports late.
import anyio._backends._asyncio  # noqa: F401
import httpcore  # noqa: F401
import yaml  # noqa: F401

from clipsaver.local.lambda_environment import LambdaEnvironment
from functions.shared.discord import rate_limits
from functions.sync import sync  # noqa: F401  -- for the forks, too


def sync_once(variables: dict[str, str], answer: int) -> NoReturn:
    """Run one sync and say to a file descriptor that it came to its end."""
    gc.disable()
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = nowhere
        with LambdaEnvironment("sync", variables) as environment:
            summary = environment.invoke({})
    os.write(answer, json.dumps(summary["complete"]).encode())
    # Whatever this process shares with its parent is the parent's to tidy up.
    os._exit(0)


def run(variables: dict[str, str], kill_after: float | None) -> dict[str, Any]:
    """Sync in a process of its own, and kill that in time."""
    reader, writer = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reader)
        sync_once(variables, writer)
    os.close(writer)
    is_done, _, _ = select.select([reader], [], [], kill_after)
    if not is_done:
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return {"seconds": time.monotonic() - started, "complete": text == "true"}


def main() -> None:
    # The pace has tests of its own, and would make each run as long as all of them together.
    vars(rate_limits).update(GLOBAL_LIMIT=1_000_000, HIGHEST_RATE=1_000_000.0)
    # What is here to stay need not be looked through, and copied, by each fork's collector.
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        sys.stdout.write(json.dumps(run(asked["variables"], asked["kill_after"])) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
