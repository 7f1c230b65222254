"""A copy of a backup on this machine, in a PostgreSQL that ends with the `with` block."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from clipsaver.local.postgres import Postgres
from clipsaver.recovery import errors, restore
from clipsaver.recovery.manifest import Manifest

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
        restore.load(url, folder, manifest)
        yield url
