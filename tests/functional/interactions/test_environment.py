"""Cold starts and warm environments, as Lambda has them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clipsaver.local import errors
from functions.shared import release, settings
from tests.events import files, signed
from tests.functional.interactions.conftest import NewFunction
from tests.functional.interactions.database import HERE, Database
from tests.functional.interactions.function import Function

ROOT = Path(__file__).parents[3]
PONG = {"type": 1}
COLD_START_AND_PING = """
import json, sys
from functions.interactions.handler import handler

class Context:
    aws_request_id = "cold-start"

print(json.dumps(handler(json.load(sys.stdin), Context())), file=sys.stderr)
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


@pytest.fixture
def database(lasting_database: Database) -> Database:
    return lasting_database


def test_many_requests_of_all_kinds_are_answered_in_one_environment(
    function: Function, database: Database
) -> None:
    for number in range(30):
        as_base64 = bool(number % 2)
        ping = signed.document(files.interaction("ping"), as_base64=as_base64)
        assert function.invoke(ping).document == PONG
        status = signed.document(files.interaction("command"), as_base64=as_base64)
        assert "Arcade" in function.invoke(status).message["embeds"][0]["title"]
        assert function.get("/health").document == {"status": "ok"}
        assert function.get("/ready").status == 200
    assert database.connections() == 1


def test_a_connection_dropped_between_two_commands_is_replaced(
    function: Function, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        assert "embeds" in function.send("command").message
        assert database.drop_connections() == 1
    assert "embeds" in function.send("command").message
    assert capsys.readouterr().out.count("ERROR discord_clip_saver.db - Connection lost") == 3


def test_a_cold_start_is_logged_once_with_release_schema_and_settings_path(
    new_function: NewFunction, capsys: pytest.CaptureFixture[str]
) -> None:
    function = new_function(
        AWS_LAMBDA_FUNCTION_NAME="interactions", LOG_LEVEL="INFO", MONITORING="off"
    )
    function.send("ping")
    function.send("ping")
    function.get("/health")
    (started,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert started["message"] == "Bot starting..."
    assert started["level"] == "INFO"
    assert started["service"] == "discord_clip_saver"
    assert started["release"] == release.RELEASE
    assert started["schema"] == release.SCHEMA
    assert started["settings_path"] == str(settings.DEFAULT_SETTINGS_PATH)


def test_a_log_line_of_a_command_names_the_request_the_interaction_and_the_guild(
    new_function: NewFunction, capsys: pytest.CaptureFixture[str]
) -> None:
    function = new_function(AWS_LAMBDA_FUNCTION_NAME="interactions", DATABASE_URL=None)
    function.send("command")
    _, failed, *_ = map(json.loads, capsys.readouterr().out.splitlines())
    assert failed["interaction_id"] == "1310000000000000021"
    assert failed["guild_id"] == str(HERE)
    assert failed["request_id"]


def test_a_start_without_what_it_needs_names_all_of_it_at_once(new_function: NewFunction) -> None:
    function = new_function(DISCORD_PUBLIC_KEY="zz", DISCORD_APPLICATION_ID=None)
    with pytest.raises(errors.FunctionFailed) as failed:
        function.send("ping")
    told = str(failed.value.__cause__)
    assert "DISCORD_PUBLIC_KEY must be 64 hexadecimal characters" in told
    assert "DISCORD_APPLICATION_ID is not set" in told
    assert "BOT_TOKEN" not in told


@pytest.mark.parametrize(
    ("variable", "value", "check"),
    [
        ("BOT_TOKEN", None, "bot_token"),
        ("BOT_TOKEN", "two words", "bot_token"),
        ("DATABASE_URL", None, "database"),
        ("DATABASE_URL", "mysql://somewhere/else", "database"),
        ("DATABASE_URL", "postgresql://bot@db.example/clips?sslmode=disable", "database"),
        ("LOG_LEVEL", "loud", "variables"),
        ("PUBLIC_URL", "clips.example", "variables"),
    ],
)
def test_what_else_is_missing_or_malformed_is_told_by_ready_while_pings_are_answered(
    new_function: NewFunction, variable: str, value: str | None, check: str
) -> None:
    function = new_function(**{variable: value})
    assert function.send("ping").document == PONG
    answer = function.get("/ready")
    assert variable in answer.document["checks"][check]
    assert answer.status == (503 if variable == "DATABASE_URL" else 200)


@pytest.mark.parametrize("value", [None, "mysql://somewhere/else"])
def test_a_command_that_lacks_a_variable_says_where_the_operator_finds_out(
    new_function: NewFunction, value: str | None
) -> None:
    assert "/ready" in new_function(DATABASE_URL=value).send("command").sentence


def test_a_broken_settings_file_is_told_by_ready_and_to_the_user(
    new_function: NewFunction, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("guild_settings_defaults: {prefix: 3}")
    function = new_function(DEFAULT_SETTINGS_PATH=str(broken))
    assert function.send("ping").document == PONG
    assert "/ready" in function.send("command").sentence
    answer = function.get("/ready")
    assert "prefix" in answer.document["checks"]["settings"]
    assert answer.document["checks"]["database"] == "ok"
    # The database and its schema alone decide.
    assert answer.status == 200


def test_neither_a_cold_start_nor_a_ping_loads_what_only_commands_need() -> None:
    modules = _modules_after_ping()
    assert {"nacl", "fastapi", "functions.interactions.app"} <= modules
    unwanted = {
        "boto3",
        # Powertools looks whether there is a botocore; what costs time is its inside.
        "botocore.client",
        "botocore.session",
        "httpx",
        "psycopg",
        # FastAPI loads it to make models of answers.
        "pydantic.v1",
        "yaml",
        "functions.interactions.commands.dispatch",
        "functions.shared.db.connection",
        "functions.shared.discord.client",
        "functions.shared.discord.transport",
        "functions.shared.models",
        "functions.shared.reconcile",
        "functions.shared.texts",
    }
    assert modules & unwanted == set()


def _modules_after_ping() -> set[str]:
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", COLD_START_AND_PING],
        input=json.dumps(signed.document(files.interaction("ping"))),
        env={
            "DISCORD_PUBLIC_KEY": signed.PUBLIC_KEY,
            "DISCORD_APPLICATION_ID": files.APPLICATION_ID,
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    answer, modules = result.stderr.splitlines()
    assert json.loads(json.loads(answer)["body"]) == PONG
    return set(json.loads(modules))


@pytest.mark.parametrize("name", ["scheduler", "sqs_batch", "direct_invocation"])
def test_an_event_that_is_no_request_fails_with_a_clear_error(
    function: Function, name: files.LambdaEventName
) -> None:
    with pytest.raises(errors.FunctionFailed, match="answers HTTP requests only") as failed:
        function.invoke(files.lambda_event(name))
    assert type(failed.value.__cause__).__name__ == "InvalidEvent"


@pytest.mark.parametrize("event", [{}, {"requestContext": {}}])
def test_so_does_an_event_that_says_nothing(function: Function, event: dict[str, Any]) -> None:
    with pytest.raises(errors.FunctionFailed, match="answers HTTP requests only"):
        function.invoke(event)
