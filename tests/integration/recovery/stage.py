"""Databases to back up and to restore to, and the files between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from clipsaver.local.postgres import Postgres
from functions.deploy import migrations
from functions.operations.recovery import backup, places
from functions.operations.recovery import restore as restores
from functions.operations.recovery.journal import Journal
from functions.operations.recovery.manifest import Kind, Manifest
from functions.operations.recovery.restore import Report
from functions.operations.recovery.source import Source
from functions.shared import settings
from tests.factories import HERE, Rows

CLIPS = HERE + 1
PASSPHRASE = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup in a folder."""

    folder: Path
    manifest: Manifest

    def source(self, decided: Journal | None = None) -> Source:
        """The same, as it is restored."""
        return Source(self.folder, self.manifest, decided or Journal())


def take(url: str, to: Path, kind: Kind = "full", **order: Any) -> Taken:
    """Back up into a folder."""
    where, manifest = backup.take(
        backup.Order(url=url, kind=kind, settings_path=settings.DEFAULT_SETTINGS_PATH, **order),
        places.Folder(to),
    )
    return Taken(Path(where), manifest)


def restore(url: str, folder: Path, **how: Any) -> Report:
    """Restore from a folder, as on an operator's machine."""
    return restores.restore(url, folder, migrate=migrations.upgrade, **how)


@contextmanager
def new_database(postgres: Postgres) -> Iterator[str]:
    """The URL of a database without a single table."""
    name = f"empty_{uuid4().hex}"
    postgres.create_database(name)
    yield postgres.url(name)
    postgres.drop_database(name)


def clip(rows: Rows, message_id: int, guild_id: int = HERE, **columns: Any) -> None:
    """A clip in the first channel of a guild."""
    plain = {
        "guild_id": guild_id,
        "channel_id": guild_id + 1,
        "message_id": message_id,
        "attachment_id": message_id,
        "filename": "ace.mp4",
    }
    rows.insert("clips", **plain | columns)


def bury(
    rows: Rows, message_id: int, guild_id: int = HERE, reason: str = "deleted_by_author"
) -> None:
    """Delete a clip for good, as its author does, or for another reason."""
    rows.sql("DELETE FROM clips WHERE guild_id = %s AND message_id = %s", guild_id, message_id)
    rows.insert(
        "clip_tombstones",
        guild_id=guild_id,
        channel_id=guild_id + 1,
        message_id=message_id,
        attachment_id=message_id,
        reason=reason,
    )


def clips(rows: Rows, guild_id: int = HERE) -> list[int]:
    """The messages of a guild's clips."""
    found = rows.sql("SELECT message_id FROM clips WHERE guild_id = %s ORDER BY 1", guild_id)
    return [row["message_id"] for row in found]


def slow_index(rows: Rows, seconds: int) -> None:
    """An index that takes its time whenever it is built anew; its SQL fits into a pipe."""
    rows.sql(
        "CREATE FUNCTION slowly(number bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE"
        " AS 'BEGIN RETURN number; END'"
    )
    rows.sql("CREATE INDEX slow ON bot_guilds (slowly(guild_id))")
    rows.sql(
        "CREATE OR REPLACE FUNCTION slowly(number bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE"
        f" AS 'BEGIN PERFORM pg_sleep({seconds}); RETURN number; END'"
    )


def refuse_titles(rows: Rows) -> None:
    """Have titles in the database that its own rule does not let in again."""
    rows.sql(
        "CREATE FUNCTION is_fine(title text) RETURNS boolean LANGUAGE sql IMMUTABLE"
        " AS 'SELECT true'"
    )
    rows.sql("ALTER TABLE clips ADD CONSTRAINT titles_are_fine CHECK (is_fine(title))")
    rows.sql(
        "CREATE OR REPLACE FUNCTION is_fine(title text) RETURNS boolean LANGUAGE sql IMMUTABLE"
        " AS 'SELECT title IS NULL'"
    )
