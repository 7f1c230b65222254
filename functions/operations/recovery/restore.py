"""Restoring a whole database, as old as the backup, with what people decided since.

What is in the way is moved to a schema of its own and not deleted, so that a restore can be undone,
and so that the decisions of the time between can still be read there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from functions.operations.recovery import (
    aside,
    errors,
    journal,
    loading,
    programs,
    sessions,
    tables,
    tolerant,
)
from functions.operations.recovery import manifest as manifests
from functions.operations.recovery.journal import Journal
from functions.operations.recovery.manifest import Manifest
from functions.operations.recovery.sessions import Connection
from functions.shared import release

NAME: Final = "clipsaver restore"
_MAJOR: Final = 10_000


class Migrate(Protocol):
    """Brings a database to a schema: `functions.deploy.migrations.upgrade`."""

    def __call__(self, url: str, revision: str = ..., /, *, is_backed_up: bool) -> object:
        """Run the migrations up to a revision."""


@dataclass(slots=True)
class Report:
    """What a restore did.

    Attributes:
        rows: Of each table, as they came from the backup.
        voided: What was under way when the backup was taken, and was ended.
        requeued: Scans that were open then; the next sync hands them over.
        redone: What was decided since, and was done again.
        aside: The schemas in which is what was replaced, those of killed restores included.
        lost: What could not be read, of the rows or of the decisions, in sentences.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    voided: Mapping[str, int] = field(default_factory=dict)
    requeued: Mapping[str, int] = field(default_factory=dict)
    redone: Mapping[str, int] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def is_empty(url: str) -> bool:
    """Whether a restore would have nothing to replace.

    Raises:
        DatabaseUnavailable: there is no connection.
    """
    with sessions.opened(url, NAME) as connection:
        return not aside.movable(connection)


def restore(
    url: str,
    folder: Path,
    *,
    replace: bool = False,
    decided: Journal | None = None,
    until: datetime | None = None,
    migrate: Migrate | None = None,
    seconds: float | None = None,
) -> Report:
    """Restore a backup.

    Args:
        url: The database, past any pooler.
        folder: The backup.
        replace: Move aside what is in the database, and do again what was decided there.
        decided: A journal that was written after the backup.
        until: What was decided after this moment was a mistake, and is not done again; None if
            nothing was.
        migrate: None where nothing can: then the backup must be a full one of this schema.
        seconds: The time for loading it; None for any.

    Raises:
        BackupMissing, BackupDamaged: the backup is not what was written.
        VersionMismatch: something is older than what it is to work with.
        DatabaseNotEmpty: something is in the way, and is not to be replaced.
        Busy: another restore, or a backup, is under way.
        ProgramFailed: pg_restore gave up.
        DatabaseError: a migration failed, or what was decided does not fit what was restored.

    Whatever is raised, the database is as it was. Only a restore that is killed leaves what it
    replaced aside, and the next one reads there what was decided.
    """
    manifest = Manifest.read(folder)
    report = Report()
    with sessions.alone(url, NAME), sessions.opened(url, NAME, autocommit=True) as connection:
        check_versions(connection, manifest)
        if migrate is None:
            _check_schema(manifest)
        moved = _make_way(connection, replace=replace)
        with aside.put_back_if_it_fails(url, moved):
            # Where nobody can decide anything any more, so that nothing is missed.
            report.aside = aside.unfinished(connection)
            journals = [decided] if decided and decided.parts else []
            journals += [
                journal.read(connection, schema, is_tolerant=True) for schema in report.aside
            ]
            unread = [sentence for each in journals for sentence in each.told]
            report.lost = list(dict.fromkeys([*manifest.lost, *unread]))
            report.rows = load(url, folder, manifest, migrate, seconds)
            if until is not None:
                journals = [journal.until(each, until) for each in journals]
            with sessions.opened(url, NAME) as restored:
                _decide_again(restored, manifest.taken_at, journals, report)
                if manifest.lost:
                    journal.forget_coverage(restored)
                aside.note_finished(restored, report.aside)
    return report


def redo(
    url: str, decided: Journal, since: datetime, until: datetime | None = None
) -> Mapping[str, int]:
    """Do again what was decided since a moment, in a database that is as it was then.

    Args:
        url: The database, that of a provider's point-in-time recovery, say.
        decided: A journal that was written later.
        since: The moment.
        until: As `restore` takes it.

    Returns:
        How many rows of each part were new.

    Raises:
        DatabaseError: they do not fit what is there; nothing was done.
    """
    wanted = decided if until is None else journal.until(decided, until)
    with sessions.opened(url, NAME) as connection:
        return journal.apply(connection, wanted, since)


def check_versions(connection: Connection, manifest: Manifest) -> None:
    """Refuse what is newer than what it is to work with.

    Raises:
        VersionMismatch: the message says what is, and what would do.
        BackupMissing: the backup holds no rows.
    """
    if manifest.kind == "log":
        raise errors.BackupMissing(
            "This backup holds the journal alone; name a full one, and it is used by itself"
        )
    if manifest.schema_revision > release.SCHEMA:
        raise errors.VersionMismatch(
            f"the backup's schema is {manifest.schema_revision}, this is release "
            f"{release.RELEASE} with schema {release.SCHEMA}: use release {manifest.release}"
        )
    number = connection.execute(tables.SQL["select_server"].sql).fetchall()[0][2]
    if number // _MAJOR < manifest.server_major and manifest.kind == "full":
        raise errors.VersionMismatch(
            f"the backup is from PostgreSQL {manifest.server_version}, the server is "
            f"{number // _MAJOR}: restore to PostgreSQL {manifest.server_major} or newer"
        )


def load(
    url: str,
    folder: Path,
    manifest: Manifest,
    migrate: Migrate | None = None,
    seconds: float | None = None,
) -> Mapping[str, int]:
    """Bring a backup into an empty database, and that to this release's schema; the rows.

    Raises:
        VersionMismatch: pg_restore is older than the backup.
        ProgramFailed: pg_restore gave up, and nothing was kept.
        BackupDamaged: other rows came out of it than went in.
        DatabaseError: a migration failed.
    """
    if manifest.kind == "tolerant" and migrate:
        counts = _load_tables(url, folder, manifest, migrate)
    else:
        program = programs.find("pg_restore", manifest.dump_major or manifest.server_major)
        loading.load_dump(program, url, folder / manifests.DUMP, seconds)
        with sessions.opened(url, NAME) as connection:
            counts = tables.count_rows(connection)
        if counts != manifest.rows:
            raise errors.BackupDamaged(f"It had {manifest.rows}, restored are {counts}")
    if migrate:
        migrate(url, is_backed_up=True)
    return counts


def _check_schema(manifest: Manifest) -> None:
    """Refuse what needs a migration, where none can run.

    Raises:
        VersionMismatch: the message says where it can be restored.
    """
    if manifest.kind == "full" and manifest.schema_revision == release.SCHEMA:
        return
    raise errors.VersionMismatch(
        f"{manifest.name} has the schema {manifest.schema_revision}, and the stack restores full"
        f" backups of {release.SCHEMA} alone: deploy release {manifest.release}, restore, deploy"
        " this one; or restore from a machine from which the database can be reached"
    )


def _make_way(connection: Connection, *, replace: bool) -> str | None:
    """Move aside what is in the database; the schema it is in, None where there was nothing.

    Raises:
        DatabaseNotEmpty: something is there, and is not to be replaced.
    """
    if not aside.movable(connection):
        return None
    if not replace:
        raise errors.DatabaseNotEmpty(
            "The database is not empty: restore to an empty one, or give --replace, which"
            " keeps what is there in a schema of its own"
        )
    return aside.move_away(connection)


def _decide_again(
    connection: Connection, since: datetime, journals: Iterable[Journal], report: Report
) -> None:
    report.voided = journal.void(connection)
    report.requeued = journal.requeue(connection)
    for each in journals:
        redone = journal.apply(connection, each, since)
        report.redone = {part: report.redone.get(part, 0) + new for part, new in redone.items()}


def _load_tables(url: str, folder: Path, manifest: Manifest, migrate: Migrate) -> Mapping[str, int]:
    """Make the schema of the backup anew, and bring in the rows that hang together."""
    migrate(url, manifest.schema_revision, is_backed_up=True)
    counts = {}
    with sessions.opened(url, NAME) as connection:
        for table in tables.select_tables(connection):
            columns, rows = tolerant.read(folder, table.name)
            if table.name not in tables.MIGRATIONS and columns:
                tables.stage(connection, table, rows, columns)
                counts[table.name] = tables.merge(connection, table, "add")
        journal.continue_numbers(connection)
    return counts
