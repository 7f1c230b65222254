"""What people decided, apart from the rest: deletions, opt-outs, hidden clips, settings changes.

A restored database is as old as its backup; these must not be lost with the time between. They are
read from the database that is replaced, or from a journal that was written after the backup, and
applied to the restored one. Applying a journal twice changes nothing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import psycopg
from psycopg import rows, sql
from psycopg.types.json import Json, Jsonb

from functions.operations.recovery import manifest, sessions, tables, tolerant
from functions.operations.recovery.sessions import Connection
from functions.shared.db import queries

Rows = list[dict[str, Any]]
"""Instants as ISO 8601."""

_SQL: Final = queries.load("journal", Path(__file__).parent)
PARTS: Final = MappingProxyType(
    {
        "guilds": "bot_guilds",
        "tombstones": "clip_tombstones",
        "opt_outs": "clip_opt_outs",
        "hidden": "clips",
        "setting_changes": "setting_changes",
    }
)
"""Each with the table that it is read from."""
_LOST: Final = "lost"
"""Beside the parts in a file."""
_BY_AUTHOR: Final = "deleted_by_author"
_IS_READING: Final = "is_reading"
"""The one setting of a channel that is a column."""


@dataclass(frozen=True, slots=True)
class Journal:
    """What was decided, or as much of it as could be read.

    Attributes:
        parts: The rows of each; a row may be there twice.
        lost: Of those parts that are not whole, what could not be read, in sentences.
    """

    parts: Mapping[str, Rows] = field(default_factory=dict)
    lost: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def told(self) -> list[str]:
        """All that could not be read, in sentences."""
        return [sentence for sentences in self.lost.values() for sentence in sentences]


def read(connection: Connection, schema: str, *, is_tolerant: bool = False) -> Journal:
    """What can be read of the journal in a database.

    Args:
        connection: In autocommit mode.
        schema: Where its tables are.
        is_tolerant: Read what cannot be read whole in pieces. Nobody may be writing: a row that
            moves meanwhile is missed.

    Raises:
        psycopg.DatabaseError: the connection was lost over the pieces.
    """
    parts: dict[str, Rows] = {}
    lost = {}
    for part in PARTS:
        parts[part] = []
        try:
            problems = _read_part(connection, schema, part, parts[part], is_tolerant=is_tolerant)
        except psycopg.Error as error:
            if is_tolerant and connection.closed:
                raise
            problems = [sessions.told(error)]
        if problems:
            named = f"{part.replace('_', ' ')} cannot be read"
            lost[part] = [f"{named}: {problem}" for problem in problems]
    return Journal(parts, lost)


def _read_part(
    connection: Connection, schema: str, part: str, into: Rows, *, is_tolerant: bool
) -> list[str]:
    statement = sql.SQL("SELECT to_jsonb(given) - 'ctid' FROM ({}) AS given WHERE {}")
    selected = sql.SQL(_SQL[f"select_{part}"].sql.rstrip(b";").decode())

    def add(where: sql.Composable) -> int:
        with _at_home(connection, schema) as cursor:
            given = cursor.execute(statement.format(selected, where)).fetchall()
        into.extend(given)
        return len(given)

    if is_tolerant:
        with _at_home(connection, schema):
            found = {each.name: each for each in tables.select_tables(connection)}
        if table := found.get(PARTS[part]):
            return tolerant.in_pieces(connection, table, add)[1]
    add(sql.SQL("true"))
    return []


@contextmanager
def _at_home(connection: Connection, schema: str) -> Iterator[psycopg.Cursor[Any]]:
    """A transaction in which names mean the tables of a schema."""
    with connection.transaction(), connection.cursor(row_factory=rows.scalar_row) as cursor:
        cursor.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
        yield cursor


def write(journal: Journal, folder: Path) -> None:
    """Write a journal into a backup."""
    text = json.dumps({**journal.parts, _LOST: journal.lost})
    (folder / manifest.JOURNAL).write_text(text, encoding="utf-8")


def load(folder: Path) -> Journal:
    """The journal of a backup."""
    found = json.loads((folder / manifest.JOURNAL).read_text(encoding="utf-8"))
    lost = found.pop(_LOST, {})
    return Journal(found, lost)


def combined(journals: Iterable[Journal]) -> Journal:
    """Each part out of the newest of some journals that has it whole.

    What newer ones have of it comes along; what they could not read, the one before may know.

    Args:
        journals: The newest first; read only as far as parts are missing.
    """
    parts: dict[str, Rows] = {}
    lost: dict[str, list[str]] = {}
    missing = list(PARTS)
    for each in journals:
        for part in missing:
            parts[part] = [*parts.get(part, ()), *each.parts.get(part, ())]
            if told := each.lost.get(part):
                # Each backup that is taken after the same damage tells of it.
                lost[part] = list(dict.fromkeys([*lost.get(part, ()), *told]))
        missing = [part for part in missing if part in each.lost or part not in each.parts]
        if not missing:
            break
    return Journal(parts, lost)


def until(journal: Journal, moment: datetime) -> Journal:
    """What had been decided by a moment: whoever undoes a mistake must not do it again.

    What members decided of their own clips, by an opt-out, by deleting or by hiding, is nobody
    else's to undo.
    """
    found = dict(journal.parts)
    found["tombstones"] = [
        row
        for row in found.get("tombstones", ())
        if row["reason"] == _BY_AUTHOR or _at(row["created_at"]) <= moment
    ]
    found["setting_changes"] = [
        row | {"undone_at": None, "undone_by": None}
        if row["undone_at"] and _at(row["undone_at"]) > moment
        else row
        for row in found.get("setting_changes", ())
        if _at(row["changed_at"]) <= moment
    ]
    return replace(journal, parts=found)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def apply(
    connection: Connection, journal: Journal, since: datetime, guild_id: int | None = None
) -> Mapping[str, int]:
    """Do again what was decided since a backup, in the caller's transaction.

    Args:
        connection: The restored database.
        journal: Of a later moment.
        since: When the backup was taken.
        guild_id: Only in this guild; None for all.

    Returns:
        How many rows of each part were new.
    """
    given = {
        part: Jsonb(
            [row for row in journal.parts.get(part, ()) if guild_id in {None, row["guild_id"]}]
        )
        for part in PARTS
    }
    new = {
        part: connection.execute(_SQL[name].sql, {"rows": given[part]}).rowcount
        for part, name in (
            ("guilds", "insert_guilds"),
            ("tombstones", "insert_tombstones"),
            ("opt_outs", "insert_opt_outs"),
            ("hidden", "update_hidden"),
            ("setting_changes", "insert_setting_changes"),
        )
    }
    new["clips_deleted"] = delete_buried(connection, guild_id)
    set_last_values(connection, since, guild_id)
    continue_numbers(connection)
    return MappingProxyType(new)


def continue_numbers(connection: Connection) -> None:
    """Let the next change of a setting get a number that no restored one has."""
    connection.execute(_SQL["continue_numbers"].sql)


def bury_deleted_by_authors(connection: Connection, journal: Journal, guild_id: int) -> None:
    """Let what members of a guild deleted of their own stay deleted, whatever else is undone."""
    tombstones = [
        row
        for row in journal.parts.get("tombstones", ())
        if row["guild_id"] == guild_id and row["reason"] == _BY_AUTHOR
    ]
    connection.execute(_SQL["insert_tombstones"].sql, {"rows": Jsonb(tombstones)})


def delete_buried(connection: Connection, guild_id: int | None = None) -> int:
    """Delete the clips that were deleted for good, of one guild or of all; how many those are."""
    return connection.execute(_SQL["delete_buried"].sql, {"guild_id": guild_id}).rowcount


def set_last_values(
    connection: Connection,
    since: datetime,
    guild_id: int | None = None,
    until: datetime | None = None,
) -> int:
    """Give each setting that was changed since then its last value; how many there are.

    Args:
        connection: Where the record and the settings are.
        since: A moment.
        guild_id: Only this guild's; None for all.
        until: A later moment, whose values are given; None for now.
    """
    names = {"since": since, "until": until, "guild_id": guild_id}
    found = connection.execute(_SQL["select_last_values"].sql, names).fetchall()
    for change in found:
        _set(connection, *change)
    return len(found)


def forget_tombstones(connection: Connection, guild_id: int, since: datetime) -> None:
    """Take back what was deleted in a guild since a moment, unless its author deleted it."""
    names = {"guild_id": guild_id, "since": since}
    connection.execute(_SQL["forget_tombstones"].sql, names)


def void(connection: Connection) -> Mapping[str, int]:
    """End what was under way when the backup was taken; how many rows of each kind."""
    kinds = ("intents", "leases")
    return {kind: connection.execute(_SQL[f"void_{kind}"].sql).rowcount for kind in kinds}


def requeue(connection: Connection) -> Mapping[str, int]:
    """Let the next sync hand over the scans that were open; how many rows of each kind."""
    for name in ("clear_queued", "pause_guild_scans"):
        connection.execute(_SQL[name].sql)
    kinds = ("channel_scans", "guild_scans")
    return {kind: connection.execute(_SQL[f"requeue_{kind}"].sql).rowcount for kind in kinds}


def forget_coverage(connection: Connection) -> None:
    """Let everything be read again, because clips of what was read are lost."""
    connection.execute(_SQL["forget_coverage"].sql)


def _set(
    connection: Connection, guild_id: int, channel_id: int | None, key: str, value: object | None
) -> None:
    """Give a setting its value; None removes it."""
    names: dict[str, object] = {"guild_id": guild_id, "channel_id": channel_id, "key": key}
    if channel_id is None:
        noun, name = "guild_settings", "set_value" if value is not None else "remove_value"
        connection.execute(
            queries.load(noun)["insert_defaults"].sql, {**names, "settings": Jsonb({})}
        )
    elif key == _IS_READING:
        noun, name = "channels", "set_is_reading"
        names["is_reading"] = value
    else:
        noun = "channels"
        name = "set_channel_value" if value is not None else "remove_channel_value"
    connection.execute(queries.load(noun)[name].sql, {**names, "value": Json(value)})
