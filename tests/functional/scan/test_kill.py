"""A scan that is killed at any moment loses nothing and counts nothing twice."""

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from queue import Queue
from typing import Any

import psycopg
import pytest

from clipsaver.emulator import messages
from clipsaver.local.postgres import Postgres
from tests.functional.killing import Runner, expire_leases
from tests.functional.scan.stage import Stage

POINTS = 24
RUNNERS = 2
"""A run waits for the database half of its time, which another one can use."""

STORED = {
    "clips": "SELECT channel_id, message_id, attachment_id, filename FROM clips ORDER BY 1, 2, 3",
    "coverage": "SELECT * FROM scan_coverage ORDER BY channel_id, first_message_id",
    "runs": "SELECT channel_id, kind, status::text, sum(messages_scanned), sum(messages_matched)"
    " FROM bot_channel_scan_runs GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "channels": "SELECT channel_id, name, state, message_count FROM bot_channels ORDER BY 1",
    "scans": "SELECT status::text, searching_for, total_results, results_seen, clips_saved"
    " FROM guild_scans",
}


@pytest.fixture
def runners(stage: Stage) -> Iterator[Queue[Runner]]:
    """Whoever takes one gives it back."""
    every = [Runner("scan", stage.discord) for _ in range(RUNNERS)]
    free: Queue[Runner] = Queue()
    for runner in every:
        free.put(runner)
    yield free
    for runner in every:
        runner.close()


def populate(stage: Stage) -> None:
    """History of three channels and of archived threads, and a little that is new."""
    chance, now = random.Random(5), stage.world.now()
    begun = now - timedelta(days=300)
    channels = [stage.clips, stage.screenshots, stage.arcade.add_channel("highlights")]
    for number in range(900):
        files = [messages.video(f"{number}.mp4")] if chance.random() < 0.2 else []
        at = begun + timedelta(minutes=number)
        chance.choice(channels).post(stage.owner, f"{number}", files, at=at)
    for number in range(8):
        at = begun + timedelta(days=number)
        thread = stage.clips.add_thread(f"thread {number}", archived=True, at=at)
        stage.video(thread, f"thread-{number}.mp4", at=at)
    for number in range(150):
        stage.video(channels[number % 3], f"new-{number}.mp4")


def sync(stage: Stage, database_url: str) -> None:
    """Sync, and leave no connection to the database behind: it is to be copied."""
    runner = Runner("sync", stage.discord)
    assert runner.run(database_url, {})["result"]["complete"]
    runner.close()


def stored(database_url: str) -> dict[str, list[tuple[Any, ...]]]:
    """What a scan leaves, instants and requests aside."""
    with psycopg.connect(database_url) as connection:
        return {name: connection.execute(sql.encode()).fetchall() for name, sql in STORED.items()}


@contextmanager
def copied(postgres: Postgres, original: str, name: str) -> Iterator[str]:
    """The URL of a copy of a database, which must be at rest."""
    copy = f"{original}_{name}"
    postgres.create_database(copy, template=original)
    yield postgres.url(copy)
    postgres.drop_database(copy)


def test_a_scan_killed_at_any_moment_is_finished_by_the_next_turns(
    stage: Stage, runners: Queue[Runner], postgres: Postgres, database_url: str
) -> None:
    populate(stage)
    sync(stage, database_url)
    body = json.dumps({"kind": "scan", "guild_id": str(stage.arcade.id)})
    event = {"Records": [{"messageId": "1", "body": body}]}
    original = database_url.rpartition("/")[2]

    def finish(runner: Runner, url: str) -> float:
        """Give the guild turns until all is done; the seconds of the first one."""
        first = 0.0
        for _ in range(4):
            expire_leases(url)
            seconds = runner.run(url, event)["seconds"]
            first = first or seconds
            with psycopg.connect(url) as connection:
                found = connection.execute("SELECT status FROM guild_scans").fetchall()
            if found == [("succeeded",)]:
                return first
        raise AssertionError(found)

    runner = runners.get()
    with copied(postgres, original, "undisturbed") as url:
        finish(runner, url)
        expected = stored(url)
    with copied(postgres, original, "undisturbed_again") as url:
        seconds = finish(runner, url)
        assert stored(url) == expected
    runners.put(runner)
    assert len(expected["clips"]) > 300

    # A moment that fails is named by its share; the same shares come with each run of the test.
    chance = random.Random(7)
    shares = [chance.random() for _ in range(POINTS)]

    def kill(point: int) -> bool:
        runner = runners.get()
        try:
            with copied(postgres, original, str(point)) as url:
                moment = seconds * shares[point]
                was_killed = runner.run(url, event, kill_after=moment)["result"] is None
                finish(runner, url)
                assert stored(url) == expected, f"killed after {shares[point]:.3f} of a run"
            return was_killed
        finally:
            runners.put(runner)

    with ThreadPoolExecutor(RUNNERS) as pool:
        killed = list(pool.map(kill, range(POINTS)))
    # Runs differ in length, and the last moments may be later than the end of theirs.
    assert sum(killed) >= 2 * POINTS / 3
