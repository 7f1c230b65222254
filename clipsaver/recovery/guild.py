"""Restoring one guild into a database that goes on serving: from a copy, row by row, in its scope.

Nothing is taken away but what the backup knows better; every other guild's rows stay as they are.
What was deleted since stays deleted, and settings that were changed since keep their last value,
unless the operator calls it a mistake.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple

from psycopg import sql

from functions.operations.recovery import errors, journal, sessions, tables
from functions.operations.recovery.journal import Journal
from functions.operations.recovery.sessions import Connection
from functions.operations.recovery.tables import Mode, Table

Part = Literal["settings", "channels", "clips"]

_NAME: Final = "clipsaver restore --guild"


class _Copy(NamedTuple):
    """Rows of one table: which, and what becomes of those that are there already."""

    table: str
    mode: Mode
    where: str = "guild_id = {guild}"
    changed: tuple[str, ...] | None = None


_GUILD: Final = (
    _Copy(
        "users",
        "add",
        "discord_user_id = (SELECT owner_user_id FROM bot_guilds WHERE guild_id = {guild})",
    ),
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
            "channel_id IN (SELECT channel_id FROM bot_channels WHERE guild_id = {guild})"
            " AND status NOT IN ('queued', 'running')",
        ),
    ),
    "settings": (
        _Copy("guild_settings", "replace"),
        _Copy("bot_channels", "update", changed=("settings", "is_reading")),
        _Copy("setting_changes", "add"),
    ),
    "clips": (_Copy("clips", "add"), _Copy("scan_coverage", "add")),
}


def restore_guild(
    url: str,
    copy_url: str,
    guild_id: int,
    taken_at: datetime,
    only: Part | None = None,
    *,
    decided: Journal | None = None,
    until: datetime | None = None,
) -> Mapping[str, int]:
    """Bring one guild's rows from a restored copy into the database, in one transaction.

    Args:
        url: The database that serves.
        copy_url: The restored copy, on the same schema.
        guild_id: Whose rows.
        taken_at: When the backup was taken.
        only: One part; None for the guild with all of them.
        decided: What was decided by a later moment, for a guild that is gone: its own record of
            that went with it.
        until: What was decided after this moment was a mistake; None if nothing was.

    Returns:
        The rows of each table that are new or were written anew.

    Raises:
        BackupMissing: the backup does not know the guild.
        DatabaseNotEmpty: a channel of the backup is another guild's now.
    """
    copies = _PARTS[only] if only else (*_GUILD, *(c for part in _PARTS.values() for c in part))
    counts: dict[str, int] = {}
    with (
        sessions.opened(copy_url, _NAME) as copy,
        sessions.opened(url, _NAME) as target,
    ):
        _check_known(copy, guild_id)
        found = {table.name: table for table in tables.select_tables(target)}
        if only in {None, "clips"}:
            # What is not covered is read again: clips that are newer than the backup come back.
            target.execute("DELETE FROM scan_coverage WHERE guild_id = %s", (guild_id,))
        for each in copies:
            table = found[each.table]
            tables.stage(target, table, _rows(copy, table, each.where, guild_id))
            _check_scope(target, table, guild_id)
            written = tables.merge(target, table, each.mode, each.changed)
            counts[each.table] = counts.get(each.table, 0) + written
        if decided and counts.get("bot_guilds"):
            wanted = decided if until is None else journal.until(decided, until)
            journal.apply(target, wanted, taken_at, guild_id)
        _keep_decisions(target, guild_id, taken_at, until)
    return counts


def _check_known(copy: Connection, guild_id: int) -> None:
    question = "SELECT FROM bot_guilds WHERE guild_id = %s"
    if copy.execute(question, (guild_id,)).fetchone() is None:
        raise errors.BackupMissing(f"The backup knows no guild {guild_id}")


def _rows(copy: Connection, table: Table, where: str, guild_id: int) -> Iterator[memoryview]:
    condition = where.format(guild=int(guild_id)).encode()
    statement = sql.SQL("COPY (SELECT {} FROM {} WHERE ").format(
        tables.names(table.columns), sql.Identifier(table.name)
    )
    with (
        copy.cursor() as cursor,
        cursor.copy(statement.as_bytes(copy) + condition + b") TO STDOUT (FORMAT csv)") as data,
    ):
        for piece in data:
            yield memoryview(piece)


def _check_scope(target: Connection, table: Table, guild_id: int) -> None:
    """No row of the database that would be written anew may be another guild's."""
    if table.name != "bot_channels":
        return
    question = (
        "SELECT count(*) FROM staged JOIN bot_channels AS target USING (channel_id)"
        " WHERE target.guild_id <> %s"
    )
    if target.execute(question, (guild_id,)).fetchall()[0][0]:
        raise errors.DatabaseNotEmpty(
            "A channel of the backup belongs to another guild now; `clipsaver sync` settles it"
        )


def _keep_decisions(
    target: Connection, guild_id: int, taken_at: datetime, until: datetime | None
) -> None:
    if until is not None:
        journal.forget_tombstones(target, guild_id, until)
    target.execute(
        "DELETE FROM clips USING clip_tombstones AS buried"
        " WHERE clips.guild_id = %s AND (clips.guild_id, clips.channel_id, clips.message_id,"
        " clips.attachment_id) = (buried.guild_id, buried.channel_id, buried.message_id,"
        " buried.attachment_id)",
        (guild_id,),
    )
    journal.set_last_values(target, taken_at, guild_id, until)
