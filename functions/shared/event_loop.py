"""The one event loop of a warm Lambda environment.

A cached connection or HTTP client belongs to the loop it was opened on: a new loop for each
invocation would break both on the second call.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class EventLoop:
    """A loop that lives as long as the environment, and is idle between invocations."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        # Mangum asks asyncio for the current loop.
        asyncio.set_event_loop(self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run to the end; what is still pending then is canceled.

        Lambda freezes the environment after the answer, and a task left over would wake up in the
        middle of somebody else's invocation.
        """
        try:
            return self._loop.run_until_complete(work)
        finally:
            self._loop.run_until_complete(_cancel_leftovers())

    def close(self) -> None:
        """Give the loop back; only a process that outlives its environment needs to."""
        self._loop.close()


async def _cancel_leftovers() -> None:
    leftovers = asyncio.all_tasks() - {asyncio.current_task()}
    for task in leftovers:
        task.cancel()
    await asyncio.gather(*leftovers, return_exceptions=True)
