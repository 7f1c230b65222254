"""The jobs function: what it does with messages of every kind."""

import io
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clipsaver.emulator.snowflakes import snowflake_at
from clipsaver.local import errors as local_errors
from clipsaver.local.lambda_environment import LambdaEnvironment
from tests import figures
from tests.functional.commands.stage import EDIT, Stage, record

LIST_CHANNELS = "GET /guilds/{guild_id}/channels"
TOKEN = "aW50ZXJhY3Rpb246b2YgdGhlIHRlc3Q"
DONE: dict[str, Any] = {"batchItemFailures": []}


def message(name: str, body: object) -> dict[str, Any]:
    return {"messageId": name, "body": body if isinstance(body, str) else json.dumps(body)}


def failed(*names: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": name} for name in names]}


def job(stage: Stage, **changes: Any) -> dict[str, Any]:
    """A job that nobody waits for."""
    return {"kind": "sync_guild", "guild_id": str(stage.arcade.id)} | changes


def ticket(made_at: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "interaction_id": str(snowflake_at(made_at)),
        "token": TOKEN,
        "locale": "en-US",
        "user_id": "1",
    } | changes


def test_a_job_that_nobody_waits_for_is_done_without_an_answer(bare_stage: Stage) -> None:
    batch = {"Records": [message("install", job(bare_stage))]}
    assert bare_stage.jobs.invoke(batch) == DONE
    assert bare_stage.rows.count("bot_guilds") == 1
    assert bare_stage.discord.requests.count(EDIT) == 0
    assert bare_stage.rows.count("processed_interactions") == 0


def test_such_a_job_is_retried_when_it_fails(
    bare_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.shared.discord.transport._FIRST_BACKOFF_SECONDS", 0.0)
    batch = {"Records": [message("install", job(bare_stage))]}
    fault = bare_stage.discord.faults.add("GET /users/@me", status=500)
    assert bare_stage.jobs.invoke(batch) == failed("install")
    bare_stage.discord.faults.remove(fault)
    assert bare_stage.jobs.invoke(batch) == DONE


def test_a_ticket_is_dropped_when_discord_would_take_no_edit_any_more(
    stage: Stage, log: io.StringIO
) -> None:
    stage.forget_sync()
    stage.discord.requests.clear()
    now = datetime.now(UTC)
    old = job(stage, ticket=ticket(now - timedelta(minutes=14, seconds=31)))
    assert stage.jobs.invoke({"Records": [message("old", old)]}) == DONE
    assert len(stage.discord.requests) == 0
    assert "Dropped a job that nobody waits for any more" in log.getvalue()
    fresh = job(stage, ticket=ticket(now - timedelta(minutes=14, seconds=25)))
    assert stage.jobs.invoke({"Records": [message("fresh", fresh)]}) == DONE
    assert stage.discord.requests.count(LIST_CHANNELS) == 1


def test_a_deferral_that_discord_does_not_know_yet_is_waited_for(stage: Stage) -> None:
    stage.forget_sync()
    unknown = {"message": "Unknown Webhook", "code": 10015}
    stage.discord.faults.add(EDIT, status=404, body=unknown, times=2)
    used = stage.command("sync")
    assert stage.work() == 0
    assert used.text == "✅ Synced. Channels: no changes."
    assert stage.discord.requests.count(EDIT) == 3


def test_an_answer_that_cannot_be_given_does_not_repeat_the_work(
    stage: Stage, log: io.StringIO
) -> None:
    stage.forget_sync()
    refused = {"message": "Invalid Webhook Token", "code": 50027}
    stage.discord.faults.add(EDIT, status=401, body=refused)
    used = stage.command("sync")
    assert stage.work() == 0
    assert used.is_waiting
    assert "The reply could not be edited" in log.getvalue()
    assert "Invalid bot token" not in log.getvalue()


def test_messages_that_are_no_jobs_fail_and_the_others_are_done(
    bare_stage: Stage, log: io.StringIO
) -> None:
    now = datetime.now(UTC)
    good = job(bare_stage)
    bad: tuple[object, ...] = (
        "", "no JSON", "[" * 10_000, "null", "[]", "1", {}, {"kind": "sync_guild"},
        good | {"kind": "wipe"}, good | {"kind": ["sync_guild"]}, good | {"kind": None},
        good | {"guild_id": "x"}, good | {"guild_id": None}, good | {"guild_id": 1e999},
        good | {"guild_id": str(1 << 63)}, good | {"guild_id": "-1"},
        good | {"guild_id": "9" * 5_000},
        good | {"ticket": "x"}, good | {"ticket": []}, good | {"ticket": {}},
        good | {"ticket": ticket(now, interaction_id="9" * 40)},
        good | {"ticket": ticket(now, user_id=None)},
        good | {"ticket": {"token": TOKEN}},
    )  # fmt: skip
    names = [f"bad {number}" for number in range(len(bad))]
    batch = [message(name, body) for name, body in zip(names, bad, strict=True)]
    result = bare_stage.jobs.invoke({"Records": [message("good", good), *batch]})
    assert result == failed(*names)
    assert bare_stage.rows.count("bot_guilds") == 1
    assert TOKEN not in log.getvalue()
    assert "this release knows no job 'wipe'" in log.getvalue()


def test_a_bug_fails_its_own_message_only_and_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    stage.forget_sync()
    stage.forget_sync(stage.basement)
    real = "functions.jobs.sync_guild.TargetedRun.run"

    async def broken(run: Any) -> None:
        raise ZeroDivisionError(f"a bug in {run.request.guild_ids}")

    used = stage.command("sync")
    (first,) = stage.messages()
    unticketed = message("install", job(stage, guild_id=str(stage.basement.id)))
    with monkeypatch.context() as patched:
        patched.setattr(real, broken)
        result = stage.jobs.invoke({"Records": [record(first), unticketed]})
    assert result == failed("install")
    assert used.text == (
        "The sync did not work: Something went wrong on my side. It has been logged."
    )
    assert "ZeroDivisionError: a bug" in log.getvalue()
    # The one traceback that is meant to be here.
    log.truncate(0)


def test_a_batch_that_runs_out_of_time_leaves_the_rest_to_the_queue(stage: Stage) -> None:
    stage.forget_sync()
    stage.discord.requests.clear()
    stage.jobs._timeout_seconds = 3.5
    used = stage.command("sync")
    assert stage.work() == 1
    assert used.is_waiting
    assert len(stage.discord.requests) == 0
    stage.jobs._timeout_seconds = 60
    assert stage.work() == 0
    assert "Synced" in used.text


def test_a_discord_that_hangs_until_the_time_is_up_is_told_while_there_is_time(
    stage: Stage,
) -> None:
    stage.forget_sync()
    stage.jobs._timeout_seconds = 4.5
    stage.discord.faults.add(LIST_CHANNELS, delay=10)
    used = stage.command("sync")
    started = time.monotonic()
    assert stage.work() == 0
    assert time.monotonic() - started < 4
    assert used.text.startswith("The sync did not work: ")


@pytest.mark.parametrize("event", [{}, {"Records": None}, {"Records": {}}, {"guild_ids": ["1"]}])
def test_an_event_that_is_no_batch_fails_with_a_clear_error(
    bare_stage: Stage, event: dict[str, Any]
) -> None:
    with pytest.raises(local_errors.FunctionFailed, match="takes SQS batches"):
        bare_stage.jobs.invoke(event)


def test_an_empty_batch_is_nothing_to_do(bare_stage: Stage) -> None:
    assert bare_stage.jobs.invoke({"Records": []}) == DONE
    assert bare_stage.rows.connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'clip-saver jobs'"
    ).fetchone() == (0,)


def test_jobs_are_counted_by_what_became_of_them(
    bare_stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("functions.shared.discord.transport._FIRST_BACKOFF_SECONDS", 0.0)
    bare_stage.variables["AWS_LAMBDA_FUNCTION_NAME"] = "jobs"
    late = job(bare_stage, ticket=ticket(datetime.now(UTC) - timedelta(minutes=20)))
    with LambdaEnvironment("jobs", bare_stage.variables, timeout_seconds=60) as environment:
        environment.invoke({"Records": [message("good", job(bare_stage)), message("late", late)]})
        bare_stage.discord.faults.add("GET /users/@me", status=500)
        environment.invoke({"Records": [message("bad", job(bare_stage))]})
    found = figures.read(capsys.readouterr().out)
    outcomes = {name[1]: values for name, values in found.items() if name[0] == "Jobs"}
    assert outcomes == {"done": [1], "too_old": [1], "failed": [1]}
