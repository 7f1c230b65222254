"""Commands that do not outlive the process that starts them.

A leashed command starts as this file, run as a script, which turns itself into the command and so
keeps the process id:

    python leash.py PARENT USER GROUP COMMAND...

USER and GROUP are the numbers of who is to run it, or `-` for who runs the script.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from typing import Final

_SAME: Final = "-"
_PR_SET_PDEATHSIG: Final = 1


def leashed(command: Sequence[str], *, user: int | None, group: int | None) -> list[str]:
    """The arguments that start `command`, by its full path, on a leash of this process.

    On Linux it gets SIGQUIT when the thread that started it ends, elsewhere nothing.
    """
    identity = [_SAME if number is None else str(number) for number in (user, group)]
    # Isolated and without site-packages, Python starts in a few milliseconds.
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *identity, *command]


def _main(parent: str, user: str, group: str, *command: str) -> None:
    if user != _SAME:
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))
    if sys.platform == "linux":
        # Changing the user forgets this setting and exec keeps it, so it belongs between the two.
        # PostgreSQL takes SIGQUIT as "stop at once" (its documentation, Shutting Down the Server).
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGQUIT))
    if os.getppid() != int(parent):
        sys.exit("The process that wanted this command is gone.")
    os.execv(command[0], command)  # noqa: S606 - the caller's command, and no shell is wanted


if __name__ == "__main__":
    _main(*sys.argv[1:])
