"""A dump on its way into a database: pg_restore writes SQL, psql runs it, all of it or nothing.

pg_restore could do both. But from 17 on it begins with a setting that older servers do not know,
and stops there, while a machine may well have newer programs than the server is; so that line is
left out on the way. So are extensions: an administrator made those that are there, and who
restores may not.
"""

import contextlib
import re
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from psycopg import conninfo

from functions.operations.recovery import errors, programs

SESSION: Final = "clipsaver restore (psql)"
"""What `pg_stat_activity` shows of it."""
_QUOTES_NO_ROWS: Final = ("--set=VERBOSITY=terse", "--set=SHOW_CONTEXT=never")
_UNKNOWN_TO_OLDER: Final = b"SET transaction_timeout = 0;\n"
_EXTENSION: Final = re.compile(r"^\d+; \d+ \d+ (?:EXTENSION|COMMENT - EXTENSION) ")
"""An entry of a dump's contents (PostgreSQL docs, pg_restore, --list)."""


def load_dump(pg_restore: Path, url: str, dump: Path, seconds: float | None = None) -> None:
    """Bring a file that pg_dump wrote into an empty database; psql lies beside pg_restore.

    Args:
        pg_restore: The program.
        url: The database.
        dump: The file.
        seconds: The time there is; None for any.

    Raises:
        ProgramFailed: one of them gave up, or the time is over; the database is as it was.
    """
    arguments = ("--no-owner", "--no-privileges", "--exit-on-error", "--file=-")
    name = f"--dbname={programs.database_name(url)}"
    named_url = conninfo.make_conninfo(url, application_name=SESSION)
    quiet = ("--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", *_QUOTES_NO_ROWS)
    with tempfile.TemporaryFile() as told, _wanted(pg_restore, dump) as wanted:
        reading = programs.start(
            pg_restore, *arguments, wanted, str(dump), told=told, stdout=subprocess.PIPE
        )
        psql = pg_restore.with_name("psql")
        writing = programs.start(
            psql, *quiet, name, url=named_url, told=told, stdin=subprocess.PIPE
        )
        with reading, writing, _ended_after(seconds, reading, writing) as is_over:
            done = _hand_over(reading, writing)
            # All of the SQL fits into the pipe while psql still builds indexes.
            writing.wait()
        if seconds is not None and is_over.is_set():
            raise programs.out_of_time(pg_restore.name, seconds)
        if not done or writing.returncode:
            told.seek(0)
            raise errors.ProgramFailed(f"pg_restore gave up:\n{programs.excerpt(told.read())}")


@contextlib.contextmanager
def _wanted(pg_restore: Path, dump: Path) -> Iterator[str]:
    """The option with which pg_restore brings everything of a dump but extensions."""
    contents = programs.run(pg_restore, "--list", str(dump)).splitlines(keepends=True)
    with tempfile.NamedTemporaryFile("w", suffix=".list") as file:
        file.writelines(line for line in contents if not _EXTENSION.match(line))
        file.flush()
        yield f"--use-list={file.name}"


@contextlib.contextmanager
def _ended_after(
    seconds: float | None, *running: subprocess.Popen[bytes]
) -> Iterator[threading.Event]:
    """End programs when the time is over; whether that has happened."""
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        for each in running:
            each.kill()

    timer = threading.Timer(seconds or threading.TIMEOUT_MAX, end)
    timer.daemon = True
    timer.start()
    try:
        yield is_over
    finally:
        timer.cancel()


def _hand_over(reading: subprocess.Popen[bytes], writing: subprocess.Popen[bytes]) -> bool:
    """Pass SQL on in one transaction; whether all of it came."""
    source, target = _stream(reading.stdout), _stream(writing.stdin)
    try:
        target.write(b"BEGIN;\n")
        is_sought = True
        for line in source:
            if is_sought and line == _UNKNOWN_TO_OLDER:
                is_sought = False
            else:
                target.write(line)
        if reading.wait() == 0:
            target.write(b"COMMIT;\n")
        # Without a COMMIT, what came is forgotten when psql hangs up.
        target.close()
    except BrokenPipeError:
        source.close()
        with contextlib.suppress(BrokenPipeError):
            target.close()
        return False
    return reading.returncode == 0


def _stream(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise errors.ProgramFailed("There is no pipe to the program")
    return pipe
