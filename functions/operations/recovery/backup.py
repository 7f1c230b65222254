"""Taking a backup: gathered in a temporary folder, and then put where backups are."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg
from psycopg.types.json import Jsonb

from functions.operations.recovery import (
    aside,
    errors,
    journal,
    programs,
    sealing,
    sessions,
    tables,
    tolerant,
)
from functions.operations.recovery import manifest as manifests
from functions.operations.recovery.manifest import Kind, Manifest
from functions.operations.recovery.places import Place
from functions.operations.recovery.sessions import Connection
from functions.shared import release
from functions.shared.db import queries

NAME: Final = "clipsaver backup"
_MAJOR: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be backed up, and how.

    Attributes:
        url: The database, past any pooler.
        kind: What for: `full`, `tolerant` or `log`.
        settings_path: The settings file that goes along.
        secret: The variables that are sealed; empty for none.
        passphrase: What they are sealed with.
        stack: The parameters of the stack, where one is named.
        seconds: The time for the dump; None for any.
    """

    url: str
    kind: Kind
    settings_path: Path
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    passphrase: str = field(default="", repr=False)
    stack: Mapping[str, str] | None = None
    seconds: float | None = None


def take(order: Order, place: Place) -> tuple[str, Manifest]:
    """Back up; where the backup is, and what it says of itself.

    Raises:
        VersionMismatch: pg_dump is older than the server.
        ProgramFailed: pg_dump could not read everything; a tolerant backup leaves that out.
        NotSealed: the passphrase is missing or too short.
        Busy: a restore is under way.
        DatabaseUnavailable: there is no connection.
    """
    with tempfile.TemporaryDirectory(prefix="clipsaver-backup-") as name:
        folder = Path(name)
        # Before the long work: whoever has forgotten the passphrase is told at once.
        _write_surroundings(order, folder)
        with sessions.unrestored(order.url, NAME):
            with sessions.opened(order.url, NAME, autocommit=True) as connection:
                made = _gather(order, connection, folder)
            made.write(folder)
            where = place.put(folder, made.name)
            if made.kind == "full":
                _record(order.url, made)
    return where, made


def _record(url: str, made: Manifest) -> None:
    """Tell the database, for the alarm on old backups."""
    summary = Jsonb({"name": made.name, "rows": sum(made.rows.values())})
    with sessions.opened(url, NAME) as connection:
        note = queries.load("job_runs")["note_success"]
        connection.execute(note.sql, {"job": "backup", "summary": summary})


def _write_surroundings(order: Order, folder: Path) -> None:
    if order.kind == "log":
        return
    (folder / manifests.SETTINGS).write_bytes(order.settings_path.read_bytes())
    if order.secret:
        sealed = sealing.seal(order.secret, order.passphrase)
        (folder / manifests.SECRET).write_bytes(sealed)


def _gather(order: Order, connection: Connection, folder: Path) -> Manifest:
    taken_at, version, number = connection.execute(tables.SQL["select_server"].sql).fetchall()[0]
    decisions = journal.read(connection, "public", is_tolerant=order.kind == "tolerant")
    journal.write(decisions, folder)
    lost = decisions.told
    counts: dict[str, int] = {}
    program = None
    if order.kind == "tolerant":
        counts, unread = tolerant.save(connection, folder)
        lost += unread
    elif lost:
        raise errors.ProgramFailed(f"{'; '.join(lost)}; `clipsaver backup --tolerant` goes on")
    elif order.kind == "full":
        program = programs.find("pg_dump", number // _MAJOR)
        counts = _dump(program, order, connection, folder)
    return Manifest(
        kind=order.kind,
        taken_at=_whole(taken_at),
        release=release.RELEASE,
        schema_revision=_revision(connection),
        server_version=version.split()[0],
        dump_major=programs.major(program) if program else None,
        files=manifests.checksums(folder),
        rows=counts,
        lost=lost,
        stack=dict(order.stack) if order.stack is not None else None,
    )


def _dump(program: Path, order: Order, connection: Connection, folder: Path) -> dict[str, int]:
    """Dump everything, and count it in the same snapshot."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        sessions.be_patient(connection)
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchall()[0][0]
        programs.run(
            program,
            "--format=custom",
            f"--snapshot={snapshot}",
            f"--exclude-schema={aside.SCHEMAS}",
            "--no-password",
            f"--file={folder / manifests.DUMP}",
            url=order.url,
            seconds=order.seconds,
        )
        return tables.count_rows(connection)


def _revision(connection: Connection) -> str:
    """The newest migration; of a database too broken to say, that of this release."""
    try:
        found = connection.execute(tables.SQL["select_revisions"].sql).fetchall()
    except psycopg.DatabaseError:
        return release.SCHEMA
    return max((revision for revision, _ in found), default="none")


def _whole(moment: datetime) -> datetime:
    """The second that a moment is in: nothing that came after the moment may count as before."""
    return moment.replace(microsecond=0)
