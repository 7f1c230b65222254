"""The environment variables of this process, lent to the functions that run in it.

Lambda gives each function variables of its own; in one process there is only one set. Functions
that want the same variables share it, others wait until it is free. A function that waits for
another one, over HTTP say, must therefore have the same variables as that one.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from clipsaver.local import guard


class ProcessEnvironment:
    """Who has `os.environ` at the moment, and what to put back when they are done."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lent: dict[str, str] = {}
        self._borrowers = 0
        self._own: dict[str, str] = {}

    @contextmanager
    def lend(self, variables: Mapping[str, str]) -> Iterator[None]:
        """Have `variables`, and no other contract variable, in `os.environ` meanwhile.

        Waits while others have different ones; what stood there before is put back by the last.
        """
        wanted = dict(variables)
        with self._changed:
            self._changed.wait_for(lambda: not self._borrowers or self._lent == wanted)
            if not self._borrowers:
                self._own = dict(os.environ)
                guard.clean_environment()
                os.environ.update(wanted)
                self._lent = wanted
            self._borrowers += 1
        try:
            yield
        finally:
            with self._changed:
                self._borrowers -= 1
                if not self._borrowers:
                    _restore(self._own)
                    self._changed.notify_all()


def _restore(variables: Mapping[str, str]) -> None:
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)


THIS_PROCESS: Final = ProcessEnvironment()
"""The only one there is."""
