"""What a backup says of itself: its manifest, written last, so that without one it is no backup."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from functions.operations.recovery import errors

FILE: Final = "manifest.json"
DUMP: Final = "database.dump"
JOURNAL: Final = "journal.json"
SETTINGS: Final = "settings.yml"
SECRET: Final = "secret.sealed"  # noqa: S105 -- a file's name
TABLES: Final = "tables"

Kind = Literal["full", "tolerant", "log"]


class Manifest(BaseModel):
    """Everything one must know of a backup before doing anything with it."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    """`full`: a dump. `tolerant`: what of each table could be read. `log`: the journal alone."""
    taken_at: datetime
    """On the server's clock, before anything was read."""
    release: str
    schema_revision: str
    server_version: str
    dump_major: int | None = None
    """Of a full one, the major version of the pg_dump that wrote it."""
    files: dict[str, str]
    """SHA-256 of each file, by its path in the backup."""
    rows: dict[str, int]
    """Rows of each table; of a tolerant backup, those that were saved."""
    lost: list[str] = []
    """What a tolerant backup could not read, in sentences."""
    stack: dict[str, str] | None = None
    """The parameters of the stack, where one was named."""

    @property
    def server_major(self) -> int:
        """The server's major version, as PostgreSQL counts from 10 on."""
        return int(self.server_version.split(".")[0])

    @property
    def name(self) -> str:
        """The backup's name among others; names sort by time."""
        return f"{stamp(self.taken_at)}-{self.kind}"

    @classmethod
    def read(cls, folder: Path, *only: str) -> Self:
        """The manifest in a folder, once every file there has proved to be what was written.

        Args:
            folder: The backup's, or what was fetched of it.
            only: The files that were fetched; none for all.

        Raises:
            BackupMissing: there is no manifest.
            BackupDamaged: it, or a file that it names, is not what was written.
        """
        found = cls.parse(folder)
        for name in only or found.files:
            path, expected = folder / name, found.files.get(name)
            if not path.is_file() or checksum(path) != expected:
                raise errors.BackupDamaged(
                    f"{name} is not the file that was backed up (SHA-256 differs): fetch it again,"
                    " or take another backup"
                )
        return found

    @classmethod
    def parse(cls, folder: Path) -> Self:
        """The manifest in a folder, whatever else is there.

        Raises:
            BackupMissing: there is none.
            BackupDamaged: it is none of ours, or names a file that would lie elsewhere.
        """
        try:
            found = cls.model_validate_json((folder / FILE).read_bytes())
        except FileNotFoundError as error:
            raise errors.BackupMissing(f"{folder} holds no complete backup: no {FILE}") from error
        except ValidationError as error:
            raise errors.BackupDamaged(f"{FILE} is none of ours: {error}") from error
        for name in found.files:
            if not (folder / name).resolve().is_relative_to(folder.resolve()):
                raise errors.BackupDamaged(
                    f"{FILE} names {name!r}, outside of the backup: somebody tampered with it; take"
                    " another backup, and look who may write to this place"
                )
        return found

    def write(self, folder: Path) -> None:
        """Write the manifest."""
        (folder / FILE).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


def stamp(moment: datetime) -> str:
    """A moment as the names of backups begin; a name that sorts before it is from before."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): checksum(path) for path in files}


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
