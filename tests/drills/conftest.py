"""Drills are timed; `tests/drill_times.py` prints what they took."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, Protocol

import pytest

from tests import drill_times

Record = Callable[[str, object], None]

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
def lost(record_property: Record) -> Lost:
    def note(what: str, seconds: float) -> None:
        record_property(drill_times.PROPERTY, [what, seconds, _LOST_MINUTES])
        assert 0 <= seconds < _LOST_MINUTES * 60

    return note


@pytest.fixture
def timed(record_property: Record) -> Timed:
    @contextmanager
    def measure(what: str, *, minutes: float) -> Iterator[None]:
        started = time.monotonic()
        yield
        seconds = time.monotonic() - started
        record_property(drill_times.PROPERTY, [what, seconds, minutes])
        assert seconds < minutes * 60

    return measure
