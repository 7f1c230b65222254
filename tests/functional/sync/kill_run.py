"""Runs the sync in processes that are killed when their time has come.

    python -m tests.functional.sync.kill_run

Each line of standard input asks for a run: its variables, and the seconds after which it gets a
SIGKILL, or null. Each line of standard output answers one: the seconds it took, and whether it came
to its end. Every run has a process of its own, forked from this one, which spares it the second
that importing everything takes; the handler itself is imported afresh, as in a cold start.
"""

import json
import os
import select
import signal
import sys
import time
from typing import Any, NoReturn

# Imported here for all the forks.
import psycopg  # noqa: F401
import yaml  # noqa: F401

from clipsaver.local.lambda_environment import LambdaEnvironment
from functions.shared.discord import rate_limits
from functions.sync import sync  # noqa: F401


def sync_once(variables: dict[str, str], answer: int) -> NoReturn:
    """Run one sync and say to a file descriptor that it came to its end."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
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
    rate_limits.GLOBAL_LIMIT = 1_000_000  # type: ignore[misc]
    rate_limits.HIGHEST_RATE = 1_000_000.0  # type: ignore[misc]
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(run(asked["variables"], asked["kill_after"])), flush=True)


if __name__ == "__main__":
    main()
