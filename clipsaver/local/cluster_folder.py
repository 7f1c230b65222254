"""The temporary folder of one PostgreSQL cluster, and the removal of those left behind.

Its owner holds a lock on the folder for as long as it lives, however it dies. Whoever can take the
lock of a folder knows that its owner is gone, and removes it. On systems where a server can outlive
its owner, losing its data makes it stop within a minute (PostgreSQL checks its lock file).
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

_PREFIX: Final = "clipsaver-postgres-"


class ClusterFolder:
    """A new folder below `parent`, locked until `remove` or the end of this process."""

    def __init__(self, parent: Path) -> None:
        sweep(parent)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        self._lock = os.open(self.path, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # A folder without data is taken for one that its owner is about to lock: see sweep().
        self.data = self.path / "data"
        self.data.mkdir(mode=0o700)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def sweep(parent: Path) -> None:
    """Remove the cluster folders below `parent` whose owners are gone; other users' are skipped."""
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            if not (folder / "data").exists():
                continue
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
