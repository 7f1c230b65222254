"""`clipsaver doctor --alarm-test` on a stack with alarms, in ministack."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from clipsaver import aws, cli
from tests.infra import tools
from tests.infra.ministack import REGION, Ministack

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

_STACK: Final = "clip-saver"

Deploy = Callable[..., None]


@pytest.fixture
def ministack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ministack]:
    with Ministack(tmp_path) as running:
        for name, value in running.variables.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def deploy(ministack: Ministack) -> Deploy:
    """Makes the stack, with alarms of these names and a queue."""

    def make(*names: str) -> None:
        resources: dict[str, Any] = {
            name: {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "AlarmName": f"{_STACK}-{name}",
                    "Namespace": "AWS/Lambda",
                    "MetricName": "Errors",
                    "Statistic": "Sum",
                    "Period": 300,
                    "EvaluationPeriods": 1,
                    "Threshold": 1,
                    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                },
            }
            for name in names
        }
        queue = {"Queue": {"Type": "AWS::SQS::Queue"}}
        cloud = ministack.client("cloudformation")
        cloud.create_stack(
            StackName=_STACK, TemplateBody=json.dumps({"Resources": queue | resources})
        )
        cloud.get_waiter("stack_create_complete").wait(StackName=_STACK)

    return make


def _test_alarm() -> Result:
    where = ("--stack", _STACK, "--region", REGION)
    return CliRunner().invoke(cli.app, ["doctor", "--alarm-test", *where])


def test_one_alarm_of_the_stack_is_fired_and_no_other(ministack: Ministack, deploy: Deploy) -> None:
    deploy("Late", "Down")
    result = _test_alarm()
    assert result.exit_code == 0, result.exception
    assert result.output.startswith(f"{_STACK}-Down is in alarm")
    alarms = ministack.client("cloudwatch").describe_alarms()["MetricAlarms"]
    fired = {each["AlarmName"] for each in alarms if each["StateValue"] == "ALARM"}
    assert fired == {f"{_STACK}-Down"}


def test_a_stack_without_alarms_says_so(deploy: Deploy) -> None:
    deploy()
    error = _test_alarm().exception
    assert isinstance(error, aws.NotDeployed)
    assert "has no alarm" in str(error)
