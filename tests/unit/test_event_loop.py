"""The event loop of a warm environment."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from functions.shared.event_loop import EventLoop


@pytest.fixture
def loop() -> Iterator[EventLoop]:
    made = EventLoop()
    yield made
    made.close()
    asyncio.set_event_loop(None)


async def running() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_every_invocation_runs_on_the_same_loop(loop: EventLoop) -> None:
    assert loop.run(running()) is loop.run(running())


def test_a_loop_is_the_threads_own(loop: EventLoop) -> None:
    """Mangum asks asyncio for it."""
    assert asyncio.get_event_loop() is loop.run(running())


def test_a_connection_of_one_invocation_serves_the_next(loop: EventLoop) -> None:
    ours, theirs = socket.socketpair()

    async def open_connection() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(sock=ours)

    async def use(reader: asyncio.StreamReader) -> bytes:
        return await reader.readexactly(2)

    async def end(writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()

    with theirs:
        reader, writer = loop.run(open_connection())
        theirs.sendall(b"ok")
        assert loop.run(use(reader)) == b"ok"
        loop.run(end(writer))


def test_the_result_and_the_error_are_the_works(loop: EventLoop) -> None:
    async def fail() -> None:
        raise LookupError("nowhere")

    assert loop.run(asyncio.sleep(0, "result")) == "result"
    with pytest.raises(LookupError, match="nowhere"):
        loop.run(fail())
    assert loop.run(asyncio.sleep(0, "after")) == "after"


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_is_left_to_wake_up_in_the_next_invocation(loop: EventLoop, *, fails: bool) -> None:
    told: list[str] = []
    tasks: list[asyncio.Task[None]] = []

    async def linger() -> None:
        try:
            await asyncio.sleep(0.01)
            told.append("woke up")
        finally:
            told.append("cleaned up")

    async def work() -> None:
        tasks.append(asyncio.create_task(linger()))
        await asyncio.sleep(0)
        if fails:
            raise LookupError

    try:
        loop.run(work())
    except LookupError:
        assert fails
    assert tasks[0].cancelled()
    loop.run(asyncio.sleep(0.03))
    assert told == ["cleaned up"]
