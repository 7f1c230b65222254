"""A database that loses its connections, its nerve, or itself, in the middle of a run."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from clipsaver.local.errors import FunctionFailed
from clipsaver.local.postgres import Postgres
from tests.functional.sync.stage import CHANNELS, Stage
from tests.patience import wait_until

KILL_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = 'clip-saver sync' AND datname = current_database()"
)


@pytest.fixture
def changed(stage: Stage) -> Stage:
    """A synced stage on which something has changed in both guilds since."""
    stage.sync()
    stage.clips.name = "clips, renamed"
    next(iter(stage.basement.channels.values())).name = "general, renamed"
    return stage


@contextmanager
def waiting_run(stage: Stage) -> Iterator[Future[Any]]:
    """A run that waits for Discord's list of Arcade's channels, having synced Basement."""
    stage.discord.faults.add(CHANNELS, guild=stage.arcade, times=1, delay=0.7)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(stage.sync)
        wait_until(lambda: "general, renamed" in stage.states(stage.basement))
        yield running


def when_writing_arcades_channels(stage: Stage, action: str) -> None:
    """Have PostgreSQL do this whenever a channel of Arcade is written."""
    stage.interfere(
        "BEFORE INSERT OR UPDATE ON bot_channels",
        action,
        when=f"NEW.guild_id = {stage.arcade.id}",
    )


def assert_up_to_date(stage: Stage, summary: dict[str, Any]) -> None:
    assert (summary["complete"], summary["guilds"]["failed"]) == (True, 0)
    assert stage.states() == dict.fromkeys(
        ("clips, renamed", "screenshots", "Lobby", "Clip of the week"), "visible"
    )
    assert stage.states(stage.basement) == {"general, renamed": "visible"}


@pytest.mark.session
def test_a_connection_that_died_between_two_runs_is_replaced(
    changed: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    changed.execute(KILL_OTHERS)
    assert_up_to_date(changed, changed.sync())
    assert caplog.messages.count("Connection lost") == 1


@pytest.mark.session
def test_a_connection_that_dies_in_the_middle_of_a_run_is_replaced(
    changed: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with waiting_run(changed) as running:
        changed.execute(KILL_OTHERS)
        assert_up_to_date(changed, running.result())
    assert "Connection lost" in caplog.messages


def test_a_transaction_whose_connection_dies_is_repeated(
    changed: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    kill = "PERFORM pg_terminate_backend(pg_backend_pid());"
    once = f"IF nextval('interference.attempts') = 1 THEN {kill} END IF;"
    when_writing_arcades_channels(changed, once)
    assert_up_to_date(changed, changed.sync())
    assert any(line.startswith("A transaction is repeated") for line in caplog.messages)


def test_a_transaction_whose_connection_dies_again_ends_the_run_and_loses_nothing(
    changed: Stage,
) -> None:
    when_writing_arcades_channels(changed, "PERFORM pg_terminate_backend(pg_backend_pid());")
    before = changed.guild_rows(changed.arcade)
    with pytest.raises(FunctionFailed) as failure:
        changed.sync()
    assert failure.value.error_type == "DatabaseUnavailable"
    assert changed.guild_rows(changed.arcade) == before
    changed.stop_interfering()
    assert_up_to_date(changed, changed.sync())


@pytest.mark.session
def test_a_database_that_is_down_fails_the_run_and_the_next_one_catches_up(
    changed: Stage, postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    postgres.stop()
    try:
        with pytest.raises(FunctionFailed) as failure:
            changed.sync()
    finally:
        postgres.start()
    assert failure.value.error_type == "DatabaseUnavailable"
    failed = next(
        record for record in caplog.records if record.message == "Database connection failed"
    )
    assert failed.levelname == "CRITICAL"
    assert_up_to_date(changed, changed.sync())


@pytest.mark.session
def test_a_database_that_restarts_in_the_middle_of_a_run_does_not_end_it(
    changed: Stage, postgres: Postgres
) -> None:
    with waiting_run(changed) as running:
        postgres.stop()
        postgres.start()
        assert_up_to_date(changed, running.result())


@pytest.mark.session
def test_a_database_that_goes_away_in_the_middle_of_a_run_loses_nothing(
    changed: Stage, postgres: Postgres
) -> None:
    with waiting_run(changed) as running:
        postgres.stop()
        try:
            with pytest.raises(FunctionFailed) as failure:
                running.result()
        finally:
            postgres.start()
    assert failure.value.error_type == "DatabaseUnavailable"
    assert "clips" in changed.states()
    assert "general, renamed" in changed.states(changed.basement)
    # The run could not give its lease back, and ten seconds are long for a test.
    changed.execute("UPDATE leases SET expires_at = now() - interval '1 second'")
    assert_up_to_date(changed, changed.sync())


def test_a_statement_that_fails_for_one_guild_fails_that_guild_alone(
    changed: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    when_writing_arcades_channels(changed, "RAISE EXCEPTION 'not today';")
    before = changed.guild_rows(changed.arcade)
    summary = changed.sync()
    assert (summary["complete"], summary["guilds"]["failed"]) == (True, 1)
    assert changed.guild_rows(changed.arcade) == before
    assert changed.states(changed.basement) == {"general, renamed": "visible"}
    reports = [line for line in caplog.messages if "not today" in line]
    assert [line.partition(": ")[0] for line in reports] == [
        f"Failed to sync guild {changed.arcade.id}"
    ]
    changed.stop_interfering()
    assert_up_to_date(changed, changed.sync())
