"""`clipsaver doctor --alarm-test` on the template's own alarms and topics, in ministack."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from clipsaver import aws, cli
from clipsaver.operations.stack import ALARM
from tests.infra import cloudformation, tools
from tests.infra.ministack import REGION, Ministack

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

_STACK: Final = "clip-saver"

Deploy = Callable[..., None]
Heard = Callable[[], dict[str, list[str]]]


@pytest.fixture
def ministack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ministack]:
    with Ministack(tmp_path) as running:
        for name, value in running.variables.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def deploy(ministack: Ministack, template: dict[str, Any]) -> Deploy:
    """Makes the stack of the template's alarms and topics, with these parameters."""

    def make(**parameters: str) -> None:
        cloud = ministack.client("cloudformation")
        cloud.create_stack(
            StackName=_STACK,
            TemplateBody=json.dumps(_bare(template)),
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in {
                    "DiscordApplicationId": "157730590492196864",
                    "DiscordPublicKey": "0" * 64,
                    "SecretArn": "arn:aws:secretsmanager:us-east-1:000000000000:secret:a-AbCdEf",
                    **parameters,
                }.items()
            ],
        )
        cloud.get_waiter("stack_create_complete").wait(StackName=_STACK)

    return make


def _bare(template: dict[str, Any]) -> dict[str, Any]:
    kept = cloudformation.of_types(template, {ALARM, "AWS::SNS::Topic"})
    kept["Resources"]["Queue"] = {"Type": "AWS::SQS::Queue"}
    return kept


@pytest.fixture
def heard(ministack: Ministack, deploy: Deploy) -> Heard:
    """The alarms that the subscribers of each topic of a deployed stack were told of."""
    deploy()
    cloud, sns, sqs = (ministack.client(name) for name in ("cloudformation", "sns", "sqs"))
    queues = {}
    for topic in ("CriticalTopic", "WarningTopic"):
        found = cloud.describe_stack_resource(StackName=_STACK, LogicalResourceId=topic)
        queues[topic] = sqs.create_queue(QueueName=topic)["QueueUrl"]
        sns.subscribe(
            TopicArn=found["StackResourceDetail"]["PhysicalResourceId"],
            Protocol="sqs",
            Endpoint=sqs.get_queue_attributes(QueueUrl=queues[topic], AttributeNames=["QueueArn"])[
                "Attributes"
            ]["QueueArn"],
        )

    def listen() -> dict[str, list[str]]:
        return {
            topic: [
                json.loads(json.loads(message["Body"])["Message"])["AlarmName"]
                for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
                    "Messages", ()
                )
            ]
            for topic, url in queues.items()
        }

    return listen


def _test_alarm() -> Result:
    where = ("--stack", _STACK, "--region", REGION)
    return CliRunner().invoke(cli.app, ["doctor", "--alarm-test", *where])


def test_one_alarm_of_each_topic_is_heard_and_no_other(heard: Heard) -> None:
    result = _test_alarm()
    assert result.exit_code == 0, result.exception
    told = heard()
    assert told == {
        "CriticalTopic": [f"{_STACK}-CredentialsAreRefused"],
        "WarningTopic": [f"{_STACK}-InteractionsFail"],
    }
    assert all(name in result.output for (name,) in told.values())


def test_what_is_fired_goes_back_by_itself(
    heard: Heard, ministack: Ministack, resources: dict[str, Any]
) -> None:
    del heard
    _test_alarm()
    alarms = ministack.client("cloudwatch").describe_alarms()["MetricAlarms"]
    fired = [each["AlarmName"] for each in alarms if each["StateValue"] == "ALARM"]
    assert len(fired) == 2
    for name in fired:
        deployed = resources[name.removeprefix(f"{_STACK}-")]["Properties"]
        assert deployed["TreatMissingData"] == "notBreaching"


def test_an_alarm_that_is_one_already_would_tell_nobody(heard: Heard, ministack: Ministack) -> None:
    ministack.client("cloudwatch").set_alarm_state(
        AlarmName=f"{_STACK}-CredentialsAreRefused", StateValue="ALARM", StateReason="a real one"
    )
    heard()
    _test_alarm()
    assert heard()["CriticalTopic"] == [f"{_STACK}-DatabaseIsUnreachable"]


def test_a_stack_without_alarms_says_so(deploy: Deploy) -> None:
    deploy(Monitoring="off")
    error = _test_alarm().exception
    assert isinstance(error, aws.NotDeployed)
    assert "has no alarm" in str(error)
