"""Each part may do what it does, and nothing else; and no secret is anywhere."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.infra import cloudformation, tools

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

_OWN_LOGS: Final = {"logs:CreateLogStream", "logs:PutLogEvents"}
_SECRET: Final = {("secretsmanager:GetSecretValue", "SecretArn")}
_PERMISSIONS: Final = {
    "Interactions": _SECRET | {("sqs:SendMessage", "JobsQueue"), ("sqs:SendMessage", "ScanQueue")},
    "Jobs": _SECRET
    | {
        ("sqs:ReceiveMessage", "JobsQueue"),
        ("sqs:DeleteMessage", "JobsQueue"),
        ("sqs:GetQueueAttributes", "JobsQueue"),
    },
    "Scan": _SECRET
    | {
        ("sqs:ReceiveMessage", "ScanQueue"),
        ("sqs:DeleteMessage", "ScanQueue"),
        ("sqs:GetQueueAttributes", "ScanQueue"),
        ("sqs:SendMessage", "ScanQueue"),
    },
    "Sync": _SECRET | {("sqs:SendMessage", "ScanQueue"), ("sqs:SendMessage", "FailedRunsQueue")},
    "Purge": _SECRET | {("sqs:SendMessage", "FailedRunsQueue")},
    "Deploy": _SECRET,
    "Operations": _SECRET | {("sqs:SendMessage", "FailedRunsQueue")},
}
_BUCKET: Final = "arn:${AWS::Partition}:s3:::${BackupBucket}"
_OWN_BACKUPS: Final = "${AWS::StackName}/*"


def _statements(role: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each action that a role may take, and the resource or parameter that it may take it on."""
    for policy in role.get("Policies", ()):
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            actions, resource = statement["Action"], statement["Resource"]
            target = resource.get("Ref") or resource["Fn::GetAtt"][0]
            for action in [actions] if isinstance(actions, str) else actions:
                yield action, target


@pytest.mark.parametrize("function", sorted(_PERMISSIONS))
def test_a_function_may_do_what_it_does_and_nothing_else(
    resources: dict[str, Any], function: str
) -> None:
    properties = resources[f"{function}Function"]["Properties"]
    assert properties["Role"] == {"Fn::GetAtt": [f"{function}Role", "Arn"]}
    assert properties["LoggingConfig"]["LogGroup"] == {"Ref": f"{function}LogGroup"}
    own_logs = {(action, f"{function}LogGroup") for action in _OWN_LOGS}
    role = resources[f"{function}Role"]["Properties"]
    assert set(_statements(role)) == _PERMISSIONS[function] | own_logs
    # The one policy with wildcards, argued for in the template: network interfaces, in a VPC alone.
    condition, network, otherwise = role["ManagedPolicyArns"]["Fn::If"]
    assert (condition, otherwise) == ("InVpc", {"Ref": "AWS::NoValue"})
    assert re.findall(r"/(\w+)\"", json.dumps(network)) == ["AWSLambdaENIManagementAccess"]


def test_every_function_has_its_permissions_said_here(resources: dict[str, Any]) -> None:
    functions = {f"{name}Function" for name in _PERMISSIONS}
    assert set(cloudformation.of_type(resources, "AWS::Lambda::Function")) == functions


def test_a_schedule_may_start_its_own_function_alone(resources: dict[str, Any]) -> None:
    for function in ("Sync", "Purge"):
        role = resources[f"{function}FunctionScheduleRole"]["Properties"]
        assert set(_statements(role)) == {
            ("lambda:InvokeFunction", f"{function}Function"),
            ("sqs:SendMessage", "FailedRunsQueue"),
        }


def test_backups_go_under_the_stacks_name_in_its_bucket_and_nowhere_else(
    resources: dict[str, Any],
) -> None:
    policies = cloudformation.of_type(resources, "AWS::IAM::Policy")
    assert policies.keys() == {"BackupPermissions"}
    assert resources["BackupPermissions"]["Condition"] == "KeepsBackups"
    (policy,) = policies.values()
    assert policy["Roles"] == [{"Ref": "OperationsRole"}]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"],
            "Resource": {"Fn::Sub": f"{_BUCKET}/{_OWN_BACKUPS}"},
        },
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": {"Fn::Sub": _BUCKET},
            "Condition": {"StringLike": {"s3:prefix": {"Fn::Sub": _OWN_BACKUPS}}},
        },
    ]


def test_the_schedules_of_backups_may_start_that_alone(resources: dict[str, Any]) -> None:
    assert resources["BackupScheduleRole"]["Condition"] == "KeepsBackups"
    role = resources["BackupScheduleRole"]["Properties"]
    assert set(_statements(role)) == {
        ("lambda:InvokeFunction", "OperationsFunction"),
        ("sqs:SendMessage", "FailedRunsQueue"),
    }


def test_no_permission_is_for_everything(resources: dict[str, Any]) -> None:
    for role in cloudformation.of_type(resources, "AWS::IAM::Role").values():
        assert not any("*" in text for text in cloudformation.texts(role["Policies"]))


def test_no_secret_is_in_the_template_or_in_a_variable(template: dict[str, Any]) -> None:
    texts = set(cloudformation.texts({key: template[key] for key in ("Parameters", "Resources")}))
    assert not any("{{resolve:" in text for text in texts)
    secrets = {"BOT_TOKEN", "DISCORD_CLIENT_SECRET", "DATABASE_URL", "POSTGRES_PASSWORD"}
    for function in cloudformation.of_type(template["Resources"], "AWS::Lambda::Function").values():
        variables = function["Environment"]["Variables"]
        assert not secrets & variables.keys()
        assert variables["SECRET_ARN"] == {"Ref": "SecretArn"}
