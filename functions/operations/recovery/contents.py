"""The rows of one table as a backup holds them: no server is needed to look into it.

A dump is read by pg_restore, which writes what COPY takes; a tolerant backup holds that already.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from functions.operations.recovery import errors, programs, tolerant
from functions.operations.recovery import manifest as manifests
from functions.operations.recovery.manifest import Manifest
from functions.operations.recovery.tables import Table

_COPY: Final = re.compile(rb"COPY \S+ \((?P<columns>.*)\) FROM stdin;\n")
_END: Final = b"\\.\n"
_GUILD: Final = "guild_id"


@dataclass(frozen=True, slots=True)
class Contents:
    """The rows of a table.

    Attributes:
        columns: Those of the backup's schema, in the order of the data.
        form: How COPY is to read it.
        data: Whole lines, or any pieces; to be read once.
    """

    columns: Sequence[str]
    form: Literal["text", "csv"]
    data: Iterator[bytes]


@contextmanager
def opened(folder: Path, manifest: Manifest, table: Table, guild_id: int) -> Iterator[Contents]:
    """The rows of a table, while the block lasts.

    Args:
        folder: The backup.
        manifest: Its manifest.
        table: Which one; the backup may be of an older schema, and may not know it at all.
        guild_id: Other guilds' rows may be left out.

    Raises:
        VersionMismatch: pg_restore is older than the backup.
        ProgramFailed: pg_restore gave up.
    """
    if manifest.kind == "tolerant":
        columns, rows = tolerant.read(folder, table.name)
        yield Contents(columns, "csv", rows)
        return
    program = programs.find("pg_restore", manifest.dump_major or manifest.server_major)
    which = ("--data-only", "--schema=public", f"--table={table.name}")
    arguments = (*which, "--file=-", str(folder / manifests.DUMP))
    with tempfile.TemporaryFile() as told:
        with programs.start(program, *arguments, told=told, stdout=subprocess.PIPE) as reading:
            lines = iter(reading.stdout or ())
            yield _of_dump(lines, str(guild_id).encode())
            # Whatever the caller did not want; a pipe that nobody reads would stop the program.
            for _ in lines:
                pass
        if reading.returncode:
            told.seek(0)
            raise errors.ProgramFailed(f"pg_restore gave up:\n{programs.excerpt(told.read())}")


def _of_dump(lines: Iterator[bytes], guild_id: bytes) -> Contents:
    for line in lines:
        if found := _COPY.fullmatch(line):
            columns = [name.strip('"') for name in found["columns"].decode().split(", ")]
            return Contents(columns, "text", _rows(lines, columns, guild_id))
    return Contents([], "text", iter(()))


def _rows(lines: Iterator[bytes], columns: Sequence[str], guild_id: bytes) -> Iterator[bytes]:
    """The lines up to the end of the table; where they name a guild, only those that name this."""
    place = columns.index(_GUILD) if _GUILD in columns else None
    for line in lines:
        if line == _END:
            return
        # A tabulator inside of a value is written as \t (PostgreSQL docs, COPY, Text Format).
        if place is None or line.rstrip(b"\n").split(b"\t", place + 1)[place] == guild_id:
            yield line
