"""SnapStart: a snapshot is taken of a warm function, and two environments are made of it."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.sqs import JobQueueServer
from tests.events import files, signed
from tests.infra import client
from tests.infra.conftest import Build
from tests.infra.runtime_api import Sandbox

pytestmark = [
    pytest.mark.needs(f"python{client.PYTHON}"),
    pytest.mark.skipif(sys.platform != "linux", reason="AWS's client runs on Linux alone"),
]

WARMED = Path(__file__).parent / "snapshot"


def _events() -> dict[str, dict[str, Any]]:
    """What opens a connection each: to the database, to Discord, to the queue."""
    command = files.interaction("command")
    sync = command | {"data": command["data"] | {"name": "sync"}}
    return {
        "status": signed.document(command),
        "install": signed.get("/install"),
        "sync": signed.document(sync),
        "ready": signed.get("/ready"),
    }


@pytest.fixture(scope="module")
def discord() -> Iterator[DiscordServer]:
    with DiscordServer(sample_world()) as server:
        yield server


@pytest.fixture
def snapshots(
    build: Build, here: str, discord: DiscordServer, database_url: str, tmp_path: Path
) -> Iterator[list[Sandbox]]:
    """Two environments whose memory is alike, where Lambda takes the snapshot."""
    warming = tmp_path / "warming.json"
    with JobQueueServer() as queue, ExitStack() as running:
        warming.write_text(json.dumps(list(_events().values())))
        variables = {
            "DISCORD_PUBLIC_KEY": signed.PUBLIC_KEY,
            "DISCORD_APPLICATION_ID": files.APPLICATION_ID,
            "BOT_TOKEN": discord.world.application.bot_token,
            "DISCORD_CLIENT_SECRET": discord.world.application.client_secret,
            "DATABASE_URL": database_url,
            "DISCORD_API_URL": discord.api_url,
            "PYTHONPATH": str(WARMED),
            "WARMING_EVENTS": str(warming),
            **queue.variables,
        }
        yield [
            running.enter_context(
                Sandbox(build("interactions", here), "warmed.handler", variables, snapstart=True)
            )
            for _ in range(2)
        ]


def _checks(answer: Any) -> Any:
    return json.loads(answer["body"])["checks"]


def test_a_snapshot_holds_no_connection(snapshots: list[Sandbox]) -> None:
    for sandbox in snapshots:
        # The one through which the restore is awaited.
        assert sandbox.peers() == [sandbox.port]
        sandbox.restore()
        status, _, sync, ready = sandbox.invoke({"tell": True}).document
        assert "/sync" in json.loads(status["body"])["data"]["content"]
        assert json.loads(sync["body"])["type"] == 5
        assert _checks(ready)["database"] == "ok"


def test_restored_environments_share_no_random_numbers(snapshots: list[Sandbox]) -> None:
    for sandbox in snapshots:
        sandbox.restore()
    drawn = [sandbox.invoke({"draw": True}).document for sandbox in snapshots]
    assert drawn[0] != drawn[1]


def test_restored_environments_do_their_work_on_connections_of_their_own(
    snapshots: list[Sandbox],
) -> None:
    for sandbox in snapshots:
        sandbox.restore()
    for sandbox in snapshots:
        for name, event in _events().items():
            answer = sandbox.invoke(event).document
            before = sandbox.invoke({"tell": True}).document[list(_events()).index(name)]
            assert answer["statusCode"] == before["statusCode"], name
        assert len(sandbox.peers()) > 1


def test_an_answer_kept_for_some_seconds_is_not_kept_over_a_snapshot(
    snapshots: list[Sandbox], database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO job_runs (job, last_started_at, last_succeeded_at)"
            " VALUES ('sync', now(), now())"
        )
    sandbox = snapshots[0]
    sandbox.restore()
    before = sandbox.invoke({"tell": True}).document[-1]
    assert _checks(before)["sync"] == "never"
    assert _checks(sandbox.invoke(signed.get("/ready")).document)["sync"] == "ok"


def test_each_restored_environment_says_that_it_starts(snapshots: list[Sandbox]) -> None:
    (sandbox, _) = snapshots
    sandbox.restore()
    sandbox.invoke({"draw": True})
    sandbox.close()
    assert sandbox.logs.count('"message":"Bot starting..."') == 2
