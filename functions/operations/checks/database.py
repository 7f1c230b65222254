"""Whether PostgreSQL is reached, fits this release, has room, and has seen its scheduled jobs."""

from collections.abc import Iterator, Mapping
from typing import Final

from functions.operations import finding
from functions.operations.finding import Finding
from functions.operations.parts import Parts
from functions.shared import errors, release
from functions.shared.db import job_runs, schema, server

_CROWDED_SHARE: Final = 0.8
_REACH_FIX: Final = (
    "Is DATABASE_URL right, the server up, and open to these functions? The log says more;"
    " wrong password: docs/operations.md, Rotate a secret"
)
_SCHEMA_FIX: Final = "`make deploy` migrates; on your own machine, `clipsaver migrate`"
_RESTORE_FIX: Final = (
    "The same `clipsaver restore` again, with --replace, and no `clipsaver migrate` before it:"
    " docs/operations.md, Restore"
)
_CROWDED_FIX: Final = (
    "A smaller MaxDatabaseConnections, a larger max_connections, or a pooler before the database"
)
_BREAKER_FIX: Final = "docs/operations.md, The breaker tripped"
_LATE_FIX: Final = (
    "`clipsaver logs {job} --since 6h`: did it fail, or stop?"
    " `clipsaver schedule list`: is its schedule enabled?"
)
_BACKUP_FIX: Final = "`clipsaver backup --to PLACE`, each day: docs/operations.md, Backup"
_BACKUP_OF_STACK_FIX: Final = (
    "`clipsaver backup --stack NAME` at once; why the daily one did not come:"
    " `clipsaver logs operations --since 2d`"
)
_SECONDS_PER_HOUR: Final = 3600


async def check(parts: Parts) -> list[Finding]:
    """Ask the database."""
    try:
        async with parts.database.transaction() as transaction:
            connections = await server.select_connections(transaction)
            ages = await job_runs.select_ages(transaction)
            last_sync = await job_runs.select_summary(transaction, "sync")
            cut_off = await server.select_cut_off_restores(transaction)
    except errors.RestoreCutOff as error:
        return [finding.fine("database", "reachable"), _cut_off(error)]
    except errors.SchemaMismatch as error:
        return [
            finding.fine("database", "reachable"),
            finding.failure("schema", str(error), _SCHEMA_FIX),
        ]
    except errors.DatabaseError as error:
        return [finding.failure("database", str(error), _REACH_FIX)]
    except errors.ConfigurationError:
        # The variables' own check says what is wrong with the URL.
        return []
    return [
        finding.fine("database", f"reachable, PostgreSQL {connections.version}"),
        finding.fine("schema", f"{release.SCHEMA}, as release {release.RELEASE} needs it"),
        _connections(connections),
        _restores(cut_off),
        *_ages(parts, ages),
        *_breaker(last_sync),
        _backup(parts, ages.get("backup")),
    ]


def _restores(cut_off: list[str]) -> Finding:
    """Whether each came to its end: rows that are there again are not all."""
    try:
        schema.check_not_cut_off(cut_off)
    except errors.RestoreCutOff as error:
        return _cut_off(error)
    return finding.fine("restore", "none was cut off")


def _cut_off(error: errors.RestoreCutOff) -> Finding:
    return finding.failure("restore", str(error), _RESTORE_FIX)


def _connections(found: server.Connections) -> Finding:
    told = f"{found.used} of {found.allowed} in use"
    if found.used < found.allowed * _CROWDED_SHARE:
        return finding.fine("connections", told)
    return finding.warning("connections", told, _CROWDED_FIX)


def _ages(parts: Parts, ages: Mapping[str, float]) -> list[Finding]:
    try:
        tunables = parts.tunables
    except errors.ConfigurationError:
        # The settings file's own check says so; without it nobody knows what late is.
        return []
    return [
        _age("sync", ages.get("sync"), tunables.sync.sync_late_after_seconds),
        _age("purge", ages.get("purge"), tunables.database.purge_late_after_seconds),
    ]


def _age(job: str, seconds: float | None, late_after: int) -> Finding:
    fix = _LATE_FIX.format(job=job)
    if seconds is None:
        return finding.warning(f"last {job}", "it never succeeded", fix)
    told = f"{seconds / 60:.0f} minutes ago"
    if seconds > late_after:
        return finding.failure(f"last {job}", f"{told}; late after {late_after // 60}", fix)
    return finding.fine(f"last {job}", told)


def _breaker(summary: object | None) -> Iterator[Finding]:
    """What the last sync that ended well held back; one that stopped altogether becomes late."""
    if isinstance(summary, Mapping) and summary.get("breaker"):
        yield finding.warning("breaker", str(summary["breaker"]), _BREAKER_FIX)


def _backup(parts: Parts, seconds: float | None) -> Finding:
    has_bucket = parts.configuration.environment.backup_place is not None
    fix = _BACKUP_OF_STACK_FIX if has_bucket else _BACKUP_FIX
    if seconds is None:
        return finding.warning("last backup", "none is recorded", fix)
    hours = seconds / _SECONDS_PER_HOUR
    told = f"{hours:.0f} hours ago"
    if hours > job_runs.BACKUP_HOURS:
        return finding.warning("last backup", told, fix)
    return finding.fine("last backup", told)
