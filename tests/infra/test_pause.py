"""`clipsaver pause` and `resume` on the stack's own schedules, queues and functions.

They are those of the template, made by ministack without an artifact: no build, no database.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from clipsaver import aws, cli
from clipsaver.operations import alias, invocation, pause
from clipsaver.operations.stack import ALARM, CONSUMER, FUNCTION, Stack
from tests.infra import cloudformation, tools
from tests.infra.ministack import REGION, Ministack

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

_STACK: Final = "clip-saver"
_KINDS: Final = {
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::CloudWatch::Alarm",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::Scheduler::Schedule",
}
_CODE: Final = """
import os
def handler(event, context):
    if "operation" in event:
        raise ValueError("out of order")
    return os.environ["PAUSED"]
"""
_PARAMETERS: Final = {
    "DiscordApplicationId": "157730590492196864",
    "DiscordPublicKey": "0" * 64,
    "SecretArn": "arn:aws:secretsmanager:us-east-1:000000000000:secret:clip-saver-AbCdEf",
    "PublicUrl": "https://clips.example",
    "SyncSchedule": "rate(15 minutes)",
    "ScheduleTimezone": "Europe/Berlin",
    "SnapStart": "PublishedVersions",
}

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    with Ministack(tmp_path_factory.mktemp("ministack")) as running:
        yield running


@pytest.fixture
def stack(
    ministack: Ministack, template: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stack]:
    """Deployed, and running."""
    for name, value in ministack.variables.items():
        monkeypatch.setenv(name, value)
    cloud = ministack.client("cloudformation")
    cloud.create_stack(
        StackName=_STACK,
        TemplateBody=json.dumps(_bare(template)),
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in _PARAMETERS.items()
        ],
        Capabilities=["CAPABILITY_IAM"],
    )
    cloud.get_waiter("stack_create_complete").wait(StackName=_STACK)
    yield Stack.read(_STACK, REGION)
    cloud.delete_stack(StackName=_STACK)


def _bare(template: dict[str, Any]) -> dict[str, Any]:
    """The template's schedules, queues, alarms and functions, with code of a line in these."""
    kept = cloudformation.of_types(template, _KINDS)
    for each in cloudformation.of_type(kept["Resources"], FUNCTION).values():
        each |= {"Code": {"ZipFile": _CODE}, "Handler": "index.handler"}
    return kept


@pytest.fixture
def run(stack: Stack) -> Run:
    return lambda verb: CliRunner().invoke(
        cli.app, [verb, "--stack", stack.name, "--region", REGION]
    )


def _said(ministack: Ministack, stack: Stack, function: str, qualifier: str) -> Any:
    """What a function has in its variable when it is called."""
    answer = ministack.client("lambda").invoke(
        FunctionName=stack.physical_id(function), Qualifier=qualifier
    )
    return json.loads(answer["Payload"].read())


def _schedules(ministack: Ministack) -> dict[str, dict[str, Any]]:
    client = ministack.client("scheduler")
    found = [client.get_schedule(Name=f"{_STACK}-{job}") for job in ("sync", "purge")]
    changing = ("LastModificationDate", "ResponseMetadata")
    return {each["Name"]: {key: each[key] for key in each if key not in changing} for each in found}


def _consumers(ministack: Ministack, stack: Stack) -> set[str]:
    client = ministack.client("lambda")
    return {
        client.get_event_source_mapping(UUID=identity)["State"]
        for identity in stack.of_type(CONSUMER).values()
    }


def test_a_pause_stops_all_that_writes_within_a_minute(
    ministack: Ministack, stack: Stack, run: Run
) -> None:
    before = _schedules(ministack)
    started = time.monotonic()
    result = run("pause")
    assert result.exit_code == 0, result.exception
    assert time.monotonic() - started < 60
    paused = _schedules(ministack)
    assert {each["State"] for each in paused.values()} == {"DISABLED"}
    assert paused == {name: {**each, "State": "DISABLED"} for name, each in before.items()}
    assert _consumers(ministack, stack) <= {"Disabled", "Disabling"}
    assert _said(ministack, stack, "InteractionsFunction", "live").startswith("true since ")
    assert _said(ministack, stack, "SyncFunction", "$LATEST").startswith("true since ")
    assert _said(ministack, stack, "OperationsFunction", "$LATEST") == "false"
    assert pause.is_paused(stack)


def test_resuming_leaves_all_as_it_was(ministack: Ministack, stack: Stack, run: Run) -> None:
    before = _schedules(ministack)
    run("pause")
    assert run("resume").exit_code == 0
    assert _schedules(ministack) == before
    assert _consumers(ministack, stack) <= {"Enabled", "Enabling"}
    assert _said(ministack, stack, "InteractionsFunction", "live").startswith("false since ")
    assert _said(ministack, stack, "SyncFunction", "$LATEST").startswith("false since ")
    assert not pause.is_paused(stack)


def test_a_stack_without_snapshots_takes_none(ministack: Ministack, stack: Stack) -> None:
    deployed = replace(stack, parameters={**stack.parameters, "SnapStart": "None"})
    assert not any("snapshot" in done for done in pause.resume(deployed, datetime.now(UTC)))
    assert _alias(ministack, stack)["SnapStart"]["ApplyOn"] == "None"


def test_other_variables_stay_as_they_are(ministack: Ministack, stack: Stack, run: Run) -> None:
    def variables(qualifier: str) -> dict[str, str]:
        found = ministack.client("lambda").get_function_configuration(
            FunctionName=stack.physical_id("InteractionsFunction"), Qualifier=qualifier
        )
        told: dict[str, str] = found["Environment"]["Variables"]
        return {name: value for name, value in told.items() if name != alias.VARIABLE}

    before = variables("live")
    assert before["DISCORD_PUBLIC_KEY"] == "0" * 64
    run("pause")
    assert variables("live") == variables("$LATEST") == before


def _alias(ministack: Ministack, stack: Stack) -> dict[str, Any]:
    """The version that Discord's requests reach, as Lambda describes it."""
    found: dict[str, Any] = ministack.client("lambda").get_function_configuration(
        FunctionName=stack.physical_id("InteractionsFunction"), Qualifier="live"
    )
    return found


def _of_the_pause(ministack: Ministack, stack: Stack) -> list[str]:
    """The versions of the API that CloudFormation knows nothing of."""
    found = ministack.client("lambda").list_versions_by_function(
        FunctionName=stack.physical_id("InteractionsFunction")
    )
    return [each["Version"] for each in found["Versions"] if "clipsaver" in each["Description"]]


def test_a_pause_waits_for_no_snapshot_and_its_end_serves_from_one_again(
    ministack: Ministack, stack: Stack, run: Run
) -> None:
    before = _alias(ministack, stack)
    assert before["SnapStart"]["ApplyOn"] == "PublishedVersions"
    run("pause")
    assert _alias(ministack, stack)["SnapStart"]["ApplyOn"] == "None"
    resumed = run("resume")
    assert resumed.exit_code == 0, resumed.exception
    assert resumed.output.index("Schedules are enabled") < resumed.output.index("snapshot")
    assert _alias(ministack, stack)["SnapStart"]["ApplyOn"] == "PublishedVersions"


def test_resuming_starts_every_function_anew(ministack: Ministack, stack: Stack, run: Run) -> None:
    before = _alias(ministack, stack)["Version"]
    run("pause")
    run("resume")
    assert _alias(ministack, stack)["Version"] != before


def test_a_pause_leaves_no_version_behind_that_nobody_reaches(
    ministack: Ministack, stack: Stack, run: Run
) -> None:
    before = _alias(ministack, stack)["Version"]
    for _ in range(2):
        run("pause")
        run("resume")
    assert _of_the_pause(ministack, stack) == [_alias(ministack, stack)["Version"]]
    # CloudFormation's own is still there, and may come back.
    ministack.client("lambda").get_function_configuration(
        FunctionName=stack.physical_id("InteractionsFunction"), Qualifier=before
    )


def _silent(ministack: Ministack) -> set[str]:
    """The alarms that tell nobody."""
    found = ministack.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {
        each["AlarmName"].removeprefix(f"{_STACK}-") for each in found if not each["ActionsEnabled"]
    }


def test_what_a_pause_brings_about_wakes_nobody(
    ministack: Ministack, stack: Stack, run: Run, resources: dict[str, Any]
) -> None:
    assert _silent(ministack) == set()
    run("pause")
    silent = _silent(ministack)
    assert silent == {"SyncIsLate", "InteractionsFail"}
    alarms = cloudformation.of_type(resources, "AWS::CloudWatch::Alarm")
    # And a deploy during the pause keeps them so.
    assert silent == {name for name, alarm in alarms.items() if "ActionsEnabled" in alarm}
    run("resume")
    assert _silent(ministack) == set()


def test_a_late_sync_stays_silent_where_the_schedule_was_deployed_as_disabled(
    ministack: Ministack, stack: Stack
) -> None:
    deployed = replace(stack, parameters={**stack.parameters, "ScheduleState": "DISABLED"})
    for turn in (pause.pause, pause.resume):
        list(turn(deployed, datetime.now(UTC)))
    assert _silent(ministack) == {"SyncIsLate"}


def test_a_stack_without_alarms_is_paused_as_well(ministack: Ministack, stack: Stack) -> None:
    alarms = stack.of_type(ALARM)
    bare = {name: each for name, each in stack.resources.items() if name not in alarms}
    assert len(list(pause.pause(replace(stack, resources=bare), datetime.now(UTC)))) == 3
    assert _silent(ministack) == set()


def test_pausing_twice_is_pausing_once(stack: Stack, run: Run) -> None:
    assert [run("pause").exit_code, run("pause").exit_code] == [0, 0]
    assert pause.is_paused(stack)


def test_a_function_that_raises_is_told_with_where_to_look(stack: Stack, run: Run) -> None:
    error = run("doctor").exception
    assert isinstance(error, invocation.OperationFailed)
    assert "out of order; `clipsaver logs operations --stack clip-saver` says more" in str(error)


def test_a_stack_that_is_not_there_is_told_by_name(stack: Stack) -> None:
    result = CliRunner().invoke(cli.app, ["pause", "--stack", "nobody", "--region", REGION])
    assert isinstance(result.exception, aws.NotDeployed)
    assert "no stack nobody in us-east-1" in str(result.exception)


def test_a_schedule_that_was_deployed_as_disabled_is_not_resumed(
    ministack: Ministack, stack: Stack
) -> None:
    deployed = replace(stack, parameters={**stack.parameters, "ScheduleState": "DISABLED"})
    list(pause.resume(deployed, datetime.now(UTC)))
    assert {each["State"] for each in _schedules(ministack).values()} == {"DISABLED"}


def test_a_deploy_is_told_of_the_pause(
    stack: Stack, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parameters = tmp_path / "samconfig.toml"
    parameters.write_text(
        f'[default.global.parameters]\nstack_name = "{_STACK}"\nregion = "{REGION}"\n'
    )

    def command(*options: str) -> str:
        return CliRunner().invoke(cli.app, ["deploy", "--show", *options]).output

    assert 'Paused="false"' in command()
    run("pause")
    assert 'Paused="true"' in command()
    assert 'Paused="true"' in command(f"--stack-name={_STACK}", "--region", REGION)
    assert "Paused" not in command("--stack-name", "another")
    # What is typed comes last, and SAM takes the last.
    typed = command("-p", "Paused=false")
    assert typed.index('Paused="true"') < typed.index('Paused="false"')
