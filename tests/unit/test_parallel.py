"""Several workers over one list of work."""

import asyncio
import math
import time

import pytest

from functions.shared import parallel


async def test_every_item_is_worked_on_once_and_in_order() -> None:
    begun: list[int] = []

    async def work(item: int) -> None:
        begun.append(item)
        await asyncio.sleep(0)

    assert await parallel.work_off(range(100), work, math.inf) == 100
    assert begun == list(range(100))


async def test_several_items_are_under_way_at_once_and_never_too_many() -> None:
    under_way = most = 0

    async def work(_: int) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1

    await parallel.work_off(range(64), work, math.inf)
    assert most == 16


async def test_nothing_is_begun_when_time_is_up() -> None:
    begun: list[int] = []

    async def work(item: int) -> None:
        begun.append(item)
        await asyncio.sleep(0.02)

    assert await parallel.work_off(range(100), work, time.monotonic() + 0.01) == 16
    assert begun == list(range(16))
    assert await parallel.work_off([1], work, time.monotonic() - 1) == 0


async def test_the_first_error_ends_all_work_and_is_raised_itself() -> None:
    canceled = 0

    async def work(item: int) -> None:
        nonlocal canceled
        if item == 3:
            raise KeyError(item)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            canceled += 1
            raise

    with pytest.raises(KeyError):
        await parallel.work_off(range(100), work, math.inf)
    assert canceled == 15
