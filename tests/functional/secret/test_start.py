"""A start with the secret alone: it has all that a function needs, or what is missing is told."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clipsaver.local import errors as local_errors
from tests.events import files, signed
from tests.functional.interactions.function import Function
from tests.functional.secret.conftest import Start
from tests.functional.secret.stage import Stage

ROOT = Path(__file__).parents[3]
PONG = {"type": 1}
PING_AND_HEALTH = """
import json, sys
from functions.interactions.handler import handler

class Context:
    aws_request_id = "cold-start"

answers = [handler(event, Context())["statusCode"] for event in json.load(sys.stdin)]
print(json.dumps([answers, sorted(sys.modules)]), file=sys.stderr)
"""


def job(stage: Stage) -> dict[str, Any]:
    """A batch of one sync that nobody waits for."""
    guild = next(iter(stage.discord.world.guilds))
    body = json.dumps({"kind": "sync_guild", "guild_id": str(guild)})
    return {"Records": [{"messageId": "one", "body": body}]}


def test_the_sync_needs_the_secret_alone(stage: Stage, start: Start, reads: list[str]) -> None:
    assert start("sync").invoke({})["complete"]
    assert stage.rows("SELECT count(*) FROM bot_guilds") == [(2,)]
    assert reads == [stage.arn]


def test_the_purge_needs_the_secret_alone(stage: Stage, start: Start, reads: list[str]) -> None:
    assert start("purge").invoke({})["complete"]
    assert reads == [stage.arn]


def test_the_jobs_need_the_secret_alone(stage: Stage, start: Start, reads: list[str]) -> None:
    assert start("jobs").invoke(job(stage)) == {"batchItemFailures": []}
    assert stage.rows("SELECT count(*) FROM bot_guilds") == [(1,)]
    assert reads == [stage.arn]


def test_the_api_needs_the_secret_alone(stage: Stage, reads: list[str]) -> None:
    with Function(stage.variables) as function:
        assert function.send("ping").document == PONG
        assert reads == [stage.arn]
        assert "/sync" in function.send("command").sentence
        assert function.get("/ready").status == 200
    assert reads == [stage.arn]


def test_the_api_reads_it_only_when_a_command_needs_it(
    stage: Stage, interactions: Function, reads: list[str]
) -> None:
    assert interactions.send("ping").document == PONG
    assert interactions.get("/health").status == 200
    assert interactions.get("/").status == 200
    assert reads == []
    assert "/sync" in interactions.send("command").sentence
    assert "/sync" in interactions.send("command").sentence
    assert reads == [stage.arn]


def test_ready_reads_it_too(stage: Stage, interactions: Function, reads: list[str]) -> None:
    answer = interactions.get("/ready")
    assert answer.status == 200
    assert {answer.document["checks"][name] for name in ("variables", "bot_token", "database")} == {
        "ok"
    }
    assert reads == [stage.arn]


def test_a_ping_with_a_secret_loads_nothing_of_aws(stage: Stage) -> None:
    variables = stage.variables | {
        "DISCORD_PUBLIC_KEY": signed.PUBLIC_KEY,
        "DISCORD_APPLICATION_ID": files.APPLICATION_ID,
        "PYTHONPATH": str(ROOT),
    }
    events = [signed.document(files.interaction("ping")), signed.get("/health")]
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", PING_AND_HEALTH],
        input=json.dumps(events),
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    statuses, modules = json.loads(result.stderr)
    assert statuses == [200, 200]
    assert not {"botocore.client", "botocore.session", "psycopg", "httpx"} & set(modules)


@pytest.mark.parametrize(
    ("function", "required"),
    [
        ("sync", {"BOT_TOKEN", "DATABASE_URL"}),
        ("jobs", {"BOT_TOKEN", "DATABASE_URL", "DISCORD_APPLICATION_ID"}),
        ("purge", {"DATABASE_URL"}),
        ("interactions", {"DISCORD_PUBLIC_KEY", "DISCORD_APPLICATION_ID"}),
    ],
)
def test_what_the_secret_lacks_is_named_at_start(
    stage: Stage, start: Start, function: str, required: set[str]
) -> None:
    stage.spoil("{}")
    with pytest.raises(local_errors.FunctionFailed) as failed:
        start(function).invoke({})
    told = str(failed.value.__cause__)
    for name in stage.content:
        assert (f"{name} is not set, nor in the secret" in told) == (name in required), name


@pytest.mark.parametrize("function", ["sync", "jobs", "purge", "interactions"])
def test_a_secret_that_does_not_exist_stops_who_needs_it_at_start(
    stage: Stage, start: Start, function: str
) -> None:
    absent = stage.arn.replace(":secret:clips", ":secret:absent")
    with pytest.raises(local_errors.FunctionFailed, match="is SECRET_ARN right") as failed:
        start(function, SECRET_ARN=absent).invoke({})
    assert absent in str(failed.value.__cause__)


def test_the_environment_wins_over_the_secret(stage: Stage, start: Start) -> None:
    stage.store(BOT_TOKEN="somebody-elses-token")
    token = stage.discord.world.application.bot_token
    assert start("sync", BOT_TOKEN=token).invoke({})["complete"]


def test_an_unknown_key_is_told_and_harms_nobody(
    stage: Stage, start: Start, log: io.StringIO
) -> None:
    stage.store(BOT_TOKE="s0mething")
    assert start("sync").invoke({})["complete"]
    assert "unknown key BOT_TOKE is ignored; did you mean BOT_TOKEN?" in log.getvalue()
    assert "s0mething" not in log.getvalue()
