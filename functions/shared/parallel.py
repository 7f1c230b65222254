"""Several workers over one list of work, until it is done or the time is up."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

T = TypeVar("T")

_WORKERS: Final = 16
"""In work at once: enough to keep the allowed rate full while answers take 0.5 s."""


async def work_off(items: Iterable[T], work: Callable[[T], Awaitable[None]], until: float) -> int:
    """Do the work for each item, several at a time and in their order.

    Args:
        items: What to work on.
        work: What to do with one.
        until: The instant of `time.monotonic` after which no further item is begun.

    Returns:
        How many items were begun, the first ones; each is done.

    Raises:
        Exception: the first that any work raised; the others are canceled.
    """
    left = iter(items)
    begun = 0

    async def worker() -> None:
        nonlocal begun
        while time.monotonic() < until and (item := next(left, None)) is not None:
            begun += 1
            await work(item)

    async with _first_error_only(), asyncio.TaskGroup() as group:
        for _ in range(_WORKERS):
            group.create_task(worker())
    return begun


@asynccontextmanager
async def _first_error_only() -> AsyncIterator[None]:
    """Raise what ended the group, rather than the group."""
    try:
        yield
    except ExceptionGroup as group:
        raise group.exceptions[0] from group
