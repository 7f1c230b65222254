"""A dump on its way into a database: pg_restore writes SQL, psql runs it, all of it or nothing.

pg_restore could do both. But from 17 on it begins with a setting that older servers do not know,
and stops there, while a machine may well have newer programs than the server is; so that line is
left out on the way.
"""

import contextlib
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Final

from clipsaver.recovery import errors, programs

_UNKNOWN_TO_OLDER: Final = b"SET transaction_timeout = 0;\n"


def load_dump(pg_restore: Path, url: str, dump: Path) -> None:
    """Bring a file that pg_dump wrote into an empty database; psql lies beside pg_restore.

    Raises:
        ProgramFailed: one of them gave up; the database is as it was.
    """
    arguments = ("--no-owner", "--no-privileges", "--exit-on-error", "--file=-", str(dump))
    name = f"--dbname={programs.database_name(url)}"
    quiet = ("--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1")
    with tempfile.TemporaryFile() as told:
        reading = programs.start(pg_restore, *arguments, told=told, stdout=subprocess.PIPE)
        psql = pg_restore.with_name("psql")
        writing = programs.start(psql, *quiet, name, url=url, told=told, stdin=subprocess.PIPE)
        with reading, writing:
            done = _hand_over(reading, writing)
        if not done or writing.returncode:
            told.seek(0)
            raise errors.ProgramFailed(f"pg_restore gave up:\n{programs.excerpt(told.read())}")


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
