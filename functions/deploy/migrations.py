"""Bringing a database to the schema of this release, so that the code in service does not notice.

Each migration has a transaction of its own, with short lock and statement limits: one that would
make the running functions wait fails instead, and is tried again at a calmer moment. Of two deploys
at once, the second waits for the first, and finds nothing left to do. Each revision is noted with
the oldest release that can live with it, so that older code, still running or rolled back to, knows
whether it may serve; deployed over a newer schema, it leaves that alone.
"""

import logging
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.pool import NullPool

from functions.deploy import lease as leases
from functions.shared import errors, release
from functions.shared.db import blocking, job_runs, schema

_log = logging.getLogger("discord_clip_saver.deploy")

LOCK_SECONDS: Final = 4
STATEMENT_SECONDS: Final = 60
_BY_HAND_SECONDS: Final = 3600.0
"""Nobody ends a migration on a laptop but the operator."""

_CONFIGURATION: Final = Path(__file__).parents[2] / "migrations" / "alembic.ini"
_LIMITS: Final = (
    f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s';"
    f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'"
)
_TIMEOUTS: Final = {
    "55P03": f"waited {LOCK_SECONDS} s for a lock that another session holds",
    "57014": "took longer than it may",
}
"""What became of a statement, by PostgreSQL's code for it (PostgreSQL docs, Error Codes)."""
_SELECT_BACKUP: Final = """
    SELECT EXISTS (SELECT FROM bot_guilds) AS holds_data,
           (SELECT last_succeeded_at FROM job_runs WHERE job = 'backup') AS taken_at, now() AS now
"""
_TRIED_AGAIN: Final = "it does not count as applied, and the next deploy tries it again"


def upgrade(
    database_url: str,
    revision: str = "head",
    *,
    held_by: str | None = None,
    seconds: float = _BY_HAND_SECONDS,
    is_backed_up: bool = False,
) -> str:
    """Run the migrations that the database lacks, up to and including `revision`.

    Args:
        database_url: A libpq URL.
        revision: The newest one wanted.
        held_by: Who does it, for others who want to at the same time.
        seconds: The time for everything; half of it may be spent on waiting for others.
        is_backed_up: Whether the caller has just restored all of it from a backup.

    Returns:
        A sentence that says what was done.

    Raises:
        MigrationsBusy: another deploy is migrating all this time.
        NoFreshBackup: a migration can lose data; none was run.
        RestoreCutOff: there is no schema, because a restore was killed.
        SchemaMismatch: the schema is newer, and a migration of it excludes this release.
        DatabaseTimeout: a lock or a statement took too long.
        DatabaseError: a migration failed; those before it stay.
    """
    engine = _engine(database_url)
    configuration = Config(_CONFIGURATION)
    with _translated("The lease of the migrations"), engine.connect() as connection:
        who = held_by or f"`clipsaver migrate` on {platform.node()}"
        with leases.hold(connection, who, seconds) as lease:
            found = _applied(connection)
            pending = _pending(configuration, found, revision)
            if pending is None:
                return _leave_alone(connection)
            if found is None and not is_backed_up:
                _require_nothing_aside(connection)
            if found is not None and not is_backed_up:
                _require_backup(connection, _losing(configuration, pending))
            configuration.attributes |= {"connection": connection, "lease": lease}
            _run(configuration, connection, lease, pending)
    return _told(pending, found)


def _engine(database_url: str) -> Engine:
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: blocking.connect(database_url, "clipsaver migrate"),
        poolclass=NullPool,
    )
    event.listen(engine, "begin", _limit)
    return engine


def _limit(connection: Connection) -> None:
    """Limit a transaction that begins; outside of one there is nothing to limit."""
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql(_LIMITS)


def _applied(connection: Connection) -> str | None:
    """The newest revision that the database has."""
    with connection.begin():
        return MigrationContext.configure(connection).get_current_revision()


def _pending(configuration: Config, applied: str | None, wanted: str) -> list[str] | None:
    """The revisions to run, in their order; None if the database is newer than this release."""
    scripts = ScriptDirectory.from_config(configuration)
    if applied is not None and applied not in {each.revision for each in scripts.walk_revisions()}:
        return None
    steps = scripts.iterate_revisions(wanted, applied or "base")
    return [step.revision for step in steps][::-1]


def _losing(configuration: Config, pending: list[str]) -> list[str]:
    """Those of the pending revisions that say that they can lose data."""
    scripts = ScriptDirectory.from_config(configuration)
    modules = {each: scripts.get_revision(each).module for each in pending}
    return [each for each, module in modules.items() if getattr(module, "loses_data", False)]


def _require_nothing_aside(connection: Connection) -> None:
    """Make sure that it is no killed restore that has left the database empty."""
    with connection.begin():
        schema.check_not_cut_off(connection.scalars(text(schema.SELECT_CUT_OFF)).all())


def _require_backup(connection: Connection, losing: list[str]) -> None:
    """Make sure that what these migrations can lose has been backed up lately."""
    if not losing:
        return
    with connection.begin():
        found = connection.execute(text(_SELECT_BACKUP)).one()
    oldest = found.now - timedelta(hours=job_runs.BACKUP_HOURS)
    if not found.holds_data or (found.taken_at and found.taken_at > oldest):
        return
    told = f"is from {found.taken_at:%Y-%m-%d %H:%M} UTC" if found.taken_at else "never was"
    raise errors.NoFreshBackup(
        f"Migration {losing[0]} can lose data, and the last full backup {told}: run `clipsaver"
        f" backup` (--stack NAME for a deployed one), and migrate or deploy again within"
        f" {job_runs.BACKUP_HOURS} hours; nothing was migrated"
    )


def _leave_alone(connection: Connection) -> str:
    """Make sure that this release can live with what newer ones have made of the database."""
    with connection.begin():
        rows = connection.execute(text(schema.SELECT_REVISIONS)).all()
    revisions = {row.revision: row.oldest_release for row in rows}
    schema.check(revisions)
    return (
        f"The schema {max(revisions)} is newer than the {release.SCHEMA} of release "
        f"{release.RELEASE}, which can live with it: it was left alone."
    )


def _run(
    configuration: Config, connection: Connection, lease: leases.Lease, pending: list[str]
) -> None:
    """Run the migrations, each in transactions that hold the lease."""
    if not pending:
        return
    done: list[str] = []

    def applied(revision: str) -> None:
        done.append(revision)
        _log.info("Migration %s is done", revision)

    configuration.attributes["applied"] = applied
    event.listen(connection, "begin", lease.keep)
    try:
        command.upgrade(configuration, pending[-1])
    except exc.DBAPIError as error:
        raise _of_ours(f"Migration {pending[min(len(done), len(pending) - 1)]}", error) from error
    finally:
        event.remove(connection, "begin", lease.keep)


def _told(pending: list[str], found: str | None) -> str:
    if not pending:
        return f"The schema is {found}; there was nothing to migrate."
    named = "migration" if len(pending) == 1 else "migrations"
    return f"Applied {named} {', '.join(pending)}: the schema is {pending[-1]}."


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except exc.DBAPIError as error:
        raise _of_ours(what, error) from error


def _of_ours(what: str, error: exc.DBAPIError) -> errors.DatabaseError:
    """The driver's error as one of ours, which says what it hit."""
    reason = str(error.orig).strip()
    told = _TIMEOUTS.get(getattr(error.orig, "sqlstate", ""))
    if told:
        return errors.DatabaseTimeout(f"{what} {told} ({reason}); {_TRIED_AGAIN}")
    if error.connection_invalidated:
        return errors.DatabaseUnavailable(f"{what} lost its connection ({reason}); {_TRIED_AGAIN}")
    return errors.DatabaseError(f"{what} failed ({reason}); {_TRIED_AGAIN}")
