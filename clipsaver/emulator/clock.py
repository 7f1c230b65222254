"""The local Discord's clock: real time, plus what a test has moved it ahead."""

import time
from datetime import UTC, datetime


class Clock:
    """Runs at the pace of real time; never backwards, however the machine's clock is set."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def time(self) -> float:
        """Seconds since 1970."""
        return time.monotonic() + self._offset

    def now(self) -> datetime:
        """The same instant, in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, seconds: float) -> None:
        """Move ahead: links expire, interaction tokens die and rate limits reset at once.

        Raises:
            ValueError: for a negative amount, since ids must stay in order of time.
        """
        if seconds < 0:
            raise ValueError("the clock only moves ahead")
        self._offset += seconds
