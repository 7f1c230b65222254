"""How long a test waits for what happens beside it: what never comes fails it."""

import time
from collections.abc import Callable
from typing import Final

_PAUSE_SECONDS: Final = 0.005


def wait_until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something is so; a busy machine may take long over it.

    Raises:
        AssertionError: it is not so after that many seconds.
    """
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, f"it did not come true within {seconds:g} s"
        time.sleep(_PAUSE_SECONDS)
