"""The demo as somebody who cloned the repository runs it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from clipsaver import demo
from clipsaver.demo.report import Report
from clipsaver.demo.stage import Stage

ROOT = Path(__file__).parents[2]


class Canary:
    """A server that nobody may call; it counts who does."""

    def __init__(self) -> None:
        self.calls = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                if connection.recv(4) == b"done":
                    return
                self.calls += 1

    def close(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            last.sendall(b"done")
        self._thread.join()
        self._listener.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.close()


# Who started the tests may have had interrupts ignored, and children inherit that.
START = """
import signal
from clipsaver.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


def start_demo(folder: Path, variables: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START, "demo"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def descendants(ancestor: int) -> dict[int, str]:
    """What runs below a process, in whatever session: command lines by process id."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    family, found = {str(ancestor)}, {}
    for _ in rows:
        for process, parent, *command in rows:
            if parent in family and process not in family:
                family.add(process)
                found[int(process)] = " ".join(command)
    return found


def test_the_demo_passes_and_ignores_every_pointer_to_a_real_service(
    canary: Canary, tmp_path: Path
) -> None:
    address = f"127.0.0.1:{canary.port}"
    foreign = {
        "DATABASE_URL": f"postgresql://real:secret@{address}/real",
        "DISCORD_API_URL": f"http://{address}/api/v10",
        "BOT_TOKEN": "somebody-elses-token",
        "DISCORD_PUBLIC_KEY": "f" * 64,
        "DEFAULT_SETTINGS_PATH": "/nowhere/settings.yml",
        "PUBLIC_URL": f"http://{address}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(canary.port),
        "PGSERVICE": "real",
        "HTTPS_PROXY": f"http://{address}",
        "HTTP_PROXY": f"http://{address}",
        "AWS_ENDPOINT_URL": f"http://{address}",
    }
    (tmp_path / ".env").write_text("".join(f"{key}={value}\n" for key, value in foreign.items()))
    with start_demo(tmp_path, foreign) as running:
        output, _ = running.communicate(timeout=60)
    assert running.returncode == 0, output
    assert "checks passed" in output
    assert canary.calls == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing_running(number: signal.Signals, tmp_path: Path) -> None:
    with start_demo(tmp_path, {}) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if "bot_guilds" in line:
                break
        started = descendants(running.pid)
        os.kill(running.pid, number)
        running.communicate(timeout=20)
    assert running.returncode != 0
    assert any("postgres" in command for command in started.values())
    deadline = time.monotonic() + 5
    while (left := [pid for pid in started if Path(f"/proc/{pid}").exists()]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.1)
    assert left == []


def test_a_wrong_outcome_makes_the_demo_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(stage: Stage, report: Report) -> None:
        """Claim something untrue."""
        report.check("two and two are five", sum([2, 2]) == 5, 4)

    monkeypatch.setattr(demo, "STEPS", (wrong,))
    console = Console(record=True, width=100, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    try:
        assert demo.run(console) is False
    finally:
        console.file.close()
    text = console.export_text()
    assert "two and two are five: found 4" in text
    assert "1 checks failed" in text
