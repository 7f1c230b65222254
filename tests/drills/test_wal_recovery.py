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
from tests.drills.conftest import Lost, Timed
from tests.factories import Rows
from tests.integration.recovery import stage
from tests.patience import wait_until

_DATABASE: Final = "clips"
_HAND_OVER_SECONDS: Final = 1
"""How often the log is handed over at least; whoever runs a server says up to an hour."""


@pytest.fixture
def archive(request: pytest.FixtureRequest) -> Iterator[tuple[Postgres, Path]]:
    """A server that hands over its log of writes, and where to."""
    with Postgres(request.config.getoption("--postgres-binaries")) as server:
        folder = server.folder("archive")
        server.configure(
            archive_mode="on",
            archive_command=f"cp %p {folder}/%f",
            archive_timeout=str(_HAND_OVER_SECONDS),
        )
        server.create_database(_DATABASE)
        migrations.upgrade(server.url(_DATABASE))
        yield server, folder


def _hand_over_log(server: Postgres, folder: Path) -> None:
    """Close the segment that is written now, and wait until it has been archived."""
    with psycopg.connect(server.url(_DATABASE, SUPERUSER), autocommit=True) as connection:
        row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    assert row is not None
    wait_until((folder / row[0]).exists)


def _recover(server: Postgres, base: Path, archive: Path, target: datetime | None) -> None:
    """Replace the server's data by the base backup, and replay the log, up to a target if any."""
    server.stop()
    shutil.rmtree(server.data)
    shutil.move(base, server.data)
    (server.data / "recovery.signal").touch()
    server.give(server.data)
    upto = {"recovery_target_time": target.isoformat()} if target else {}
    server.configure(
        restore_command=f"cp {archive}/%f %p", recovery_target_action="promote", **upto
    )
    with psycopg.connect(server.url(_DATABASE), autocommit=True) as connection:
        over = "SELECT 1 WHERE NOT pg_is_in_recovery()"
        wait_until(lambda: connection.execute(over).fetchone())


def _write(rows: Rows, seconds: float) -> datetime:
    """Save a clip every now and then; the time afterwards."""
    (begun,) = rows.sql("SELECT coalesce(max(message_id), 0) + 1 AS next FROM clips")
    deadline = time.monotonic() + seconds
    message_id = begun["next"]
    while time.monotonic() < deadline:
        stage.clip(rows, message_id)
        message_id += 1
        time.sleep(0.05)
    return _now(rows)


def _now(rows: Rows) -> datetime:
    (found,) = rows.sql("SELECT clock_timestamp() AS at")
    moment: datetime = found["at"]
    return moment


def _seconds_lost(rows: Rows, before: datetime) -> float:
    """Between the newest write that came back and the moment."""
    (found,) = rows.sql("SELECT max(saved_at) AS at FROM clips")
    newest: datetime = found["at"]
    return (before - newest).total_seconds()


def test_the_moment_before_a_mistake_comes_back(
    archive: tuple[Postgres, Path], timed: Timed, lost: Lost
) -> None:
    server, folder = archive
    url = server.url(_DATABASE)
    base = server.folder("base")
    with factories.open_rows(url) as rows:
        rows.two_guilds()
        stage.clip(rows, 1)
        server.base_backup(base)
        before = _write(rows, 0.5)
        written = stage.clips(rows)
        time.sleep(0.2)
        rows.sql("DELETE FROM bot_guilds")
    _hand_over_log(server, folder)
    with timed("WAL recovery to a target time", minutes=60):
        _recover(server, base, folder, before)
    with factories.open_rows(url) as rows:
        assert stage.clips(rows) == written
        lost("WAL recovery to a target time, writes lost", _seconds_lost(rows, before))
        # It serves again: the target ended the replay, and the server takes writes.
        stage.clip(rows, 10_000)


def test_a_server_that_is_gone_comes_back_but_for_what_it_had_not_handed_over(
    archive: tuple[Postgres, Path], timed: Timed, lost: Lost
) -> None:
    server, folder = archive
    url = server.url(_DATABASE)
    base = server.folder("base")
    with factories.open_rows(url) as rows:
        rows.two_guilds()
        stage.clip(rows, 1)
        server.base_backup(base)
        died_at = _write(rows, _HAND_OVER_SECONDS * 3)
        # What is in the log that was not handed over goes with the disk.
        handed_over = [path.name for path in folder.iterdir()]
    survived = folder.with_name("survived")
    shutil.copytree(folder, survived, ignore=lambda _, names: set(names) - set(handed_over))
    server.give(survived)
    with timed("WAL recovery of a server that is gone", minutes=60):
        _recover(server, base, survived, None)
    with factories.open_rows(url) as rows:
        assert len(stage.clips(rows)) > 1
        lost("WAL recovery of a server that is gone, writes lost", _seconds_lost(rows, died_at))
