"""Backups and restores by the deployed function, as schedules and operators ask for them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from clipsaver import aws, cli
from clipsaver.local import errors as local_errors
from clipsaver.local.lambda_environment import LambdaEnvironment
from clipsaver.local.sqs import JobQueueServer
from clipsaver.operations import invocation, pause
from clipsaver.operations.stack import Stack
from clipsaver.recovery import commands
from functions.operations.recovery import errors
from tests import factories, s3
from tests.factories import ELSEWHERE, HERE, Rows

PARAMETERS = {"SyncSchedule": "rate(5 minutes)"}


@pytest.fixture(scope="module")
def bucket() -> Iterator[s3.Bucket]:
    with s3.Bucket() as bucket:
        yield bucket


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    with factories.open_rows(database_url) as rows:
        rows.two_guilds()
        yield rows


@pytest.fixture
def variables(bucket: s3.Bucket, rows: Rows, database_url: str) -> dict[str, str]:
    bucket.clear()
    return {
        **bucket.variables,
        "DATABASE_URL": database_url,
        "BOT_TOKEN": "not-a-token",
        "BACKUP_PLACE": f"s3://{bucket.name}/clips",
        "LOG_LEVEL": "ERROR",
    }


@pytest.fixture
def function(variables: dict[str, str]) -> Iterator[LambdaEnvironment]:
    with LambdaEnvironment("operations", variables, timeout_seconds=300) as function:
        yield function


def _files(bucket: s3.Bucket, place: str) -> set[str]:
    name = place.rpartition("/")[2]
    keys = [key.removeprefix("clips/") for key in bucket.stored()]
    return {key.rpartition("/")[2] for key in keys if key.startswith(f"{name}/")}


def test_a_schedule_makes_a_full_backup_and_notes_it(
    function: LambdaEnvironment, bucket: s3.Bucket, rows: Rows
) -> None:
    made = function.invoke({"operation": "backup", "kind": "full", "stack": PARAMETERS})
    assert made["place"].endswith("-full")
    assert made["rows"]["bot_guilds"] == 2
    # Nothing is there to seal the secret with.
    assert made["is_secret_kept"] is False
    assert _files(bucket, made["place"]) == {
        *("manifest.json", "database.dump", "journal.json", "settings.yml")
    }
    (noted,) = rows.sql("SELECT job, summary ->> 'name' AS name FROM job_runs")
    assert noted["job"] == "backup"
    assert made["place"].endswith(noted["name"])


def test_a_schedule_keeps_the_journal_alone(
    function: LambdaEnvironment, bucket: s3.Bucket, variables: dict[str, str]
) -> None:
    made = function.invoke({"operation": "backup", "kind": "log"})
    assert _files(bucket, made["place"]) == {"manifest.json", "journal.json"}


def test_the_secret_is_sealed_with_the_passphrase_that_it_holds(
    variables: dict[str, str], bucket: s3.Bucket
) -> None:
    variables["BACKUP_PASSPHRASE"] = "correct horse battery staple"
    with LambdaEnvironment("operations", variables, timeout_seconds=300) as function:
        made = function.invoke({"operation": "backup", "kind": "tolerant"})
    assert made["is_secret_kept"] is True
    assert "secret.sealed" in _files(bucket, made["place"])


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"operation": "backup", "kind": "half"}, "kind is 'half'"),
        ({"operation": "restore", "replace": "yes"}, "replace must be true or false"),
        ({"operation": "restore", "replace": 1}, "replace must be true or false"),
        ({"operation": "restore", "replace": [True]}, "replace must be true or false"),
        ({"operation": "restore", "guild_id": "7", "only": ["clips"]}, "only is none of"),
        ({"operation": "backup", "kind": ["full"]}, "kind is ..full"),
        ({"operation": "restore", "before": "2026-01-01T00:00:00"}, "needs an offset"),
        ({"operation": "restore", "before": "yesterday"}, "no instant"),
        ({"operation": "restore", "guild": "7"}, "a restore knows no guild, only before"),
        ({"operation": "restore", "guild_id": "all"}, "guild_id is no id"),
        ({"operation": "restore", "guild_id": "7", "only": "icons"}, "only is none of"),
        ({"operation": "restore", "only": "settings"}, "name it with guild_id"),
        ({"operation": "restore", "guild_id": "7", "replace": True}, "leave out replace"),
        ({"operation": "restore"}, "no complete backup"),
    ],
)
def test_what_cannot_be_done_is_told(
    function: LambdaEnvironment, event: dict[str, Any], told: str
) -> None:
    with pytest.raises(local_errors.FunctionFailed, match=told):
        function.invoke(event)


@pytest.mark.parametrize("operation", ["backup", "restore"])
def test_a_stack_without_a_bucket_says_how_to_get_one(
    variables: dict[str, str], operation: str
) -> None:
    del variables["BACKUP_PLACE"]
    with (
        LambdaEnvironment("operations", variables) as function,
        pytest.raises(local_errors.FunctionFailed, match="BackupBucket"),
    ):
        function.invoke({"operation": operation})


def test_a_tolerant_backup_is_for_a_machine_that_can_migrate(
    function: LambdaEnvironment, rows: Rows
) -> None:
    function.invoke({"operation": "backup", "kind": "tolerant"})
    before = rows.of_guild(HERE)
    with pytest.raises(local_errors.FunctionFailed, match="restores full backups"):
        function.invoke({"operation": "restore", "replace": True})
    assert rows.of_guild(HERE) == before


def test_a_restore_without_time_puts_back_what_was_there(
    variables: dict[str, str], function: LambdaEnvironment, rows: Rows
) -> None:
    function.invoke({"operation": "backup"})
    before = rows.of_guild(HERE)
    with (
        LambdaEnvironment("operations", variables, timeout_seconds=3.2) as hurried,
        pytest.raises(local_errors.FunctionFailed, match="all the time there is"),
    ):
        hurried.invoke({"operation": "restore", "replace": True})
    assert rows.of_guild(HERE) == before
    assert rows.sql("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'replaced%'") == []


@pytest.fixture
def verb(
    function: LambdaEnvironment, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Result]]:
    """Types `clipsaver ... --stack clips`, with the function and its queue in the stack."""
    with JobQueueServer() as queue:
        for name, value in queue.variables.items():
            monkeypatch.setenv(name, value)
        found = Stack("clips", None, PARAMETERS, {"JobsQueue": ("AWS::SQS::Queue", queue.url)})
        monkeypatch.setattr(Stack, "read", lambda *_: found)
        monkeypatch.setattr(invocation, "_deployed", lambda event, _: function.invoke(event))
        monkeypatch.setattr(pause, "is_paused", lambda _: True)
        monkeypatch.setattr(commands.console, "width", 200)
        queue.client.send_message(QueueUrl=queue.url, MessageBody="{}")
        yield lambda *typed: CliRunner().invoke(cli.app, [*typed, "--stack", "clips"])


def test_an_operator_has_the_stack_back_up_and_restore(
    verb: Callable[..., Result], rows: Rows, bucket: s3.Bucket
) -> None:
    made = verb("backup")
    assert made.exit_code == 0, made.output
    assert f"Backed up to s3://{bucket.name}/clips/" in made.output
    assert "Without the secret" in made.output
    rows.sql("UPDATE bot_guilds SET name = 'wrong'")
    restored = verb("restore", "--replace", "--yes")
    assert restored.exit_code == 0, restored.output
    assert "DROP SCHEMA replaced_" in restored.output
    assert rows.sql("SELECT 1 FROM bot_guilds WHERE name = 'wrong'") == []


@pytest.mark.parametrize("by", ["name", "time"])
def test_the_stack_takes_the_backup_that_is_named_or_the_newest_from_before(
    verb: Callable[..., Result], rows: Rows, bucket: s3.Bucket, by: str
) -> None:
    verb("backup")
    name = bucket.stored()[0].split("/")[1]
    (found,) = rows.sql("SELECT pg_sleep(1.1), clock_timestamp() AS now")
    rows.sql("UPDATE bot_guilds SET name = 'wrong'")
    verb("backup")
    which = (name,) if by == "name" else ("--before", found["now"].isoformat())
    restored = verb("restore", *which, "--replace", "--yes")
    assert f"Restored {name}" in restored.output
    assert rows.sql("SELECT 1 FROM bot_guilds WHERE name = 'wrong'") == []


def test_a_stack_that_is_not_paused_is_not_replaced(
    verb: Callable[..., Result], rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    verb("backup")
    rows.sql("UPDATE bot_guilds SET name = 'wrong'")
    monkeypatch.setattr(pause, "is_paused", lambda _: False)
    refused = verb("restore", "--replace", "--yes")
    assert isinstance(refused.exception, errors.NotPaused)
    assert "clipsaver pause --stack clips" in str(refused.exception)
    assert len(rows.sql("SELECT 1 FROM bot_guilds WHERE name = 'wrong'")) == 2


def test_an_answer_that_is_lost_says_what_is_left_to_do(
    verb: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: Any) -> None:
        raise aws.AnswerLost("nothing came")

    monkeypatch.setattr(invocation, "_deployed", lose)
    whole = verb("restore")
    assert isinstance(whole.exception, aws.AnswerLost)
    assert "purge-queue" in str(whole.exception)
    assert "http" in str(whole.exception)
    # One guild leaves the queues as they are.
    guild = verb("restore", "--guild", str(HERE))
    assert str(guild.exception) == "nothing came"


def test_the_stack_restores_one_guild_while_the_others_are_served(
    verb: Callable[..., Result], rows: Rows
) -> None:
    verb("backup")
    rows.sql("UPDATE bot_channels SET name = 'wrong'")
    restored = verb("restore", "--guild", str(HERE), "--only", "channels")
    assert restored.exit_code == 0, restored.output
    found = rows.sql("SELECT DISTINCT guild_id FROM bot_channels WHERE name = 'wrong'")
    assert found == [{"guild_id": ELSEWHERE}]


def test_the_parameters_of_the_stack_go_along(
    verb: Callable[..., Result], bucket: s3.Bucket
) -> None:
    verb("backup", "--log-only")
    (key,) = (key for key in bucket.stored() if key.endswith("manifest.json"))
    assert json.loads(bucket.read(key))["stack"] == PARAMETERS


def test_what_a_stack_does_not_do_is_said(verb: Callable[..., Result]) -> None:
    refused = verb("restore", "--decisions-since", "2026-01-31T11:59Z")
    assert refused.exit_code == 2
    assert verb("restore", "--only", "settings").exit_code == 2
    nowhere = CliRunner().invoke(cli.app, ["backup"])
    assert nowhere.exit_code == 2
    assert "--to" in nowhere.output
    unnamed = CliRunner().invoke(cli.app, ["restore"])
    assert unnamed.exit_code == 2
