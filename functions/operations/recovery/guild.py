"""Restoring one guild into a database that goes on serving: row by row, in its scope.

Nothing is taken away but what the backup knows better; every other guild's rows stay as they are.
What was deleted since stays deleted, and settings that were changed since keep their last value,
unless the operator calls it a mistake.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple

from psycopg import sql

from functions.operations.recovery import contents, errors, journal, sessions, tables
from functions.operations.recovery.sessions import Connection
from functions.operations.recovery.source import Source
from functions.operations.recovery.tables import Mode, Table

Part = Literal["settings", "channels", "clips"]

_NAME: Final = "clipsaver restore --guild"
_NOBODY: Final = 0


class _Copy(NamedTuple):
    """Rows of one table: which, and what becomes of those that are there already.

    Attributes:
        changed: The columns that are written anew; None for all but the key and those `kept`.
    """

    table: str
    mode: Mode
    where: str = "guild_id = %(guild_id)s"
    changed: tuple[str, ...] | None = None
    kept: tuple[str, ...] = ()


_GUILD: Final = (
    _Copy("users", "add", "discord_user_id = %(owner_user_id)s"),
    _Copy("bot_guilds", "add"),
    _Copy("clip_tombstones", "add"),
    _Copy("clip_opt_outs", "add"),
)
_PARTS: Final[Mapping[Part, tuple[_Copy, ...]]] = {
    "channels": (
        _Copy("bot_channels", "replace"),
        _Copy(
            "bot_channel_scan_runs",
            "add",
            "channel_id IN (SELECT channel_id FROM bot_channels WHERE guild_id = %(guild_id)s)"
            " AND status NOT IN ('queued', 'running')",
        ),
    ),
    "settings": (
        _Copy("guild_settings", "replace"),
        _Copy("bot_channels", "update", changed=("settings", "is_reading")),
        _Copy("setting_changes", "add"),
    ),
    # Whether a clip is hidden is its author's to say, as late as now.
    "clips": (_Copy("clips", "replace", kept=("hidden_at",)), _Copy("scan_coverage", "add")),
}


def restore_guild(
    url: str,
    source: Source,
    guild_id: int,
    only: Part | None = None,
    *,
    until: datetime | None = None,
) -> Mapping[str, int]:
    """Bring one guild's rows out of a backup into the database, in one transaction.

    Args:
        url: The database that serves.
        source: A backup; what its schema lacks gets its default. A guild that is gone had taken its
            record of decisions along: they come from those that the source tells.
        guild_id: Whose rows.
        only: One part; None for the guild with all of them.
        until: What was decided after this moment was a mistake; None if nothing was.

    Returns:
        The rows of each table that are new or were written anew.

    Raises:
        BackupMissing: the backup does not know the guild.
        DatabaseNotEmpty: a channel of the backup is another guild's now.
        Busy: a restore is under way.
        ProgramFailed: pg_restore gave up.
    """
    copies = _PARTS[only] if only else (*_GUILD, *(c for part in _PARTS.values() for c in part))
    taken_at = source.manifest.taken_at
    counts: dict[str, int] = {}
    with sessions.opened(url, _NAME) as target:
        sessions.check_not_restored(target)
        found = {table.name: table for table in tables.select_tables(target)}
        owner_user_id = _owner(target, source, found["bot_guilds"], guild_id)
        scope = {"guild_id": guild_id, "owner_user_id": owner_user_id}
        if only in {None, "clips"}:
            # What is not covered is read again: clips that are newer than the backup come back.
            target.execute("DELETE FROM scan_coverage WHERE guild_id = %s", (guild_id,))
        for each in copies:
            if each.table == "scan_coverage" and source.manifest.lost:
                continue  # it would cover messages whose clips were lost
            table = found[each.table]
            columns = _stage(target, source, table, each.where, scope)
            _check_scope(target, table, guild_id)
            fixed = (*table.key, *each.kept)
            changed = each.changed or [name for name in columns if name not in fixed]
            written = tables.merge(target, table, each.mode, changed)
            # Channels are written twice, for what they are and for their settings.
            counts[each.table] = max(counts.get(each.table, 0), written)
        if counts.get("bot_guilds"):
            decided = source.decided
            wanted = decided if until is None else journal.until(decided, until)
            journal.apply(target, wanted, taken_at, guild_id)
        # A guild that is there has its record of decisions itself; this one is kept twice.
        journal.bury_deleted_by_authors(target, source.decided, guild_id)
        _keep_decisions(target, guild_id, taken_at, until)
        journal.continue_numbers(target)
    return counts


def _stage(
    target: Connection,
    source: Source,
    table: Table,
    where: str,
    scope: Mapping[str, int],
) -> list[str]:
    """Put those rows of a backup beside their table; the table's columns that the backup has."""
    guild_id = scope["guild_id"]
    with contents.opened(source.folder, source.manifest, table, guild_id) as rows:
        if not rows.columns:
            tables.stage(target, table, ())
            return []
        tables.stage(target, table, rows.data, rows.columns, rows.form)
    others = b"DELETE FROM staged WHERE (" + where.encode() + b") IS NOT TRUE"
    target.execute(others, scope)
    return [name for name in rows.columns if name in table.columns]


def _owner(target: Connection, source: Source, table: Table, guild_id: int) -> int:
    """Who the guild belonged to, as the backup knows it.

    Raises:
        BackupMissing: it does not know the guild.
    """
    scope = {"guild_id": guild_id}
    _stage(target, source, table, "guild_id = %(guild_id)s", scope)
    row = target.execute(sql.SQL("SELECT owner_user_id FROM staged")).fetchone()
    if row is None:
        raise errors.BackupMissing(f"The backup knows no guild {guild_id}")
    return row[0] or _NOBODY


def _check_scope(target: Connection, table: Table, guild_id: int) -> None:
    """No row of the database that would be written anew may be another guild's."""
    if table.name != "bot_channels":
        return
    foreign = target.execute(tables.SQL["count_foreign_channels"].sql, {"guild_id": guild_id})
    if foreign.fetchall()[0][0]:
        raise errors.DatabaseNotEmpty(
            "A channel of the backup belongs to another guild now; `clipsaver sync` settles it"
        )


def _keep_decisions(
    target: Connection, guild_id: int, taken_at: datetime, until: datetime | None
) -> None:
    if until is not None:
        journal.forget_tombstones(target, guild_id, until)
    journal.delete_buried(target, guild_id)
    journal.set_last_values(target, taken_at, guild_id, until)
