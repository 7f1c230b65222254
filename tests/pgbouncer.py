"""A PostgreSQL behind a real PgBouncer in transaction mode, as one that is hosted often stands.

Its sessions are not the clients': each transaction runs on whichever of a few is free.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from clipsaver.local import installation, leash
from clipsaver.local.postgres import OWNER, SUPERUSER, Postgres, free_port

_HOST: Final = "127.0.0.1"
_POOL_SIZE: Final = 3
_START_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.02
_CONFIGURATION: Final = """
[databases]
* = host={host} port={postgres_port}
[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
logfile = {folder}/log
pool_mode = transaction
default_pool_size = {pool_size}
; Tests stop the server now and then, and go on as soon as it is back.
server_login_retry = 0
"""


def find_program() -> str | None:
    """The path of `pgbouncer`, or None when there is none."""
    # Debian puts it where only root looks.
    return shutil.which("pgbouncer", path=f"{os.defpath}:/usr/sbin")


class PooledPostgres(Postgres):
    """A throwaway server whose URLs and port are those of the pooler before it."""

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self._start_pooler()
        except BaseException:
            super().__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pooler.kill()
        self._pooler.wait()
        shutil.rmtree(self._pooler_folder)
        super().__exit__(kind, error, traceback)

    @property
    def port(self) -> int:
        """The pooler's."""
        return self._pooler_port

    def url(self, database: str = "postgres", user: str = OWNER) -> str:
        """The URL of `database` through the pooler."""
        return super().url(database, user).replace(f":{self._port}/", f":{self._pooler_port}/")

    def create_database(self, name: str, owner: str = OWNER, template: str = "template1") -> None:
        """Create a database; the pooler's idle sessions leave the `template` first."""
        self._execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            f" WHERE datname = '{template}' AND pid <> pg_backend_pid()"
        )
        super().create_database(name, owner, template)

    def _start_pooler(self) -> None:
        program = find_program()
        assert program, "there is no pgbouncer"
        parent = installation.temporary_folder(self._account)
        folder = self._pooler_folder = Path(tempfile.mkdtemp(dir=parent))
        self._pooler_port = free_port()
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(
            _CONFIGURATION.format(
                folder=folder,
                host=_HOST,
                pool_size=_POOL_SIZE,
                port=self._pooler_port,
                postgres_port=self._port,
            )
        )
        users = (f'"{user}" "{self._passwords[user]}"' for user in (OWNER, SUPERUSER))
        (folder / "users").write_text("\n".join(users))
        account = self._account
        if account:
            account.give(folder)
        self._pooler = subprocess.Popen(
            leash.leashed(
                [program, "--quiet", str(configuration)],
                user=account.user if account else None,
                group=account.group if account else None,
            ),
            env=installation.ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
        )
        self._wait_until_listening()

    def _wait_until_listening(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex((_HOST, self._pooler_port)) == 0:
                    return
            time.sleep(_POLL_SECONDS)
        self._pooler.kill()
        self._pooler.wait()
        log = (self._pooler_folder / "log").read_text()
        raise AssertionError(f"PgBouncer did not start:\n{log}")
