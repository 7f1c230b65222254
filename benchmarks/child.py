"""A process of its own for each part of a benchmark, so that none pays for what another does.

The parent starts it and asks it things over a pipe; when the parent is gone, or closes the pipe,
the child ends.
"""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Final, Self

_END_SECONDS: Final = 10.0
# A fresh interpreter: a fork would hold, and count as its own, the memory of its parent.
_PROCESSES: Final = multiprocessing.get_context("spawn")


class ChildFailed(Exception):
    """A child ended without an answer; what it died of is on standard error."""


class Child:
    """The parent's end.

    Args:
        main: What the child runs: it gets its end of the pipe, and then the arguments.
        arguments: Anything that can be pickled.
    """

    def __init__(self, main: Callable[..., None], *arguments: object) -> None:
        self._name = main.__module__
        self._pipe, theirs = _PROCESSES.Pipe()
        self._process = _PROCESSES.Process(
            target=_run, args=(main, theirs, *arguments), daemon=True
        )
        self._process.start()
        # With this end still open here, the death of the child would go unnoticed.
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pipe.close()
        # After an error, whatever the child is still busy with is of no use to anybody.
        self._process.join(_END_SECONDS if kind is None else 0)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(_END_SECONDS)

    def send(self, request: object) -> None:
        """Ask something; the answer is received later."""
        try:
            self._pipe.send(request)
        except OSError as error:
            raise ChildFailed(self._name) from error

    def has_answered(self, *, within: float) -> bool:
        """Wait so many seconds at most; whether something can be received, or never will."""
        return self._pipe.poll(within)

    def receive(self) -> Any:  # noqa: ANN401 -- whatever the child says
        """Wait for what the child says next.

        Raises:
            ChildFailed: it ended instead.
        """
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            raise ChildFailed(self._name) from error

    def ask(self, request: object) -> Any:  # noqa: ANN401 -- whatever the child says
        """Ask something and wait for the answer."""
        self.send(request)
        return self.receive()


def requests(pipe: Connection) -> Iterator[Any]:
    """In the child: what the parent asks, until it closes the pipe."""
    while True:
        try:
            request = pipe.recv()
        except EOFError:
            return
        yield request


def _run(main: Callable[..., None], pipe: Connection, *arguments: object) -> None:
    # Ctrl-C reaches every process of the terminal; the parent ends its children in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(pipe, *arguments)
