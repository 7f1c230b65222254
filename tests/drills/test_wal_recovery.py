"""Everybody's clips were deleted by mistake: back to the moment before, from the log of writes.

A base backup and the write-ahead log since (PostgreSQL docs, Continuous Archiving and Point-in-Time
Recovery) are what a managed PostgreSQL keeps; here the embedded one does it.
"""

import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg
import pytest

from clipsaver.local.postgres import SUPERUSER, Postgres
from functions.deploy import migrations
from tests import factories
from tests.drills.conftest import Timed
from tests.integration.recovery import stage

_DATABASE: Final = "clips"
_PATIENCE_SECONDS: Final = 20


def _configure(server: Postgres, **settings: str) -> None:
    """Add to the server's configuration, and start it anew."""
    server.stop()
    with (server._folder.data / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    server.start()


def _folder(server: Postgres, name: str) -> Path:
    """A folder beside the server's data that it may write to."""
    folder = server._folder.path / name
    folder.mkdir(mode=0o700)
    if server._account:
        server._account.give(folder)
    return folder


@pytest.fixture
def archive(request: pytest.FixtureRequest) -> Iterator[tuple[Postgres, Path]]:
    """A server that hands over its log of writes, and where to."""
    with Postgres(request.config.getoption("--postgres-binaries")) as server:
        folder = _folder(server, "archive")
        _configure(server, archive_mode="on", archive_command=f"cp %p {folder}/%f")
        server.create_database(_DATABASE)
        migrations.upgrade(server.url(_DATABASE))
        yield server, folder


def _base_backup(server: Postgres) -> Path:
    folder = _folder(server, "base")
    server._run(
        "pg_basebackup",
        *("--host=127.0.0.1", f"--port={server.port}", f"--username={SUPERUSER}"),
        *(f"--pgdata={folder}", "--checkpoint=fast", "--no-sync"),
    )
    return folder


def _hand_over_log(server: Postgres, folder: Path) -> None:
    """Close the segment that is written now, and wait until it has been archived."""
    with psycopg.connect(server.url(_DATABASE, SUPERUSER), autocommit=True) as connection:
        row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    assert row is not None
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (folder / row[0]).exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _recover(server: Postgres, base: Path, archive: Path, target: datetime) -> None:
    """Replace the server's data by the base backup, and replay the log up to the target."""
    server.stop()
    shutil.rmtree(server._folder.data)
    shutil.move(base, server._folder.data)
    (server._folder.data / "recovery.signal").touch()
    if server._account:
        server._account.give(server._folder.data)
    _configure(
        server,
        restore_command=f"cp {archive}/%f %p",
        recovery_target_time=target.isoformat(),
        recovery_target_action="promote",
    )
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with psycopg.connect(server.url(_DATABASE), autocommit=True) as connection:
        while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_the_moment_before_a_mistake_comes_back(
    archive: tuple[Postgres, Path], timed: Timed
) -> None:
    server, folder = archive
    url = server.url(_DATABASE)
    with factories.open_rows(url) as rows:
        rows.two_guilds()
        stage.clip(rows, 1)
        base = _base_backup(server)
        stage.clip(rows, 2)
        (before,) = rows.sql("SELECT clock_timestamp() AS at")
        rows.sql("SELECT pg_sleep(0.2)")
        rows.sql("DELETE FROM bot_guilds")
    _hand_over_log(server, folder)
    with timed("WAL recovery to a target time, nothing but the mistake lost", minutes=60):
        _recover(server, base, folder, before["at"])
        with factories.open_rows(url) as rows:
            assert stage.clips(rows) == [1, 2]
            # It serves again: the target ended the replay, and the server takes writes.
            stage.clip(rows, 3)
