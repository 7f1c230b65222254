"""Functions that are killed at a moment of a test's choosing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import psycopg

from clipsaver.emulator.server import DiscordServer

_ROOT: Final = Path(__file__).parents[2]


class Runner:
    """The process that runs a function and kills it; see `kill_run`."""

    def __init__(self, function: str, discord: DiscordServer, **variables: str) -> None:
        self._function = function
        self._variables = {
            "BOT_TOKEN": discord.world.application.bot_token,
            "DISCORD_API_URL": discord.api_url,
            "LOG_LEVEL": "CRITICAL",
            **variables,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.functional.kill_run"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, database_url: str, event: object, kill_after: float | None = None
    ) -> dict[str, Any]:
        """Invoke the function; how many `seconds` it took, and its `result`, None if killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {
            "function": self._function,
            "variables": self._variables | {"DATABASE_URL": database_url},
            "event": event,
            "kill_after": kill_after,
        }
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert kill_after is not None or answer["result"] is not None, "it did not end by itself"
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def expire_leases(database_url: str) -> None:
    """Leases of killed runs are waited for up to ten seconds, which is too long for many."""
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE leases SET expires_at = now() - interval '1 second'")
