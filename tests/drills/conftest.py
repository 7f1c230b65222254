"""Drills are timed; the table at the end of a run says how long each took, and how long it may."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, Protocol

import pytest

_TAKEN: Final[list[tuple[str, float, float]]] = []
_ROOT: Final = Path(__file__).parents[2]
_LOST_MINUTES: Final = 60.0


class Timed(Protocol):
    """Times a block: what is done in it, and how many minutes it may take."""

    def __call__(self, what: str, *, minutes: float) -> AbstractContextManager[None]: ...


class Verb(Protocol):
    """Runs `clipsaver` with arguments, on a database."""

    def __call__(self, url: str, *arguments: str) -> None: ...


class Lost(Protocol):
    """Notes how many seconds of writes a recovery did not bring back; an hour at most."""

    def __call__(self, what: str, seconds: float) -> None: ...


@pytest.fixture
def clipsaver(tmp_path: Path) -> Verb:
    """The operator's command, in an empty folder."""

    def run(url: str, *arguments: str) -> None:
        done = subprocess.run(
            [Path(sys.executable).with_name("clipsaver"), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={"PATH": os.defpath, "PYTHONPATH": str(_ROOT), "DATABASE_URL": url},
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return run


@pytest.fixture
def lost() -> Lost:
    def note(what: str, seconds: float) -> None:
        _TAKEN.append((what, seconds, _LOST_MINUTES))
        assert 0 <= seconds < _LOST_MINUTES * 60

    return note


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
