"""One full run at a time, ended in time, and none that goes on writing when it no longer may."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from clipsaver.local.errors import FunctionFailed
from functions.shared import lease, parallel
from functions.shared.db import guild_settings
from functions.shared.discord import transport
from functions.shared.snowflakes import GuildId
from functions.sync import sync
from tests.functional.sync.stage import CHANNELS, GUILDS, Stage
from tests.patience import wait_until


@contextmanager
def slow_run(stage: Stage, **how: Any) -> Iterator[Future[Any]]:
    """A full run that waits for Discord's list of Arcade's channels meanwhile."""
    stage.discord.faults.add(CHANNELS, guild=stage.arcade, times=1, delay=0.6, **how)
    begun = stage.discord.requests
    begun.clear()
    environment = stage.cold_environment()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(environment.invoke, {})
        wait_until(lambda: begun.count(GUILDS) == 1 and begun.count(CHANNELS) >= 1)
        yield running


def note_reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The guilds whose stored rows have been read, from now on."""
    read: list[int] = []
    select = guild_settings.select_settings

    async def select_and_note(transaction: Any, guild_id: GuildId) -> Any:
        selected = await select(transaction, guild_id)
        read.append(guild_id)
        return selected

    monkeypatch.setattr(guild_settings, "select_settings", select_and_note)
    return read


def end_the_lease(stage: Stage) -> None:
    """As ten seconds without renewal would."""
    stage.execute("UPDATE leases SET expires_at = now() - interval '1 second'")


def test_a_second_full_run_leaves_the_work_to_the_first(stage: Stage) -> None:
    with slow_run(stage) as first:
        second = stage.sync()
        assert second["complete"] is False
        assert "Another sync is running" in second["skipped"]
        assert second["requests"] == 0
        assert first.result()["complete"]
    assert stage.states()["clips"] == "visible"
    assert stage.rows("SELECT 1 FROM leases") == []


def test_the_lease_is_given_back_after_a_failed_run_as_well(stage: Stage) -> None:
    stage.discord.faults.add(GUILDS, status=500)
    with pytest.raises(FunctionFailed):
        stage.sync()
    assert stage.rows("SELECT 1 FROM leases") == []


def test_the_lease_of_a_killed_run_is_waited_for_and_then_taken_over(stage: Stage) -> None:
    stage.execute("INSERT INTO leases VALUES ('sync', gen_random_uuid(), now() + interval '10 s')")
    assert "skipped" in stage.sync()
    end_the_lease(stage)
    assert stage.sync()["complete"]


def test_the_lease_lasts_ten_seconds(stage: Stage) -> None:
    with slow_run(stage):
        left = stage.value("SELECT extract(epoch FROM expires_at - now())::float8 FROM leases")
    assert 8 < left <= 10


def test_a_run_that_waits_for_discord_goes_on_renewing_its_lease(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "_RENEW_SECONDS", 0.05)
    with slow_run(stage):
        # Basement's rows, once written, may account for one renewal, but not for two.
        for _ in range(2):
            stage.execute("UPDATE leases SET expires_at = now() + interval '1 second'")
            wait_until(
                lambda: stage.value("SELECT expires_at > now() + interval '5 s' FROM leases")
            )


def test_a_run_that_lost_its_lease_writes_nothing_more(stage: Stage) -> None:
    stage.sync()
    stage.clips.name = "renamed"
    with slow_run(stage) as first:
        stage.execute("UPDATE leases SET holder = gen_random_uuid()")
        successes = stage.rows("SELECT last_succeeded_at FROM job_runs")
        with pytest.raises(FunctionFailed) as failure:
            first.result()
    assert failure.value.error_type == "LeaseLost"
    assert "renamed" not in stage.states()
    assert stage.rows("SELECT last_succeeded_at FROM job_runs") == successes
    assert stage.value("SELECT count(*) FROM leases") == 1  # the other one's


def test_a_run_that_lost_its_lease_does_not_call_itself_a_success(stage: Stage) -> None:
    with slow_run(stage, status=400) as first:
        wait_until(lambda: stage.states(stage.basement) != {})
        stage.execute("UPDATE leases SET holder = gen_random_uuid()")
        with pytest.raises(FunctionFailed) as failure:
            first.result()
    assert failure.value.error_type == "LeaseLost"
    assert stage.rows("SELECT last_succeeded_at FROM job_runs") == [(None,)]


def test_what_people_set_while_a_run_is_under_way_is_kept(stage: Stage) -> None:
    stage.sync()
    stage.clips.name = "renamed"
    with slow_run(stage) as first:
        stage.execute("UPDATE bot_channels SET is_reading = false WHERE name = 'clips'")
        assert first.result()["channels"]["updated"] == 1
    assert stage.rows("SELECT is_reading FROM bot_channels WHERE name = 'renamed'") == [(False,)]


def test_a_guild_that_somebody_else_writes_is_left_to_them_by_a_full_run(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.sync()
    stage.clips.name = "renamed"
    read = note_reads(monkeypatch)
    with slow_run(stage) as first:
        wait_until(lambda: stage.arcade.id in read)
        stage.sync({"guild_ids": [str(stage.arcade.id)]})
        versions = stage.guild_rows(stage.arcade)
        summary = first.result()
    assert (summary["complete"], summary["guilds"]["failed"]) == (True, 0)
    assert stage.guild_rows(stage.arcade) == versions
    assert f"Guild {stage.arcade.id} is being synced by another run" in caplog.messages


def test_a_run_ends_before_its_time_is_up_and_the_next_one_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        stage.add_guild(f"guild-{number}")
    monkeypatch.setattr(parallel, "_WORKERS", 2)
    stage.discord.latency.between = (0.1, 0.1)
    synced: list[int] = []
    for _ in range(20):
        before = len(synced)
        summary = stage.cold_environment(seconds=8.6).invoke({})
        synced = stage.value("SELECT array_agg(guild_id ORDER BY guild_id) FROM bot_guilds")
        assert summary["guilds"]["failed"] == 0
        assert len(synced) == before + summary["guilds"]["added"]
        if summary["complete"]:
            break
        assert stage.rows("SELECT last_succeeded_at FROM job_runs") == [(None,)]
    assert summary["complete"]
    assert before > 0
    assert synced == sorted(stage.world.guilds)
    assert stage.value("SELECT last_succeeded_at FROM job_runs") is not None


def test_a_guild_that_the_end_of_the_time_surprises_is_left_to_the_next_run(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.sync()
    stage.clips.name = "renamed"
    slow = stage.discord.faults.add(CHANNELS, guild=stage.arcade, delay=1.6)
    monkeypatch.setattr(sync, "_LAST_GUILD_SECONDS", 1.0)
    monkeypatch.setattr(sync, "_ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(transport, "_TIMEOUT", httpx.Timeout(5.0))
    summary = stage.cold_environment(seconds=2).invoke({})
    assert (summary["complete"], summary["guilds"]["failed"]) == (False, 0)
    assert f"Guild {stage.arcade.id} is left to the next run" in caplog.text
    stage.discord.faults.remove(slow)
    stage.sync()
    assert "renamed" in stage.states()


def test_a_run_is_noted_when_it_begins_and_when_it_succeeds(stage: Stage) -> None:
    summary = stage.sync()
    ((job, started, succeeded, noted),) = stage.rows("SELECT * FROM job_runs")
    assert job == "sync"
    assert started <= succeeded
    assert noted == summary


def test_a_run_that_fails_is_noted_as_begun_only(stage: Stage) -> None:
    stage.discord.faults.add(CHANNELS, status=500)
    summary = stage.sync()
    assert summary["guilds"]["failed"] == summary["guilds"]["seen"] == 2
    assert stage.rows("SELECT last_succeeded_at, summary FROM job_runs") == [(None, None)]
