"""A backup from the middle of a guild's first scan: restored, the scan goes on to its end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clipsaver.local.sqs import JobQueueServer
from tests.functional.scan.stage import MESSAGES, SEARCH, Stage
from tests.functional.scan.test_search import post_old
from tests.integration.recovery import stage as recovery

Stop = Callable[[Stage], None]


@pytest.fixture(autouse=True)
def queue(stage: Stage) -> Iterator[JobQueueServer]:
    with JobQueueServer() as server:
        stage.variables |= server.variables
        yield server


def _before_the_search(stage: Stage) -> None:
    stage.sync()


def _in_the_search(stage: Stage) -> None:
    stage.sync()
    stage.discord.faults.add(MESSAGES, status=500)
    stage.interfere("BEFORE UPDATE ON guild_scans", "RETURN NULL;", when="NEW.results_seen > 25")
    stage.turn()
    stage.stop_interfering()
    scan = stage.latest_scan()
    assert (scan["status"], scan["searching_for"], scan["result_offset"]) == (
        "running",
        "video",
        25,
    )


def _in_history(stage: Stage) -> None:
    stage.sync()
    stage.discord.faults.add(MESSAGES, status=500)
    stage.turn()
    assert stage.latest_scan()["searching_for"] == "history"


def _without_search(stage: Stage) -> None:
    stage.sync()
    stage.discord.faults.add(MESSAGES, status=500)
    stage.discord.faults.add(SEARCH, status=500)
    stage.turn()
    assert stage.latest_scan()["status"] == "queued"


def _waiting(queue: JobQueueServer) -> int:
    found = queue.client.get_queue_attributes(
        QueueUrl=queue.scan_url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


@pytest.mark.parametrize("stop", [_before_the_search, _in_the_search, _in_history, _without_search])
def test_the_scan_goes_on_to_its_end(
    stage: Stage, queue: JobQueueServer, tmp_path: Path, stop: Stop
) -> None:
    post_old(stage, 60)
    stop(stage)
    taken = recovery.take(stage.database_url, tmp_path / "backups")
    report = recovery.restore(stage.database_url, taken.folder, replace=True)
    stage.execute(f"DROP SCHEMA {report.aside[0]} CASCADE")
    stage.discord.faults.clear()
    waiting = _waiting(queue)
    stage.sync()
    assert _waiting(queue) == waiting + 2
    # Refused channels are left alone for an hour; whoever waits for that sees the end.
    stage.execute("UPDATE bot_channel_scan_runs SET finished_at = now() - interval '2 hours'")
    stage.turn()
    scan = stage.latest_scan()
    assert (scan["status"], scan["results_seen"]) == ("succeeded", 60)
    assert len(stage.names()) == 60
    assert stage.covered(stage.clips) == [(0, stage.clips.last_message_id)]
