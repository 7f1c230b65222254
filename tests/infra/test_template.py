"""What no linter knows of the template: names, permissions, limits, and what stays out of it."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi.routing import APIRoute

from functions.interactions import routes
from functions.interactions.routes import (
    health,
    install,
    install_callback,
    interactions,
    landing,
    privacy,
    ready,
    webhook_events,
)
from tests.functional import artifact
from tests.infra import cloudformation, intrinsics, tools
from tests.infra.conftest import ROOT

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

_FREE_TO_HAVE: Final = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
    # Ten alarms and three dashboards of an account; test_monitoring.py counts the alarms.
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::QueryDefinition",
    "AWS::Logs::SubscriptionFilter",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::Scheduler::Schedule",
    "Custom::Migrate",
    "Custom::Wire",
}
_NAMES: Final = {
    *("Name", "FunctionName", "LogGroupName", "QueueName", "RoleName", "TopicName"),
    *("AlarmName", "DashboardName"),
}


def test_nothing_costs_money_while_nobody_uses_it(resources: dict[str, Any]) -> None:
    assert {resource["Type"] for resource in resources.values()} == _FREE_TO_HAVE
    assert "ProvisionedConcurrencyConfig" not in set(cloudformation.texts(resources))


def test_a_vpc_and_all_that_costs_is_switched_off_unless_asked_for(
    template: dict[str, Any],
) -> None:
    defaults = {name: each.get("Default") for name, each in template["Parameters"].items()}
    assert defaults["VpcSubnetIds"] == defaults["VpcSecurityGroupId"] == ""
    assert (defaults["SnapStart"], defaults["ReserveConcurrency"]) == ("None", "false")
    for function in cloudformation.of_type(template["Resources"], "AWS::Lambda::Function").values():
        condition, _, otherwise = function["VpcConfig"]["Fn::If"]
        assert (condition, otherwise) == ("InVpc", {"Ref": "AWS::NoValue"})


def test_two_stacks_live_in_one_account(resources: dict[str, Any]) -> None:
    names = [
        (logical_id, value)
        for logical_id, resource in resources.items()
        for key, value in resource["Properties"].items()
        # An alias and a stage are named within their function and their API.
        if key in _NAMES and resource["Type"] not in {"AWS::Lambda::Alias", "AWS::Lambda::Version"}
    ]
    own = [
        logical_id
        for logical_id, value in names
        if "AWS::StackName" in json.dumps(value) or "Ref" in value or "Fn::GetAtt" in value
    ]
    assert len(names) > 8
    assert own == [logical_id for logical_id, _ in names]
    # A dashboard is seen from every region.
    (dashboard,) = cloudformation.of_type(resources, "AWS::CloudWatch::Dashboard").values()
    assert dashboard["DashboardName"] == {"Fn::Sub": "${AWS::StackName}-${AWS::Region}"}


def test_a_pause_survives_a_deploy(template: dict[str, Any]) -> None:
    resources = template["Resources"]
    for function in cloudformation.of_type(resources, "AWS::Lambda::Function").values():
        assert function["Environment"]["Variables"]["PAUSED"] == {"Ref": "Paused"}
    consumers = cloudformation.of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    assert consumers
    for consumer in consumers:
        assert consumer["Enabled"] == {"Fn::If": ["IsPaused", False, True]}


def test_limits_sum_up_to_the_connections_of_the_database(template: dict[str, Any]) -> None:
    rows = template["Mappings"]["Connections"]
    parameter = template["Parameters"]["MaxDatabaseConnections"]
    assert parameter["Default"] == "20"
    assert set(rows) == set(parameter["AllowedValues"])
    assert {total: sum(row.values()) for total, row in rows.items()} == {
        total: int(total) for total in rows
    }
    functions = cloudformation.of_type(template["Resources"], "AWS::Lambda::Function")
    assert {f"{function}Function" for function in rows["20"]} == functions.keys()
    for function in rows["20"]:
        properties = functions[f"{function}Function"]
        condition, share, otherwise = properties["ReservedConcurrentExecutions"]["Fn::If"]
        assert (condition, otherwise) == ("ReservesConcurrency", {"Ref": "AWS::NoValue"})
        assert share == {
            "Fn::FindInMap": ["Connections", {"Ref": "MaxDatabaseConnections"}, function]
        }


def test_times_fit_together(resources: dict[str, Any]) -> None:
    timeouts = {
        name: function["Timeout"]
        for name, function in cloudformation.of_type(resources, "AWS::Lambda::Function").items()
    }
    # The end of an install takes up to 25 s, and an HTTP API waits for 30.
    assert 25 <= timeouts["InteractionsFunction"] < 30
    for function, queue in (("Jobs", "JobsQueue"), ("Scan", "ScanQueue")):
        visibility = resources[queue]["Properties"]["VisibilityTimeout"]
        assert visibility >= 6 * timeouts[f"{function}Function"]
    for name in ("Migrate", "Wire"):
        assert resources[name]["Properties"]["ServiceTimeout"] > timeouts["DeployFunction"]


def test_each_queue_is_worked_off_one_by_one_within_its_share_of_the_connections(
    resources: dict[str, Any],
) -> None:
    for function, dead_letters in (("Jobs", "FailedJobsQueue"), ("Scan", "FailedScansQueue")):
        source = resources[f"{function}FunctionQueue"]["Properties"]
        assert source["EventSourceArn"] == {"Fn::GetAtt": [f"{function}Queue", "Arn"]}
        assert source["BatchSize"] == 1
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        share = resources[f"{function}Function"]["Properties"]["ReservedConcurrentExecutions"]
        assert source["ScalingConfig"]["MaximumConcurrency"] == share["Fn::If"][1]
        redrive = resources[f"{function}Queue"]["Properties"]["RedrivePolicy"]
        assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [dead_letters, "Arn"]}


def test_a_queue_is_known_to_all_that_send_to_it(resources: dict[str, Any]) -> None:
    senders = {
        queue: {
            name
            for name, function in cloudformation.of_type(resources, "AWS::Lambda::Function").items()
            if function["Environment"]["Variables"].get(variable) == {"Ref": queue}
        }
        for queue, variable in (("JobsQueue", "JOBS_QUEUE_URL"), ("ScanQueue", "SCAN_QUEUE_URL"))
    }
    assert senders == {
        "JobsQueue": {"InteractionsFunction"},
        "ScanQueue": {"InteractionsFunction", "ScanFunction", "SyncFunction"},
    }


def test_the_database_is_migrated_before_any_new_code_serves(resources: dict[str, Any]) -> None:
    for function in ("Interactions", "Jobs", "Scan", "Sync", "Purge", "Operations"):
        assert resources[f"{function}Function"]["DependsOn"] == "Migrate"
    assert resources["Migrate"]["DependsOn"] == "DeployInvocation"
    assert resources["Migrate"]["Properties"] == {
        "ServiceToken": {"Fn::GetAtt": ["DeployFunction", "Arn"]},
        "ServiceTimeout": 660,
        "Task": "migrate",
        "Secret": {"Ref": "SecretArn"},
        "Artifact": {"Ref": cloudformation.version_of(resources, "DeployFunction")},
        "DeployedAt": {"Ref": "DeployedAt"},
    }


def test_discord_is_wired_once_the_api_answers(template: dict[str, Any]) -> None:
    resources = template["Resources"]
    called_by_discord = ("Interactions", "WebhookEvents")
    assert set(resources["Wire"]["DependsOn"]) == {
        *("HttpApiApiGatewayDefaultStage", "InteractionsFunctionAliaslive"),
        *(f"InteractionsFunction{route}Permission" for route in (*called_by_discord, "Ready")),
    }
    assert set(resources["Wire"]["DependsOn"]) <= resources.keys()
    assert resources["Wire"]["Properties"] == {
        "ServiceToken": {"Fn::GetAtt": ["DeployFunction", "Arn"]},
        "ServiceTimeout": 660,
        "Task": "wire",
        "Enabled": {"Ref": "WireDiscord"},
        "BaseUrl": template["Outputs"]["Url"]["Value"],
        "Application": {"Ref": "DiscordApplicationId"},
        "Secret": {"Ref": "SecretArn"},
        "Artifact": {"Ref": cloudformation.version_of(resources, "InteractionsFunction")},
        "HookArtifact": {"Ref": cloudformation.version_of(resources, "DeployFunction")},
        "DeployedAt": {"Ref": "DeployedAt"},
    }


def test_a_moment_is_what_clipsaver_deploy_tells_or_that_of_the_last_deploy(
    template: dict[str, Any],
) -> None:
    parameter = template["Parameters"]["DeployedAt"]
    assert parameter["Default"] == ""
    for moment in ("", "2026-11-27T09:00:00Z"):
        assert re.fullmatch(parameter["AllowedPattern"], moment)
    # Moments are compared as texts.
    for moment in ("2026-1-27T09:00:00Z", "2026-11-27T09:00:00+01:00", "now"):
        assert not re.fullmatch(parameter["AllowedPattern"], moment)


def test_a_debugging_level_reaches_lambda_and_metrics_pass_at_any(
    template: dict[str, Any],
) -> None:
    assert template["Conditions"]["LogsEverything"] == {
        "Fn::Equals": [{"Ref": "LogLevel"}, "DEBUG"]
    }
    for function in cloudformation.of_type(template["Resources"], "AWS::Lambda::Function").values():
        level = function["LoggingConfig"]["ApplicationLogLevel"]
        assert level == {"Fn::If": ["LogsEverything", "DEBUG", "INFO"]}
        assert function["Environment"]["Variables"]["LOG_LEVEL"] == {"Ref": "LogLevel"}


def test_logs_are_kept_for_a_while_and_not_for_ever(resources: dict[str, Any]) -> None:
    for group in cloudformation.of_type(resources, "AWS::Logs::LogGroup").values():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_the_access_log_holds_no_query_string(resources: dict[str, Any]) -> None:
    log = resources["HttpApiApiGatewayDefaultStage"]["Properties"]["AccessLogSettings"]["Format"]
    told = re.findall(r"\$context\.([\w.]+)", log)
    assert set(json.loads(log).values()) == {f"$context.{name}" for name in told}
    assert "routeKey" in told
    assert not {"path", "rawQueryString", "querystring"} & set(told)


def test_the_api_has_the_routes_of_the_function(resources: dict[str, Any]) -> None:
    served = {
        (method.lower(), route.path)
        for module in (
            *(health, install, install_callback, interactions),
            *(landing, privacy, ready, webhook_events),
        )
        for route in module.router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert len(list(Path(routes.__path__[0]).glob("[a-z]*.py"))) == len(served)
    paths = resources["HttpApi"]["Properties"]["Body"]["paths"]
    assert {(method, path) for path, methods in paths.items() for method in methods} == served


def test_signed_routes_take_much_and_open_ones_little(resources: dict[str, Any]) -> None:
    stage = resources["HttpApiApiGatewayDefaultStage"]["Properties"]
    paths = resources["HttpApi"]["Properties"]["Body"]["paths"]
    known = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    limits = {route: each["ThrottlingRateLimit"] for route, each in stage["RouteSettings"].items()}
    assert limits.keys() <= known
    assert min(limits["POST /interactions"], limits["POST /webhook-events"]) >= 100
    default = stage["DefaultRouteSettings"]["ThrottlingRateLimit"]
    tight = ("GET /install", "GET /install/callback", "GET /ready")
    assert max(limits[route] for route in tight) < default < 100


def test_every_function_is_built_from_its_folder_and_its_lock(resources: dict[str, Any]) -> None:
    makefile = (ROOT / "infra" / "artifacts.mk").read_text()
    built = dict(re.findall(r"^build-(\w+): ; @\$\(BUILD\) (\w+)$", makefile, re.MULTILINE))
    functions = cloudformation.of_type(resources, "AWS::Lambda::Function")
    assert built.keys() == functions.keys()
    assert sorted(built.values()) == artifact.names()
    for logical_id, name in built.items():
        assert functions[logical_id]["Handler"] == f"functions.{name}.handler.handler"


@pytest.mark.parametrize(
    ("subnets", "groups", "allowed"),
    [("", "", True), ("subnet-1", "sg-1", True), ("subnet-1", "", False), ("", "sg-1", False)],
)
def test_half_a_vpc_is_refused(
    template: dict[str, Any], subnets: str, groups: str, *, allowed: bool
) -> None:
    (assertion,) = template["Rules"]["VpcIsWhole"]["Assertions"]
    given = {"VpcSubnetIds": subnets, "VpcSecurityGroupId": groups}
    assert intrinsics.value(assertion["Assert"], given, template) == allowed
