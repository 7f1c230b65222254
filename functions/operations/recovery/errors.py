"""What can go wrong with backups; each message tells its reader what to do.

RecoveryError          one of Clip Saver's errors
├── VersionMismatch    a program, a server or this release is older than what it is to work with
├── ProgramFailed      pg_dump or pg_restore gave up
├── BackupMissing      there is no backup at that place, or it is not complete
├── BackupDamaged      a file is not what was written, or counts differ after a restore
├── DatabaseNotEmpty   a restore would have to replace what is there
├── Busy               a restore is under way
├── NotPaused          a stack writes to the database that is to be replaced
├── NotSealed          no passphrase for the secret, or the wrong one
└── PlaceUnavailable   the bucket, or the way to it

"""

from functions.shared import errors


class RecoveryError(errors.ClipSaverError):
    """Base of the tree."""


class VersionMismatch(RecoveryError):
    """Something is older than what it is to work with; the message says what, and what would do."""

    def __init__(self, told: str) -> None:
        super().__init__(f"version mismatch refused: {told}")


class ProgramFailed(RecoveryError):
    """A PostgreSQL program gave up; the message ends with what it said."""


class BackupMissing(RecoveryError):
    """Nothing, or nothing complete, is there."""


class BackupDamaged(RecoveryError):
    """A file of the backup is not what was written."""


class DatabaseNotEmpty(RecoveryError):
    """Something is in the database that a restore is to go to."""


class Busy(RecoveryError):
    """A restore of this database is under way."""

    def __init__(self) -> None:
        super().__init__(
            "A restore of this database, or what keeps one from beginning, is under way: wait for"
            " its end. SELECT pid, state, query_start FROM pg_stat_activity WHERE application_name"
            " LIKE 'clipsaver%' shows it, and pg_terminate_backend(pid) ends what was forgotten"
        )


class NotPaused(RecoveryError):
    """The stack writes to the database that is to be replaced."""

    def __init__(self, stack: str) -> None:
        super().__init__(
            f"Stack {stack} writes to its database: `clipsaver pause --stack {stack}` first, and"
            " `clipsaver resume` when all is restored"
        )


class NotSealed(RecoveryError):
    """There is no passphrase, or it does not open the secret."""


class PlaceUnavailable(RecoveryError):
    """The bucket could not be asked, or refused."""
