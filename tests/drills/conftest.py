"""Drills are timed; the table at the end of a run says how long each took, and how long it may."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol

import pytest

_TAKEN: Final[list[tuple[str, float, float]]] = []


class Timed(Protocol):
    """Times a block: what is done in it, and how many minutes it may take."""

    def __call__(self, what: str, *, minutes: float) -> AbstractContextManager[None]: ...


@pytest.fixture
def timed() -> Timed:
    @contextmanager
    def measure(what: str, *, minutes: float) -> Iterator[None]:
        started = time.monotonic()
        yield
        seconds = time.monotonic() - started
        _TAKEN.append((what, seconds, minutes))
        assert seconds < minutes * 60

    return measure


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _TAKEN:
        return
    terminalreporter.section("Drills")
    for what, seconds, minutes in _TAKEN:
        terminalreporter.write_line(f"{what}: {seconds:.1f} s (at most {minutes:.0f} min)")
