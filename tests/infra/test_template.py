"""What no linter knows of the template: names, permissions, limits, and what stays out of it."""

import json
import re
from datetime import date
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
from tests import expressions
from tests.functional import artifact
from tests.infra import cloudformation, intrinsics, tools
from tests.infra.conftest import ROOT
from tests.unit.schedules import eventbridge

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

_FREE_TO_HAVE: Final = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
    # Ten alarms and three dashboards of an account; test_monitoring.py counts the alarms.
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
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
_SUBNETS: Final = [f"subnet-{number:017x}" for number in range(3)]
_LONGEST: Final = {
    "LogLevel": "CRITICAL",
    "Paused": "true",
    "Monitoring": "critical",
    "SnapStart": "PublishedVersions",
    "DiscordApplicationId": "1" * 20,
    "DiscordPublicKey": "a" * 64,
    "PublicUrl": f"https://{'x' * 42}",
    "SecretArn": f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{'x' * 35}-AbCdEf",
    "VpcSubnetIds": ",".join(_SUBNETS),
    "VpcSecurityGroupId": f"sg-{'0' * 17}",
}
"""The parameters that reach the API's function, each as long as it may be."""
_OTHERS: Final = {
    "LogLevel": "ERROR",
    "Paused": "false",
    "Monitoring": "full",
    "SnapStart": "None",
    "DiscordApplicationId": "2" * 20,
    "DiscordPublicKey": "b" * 64,
    "PublicUrl": "",
    "SecretArn": f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{'x' * 35}-GhIjKl",
    "VpcSubnetIds": ",".join(reversed(_SUBNETS)),
    "VpcSecurityGroupId": "",
}
_DESCRIPTION_LENGTH: Final = 256
"""Lambda API reference, PublishVersion."""


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


@pytest.mark.parametrize("expression", expressions.RIGHT)
def test_a_schedule_takes_what_the_scheduler_understands(
    template: dict[str, Any], expression: str
) -> None:
    for parameter in ("SyncSchedule", "PurgeSchedule"):
        assert re.fullmatch(template["Parameters"][parameter]["AllowedPattern"], expression)


@pytest.mark.parametrize("expression", expressions.WRONG)
def test_a_schedule_takes_nothing_else(template: dict[str, Any], expression: str) -> None:
    for parameter in ("SyncSchedule", "PurgeSchedule"):
        assert not re.fullmatch(template["Parameters"][parameter]["AllowedPattern"], expression)


def test_a_purge_by_default_finds_the_database_awake_because_a_sync_has_just_begun(
    template: dict[str, Any],
) -> None:
    parameters = template["Parameters"]
    syncs, purges = (
        set(eventbridge.firing_minutes(parameters[name]["Default"], date(2026, 1, 1), 2))
        for name in ("SyncSchedule", "PurgeSchedule")
    )
    assert len(syncs) == 2 * 24 * 4
    assert purges < syncs


def test_schedules_are_what_the_parameters_say(template: dict[str, Any]) -> None:
    parameters = template["Parameters"]
    for name in ("SyncSchedule", "PurgeSchedule"):
        assert re.fullmatch(parameters[name]["AllowedPattern"], parameters[name]["Default"])
    for function in ("Sync", "Purge"):
        schedule = template["Resources"][f"{function}FunctionSchedule"]["Properties"]
        assert schedule["ScheduleExpression"] == {"Ref": f"{function}Schedule"}
        assert schedule["ScheduleExpressionTimezone"] == {"Ref": "ScheduleTimezone"}
        assert schedule["State"] == {"Fn::If": ["IsPaused", "DISABLED", {"Ref": "ScheduleState"}]}
        assert schedule["Name"] == {"Fn::Sub": "${AWS::StackName}-" + function.lower()}


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


@pytest.mark.parametrize("alias", ["AutoPublishAlias: live", "AutoPublishAliasAllProperties: true"])
def test_an_alias_moves_when_code_or_template_change(alias: str) -> None:
    assert (ROOT / "infra" / "template.yaml").read_text().count(alias) == 2


def test_a_version_that_nobody_calls_any_more_is_deleted(resources: dict[str, Any]) -> None:
    """Its snapshot would be charged for; CloudFormation deletes it only once the update is over."""
    versions = [each for each in resources.values() if each["Type"] == "AWS::Lambda::Version"]
    assert [each["DeletionPolicy"] for each in versions] == ["Delete", "Delete"]


def test_each_parameter_of_a_function_has_two_values_here(template: dict[str, Any]) -> None:
    """And a description tells them apart, because SAM does not see the values of parameters."""
    function = json.dumps(template["Resources"]["InteractionsFunction"]["Properties"])
    used = {name for name in template["Parameters"] if f'"{name}"' in function}
    # Other code comes with another architecture; tests alone have another Discord; and how many run
    # at a time is no matter of a version.
    assert used - {"Architecture", "DiscordApiUrl", "MaxDatabaseConnections"} == _LONGEST.keys()
    for name in _LONGEST:
        for text in (_LONGEST[name], _OTHERS[name]):
            parameter = template["Parameters"][name]
            assert text in parameter.get("AllowedValues", [text])
            assert re.fullmatch(parameter.get("AllowedPattern", ".*"), text), name
            assert len(text) <= parameter.get("MaxLength", len(text)), name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DiscordApplicationId", "1" * 21),
        ("DiscordPublicKey", "a" * 65),
        ("PublicUrl", f"{_LONGEST['PublicUrl']}x"),
        ("SecretArn", _LONGEST["SecretArn"].replace(":secret:", ":secret:x")),
        ("VpcSubnetIds", f"{_LONGEST['VpcSubnetIds']},subnet-0"),
        ("VpcSecurityGroupId", f"{_LONGEST['VpcSecurityGroupId']}0"),
    ],
)
def test_nothing_longer_is_taken(template: dict[str, Any], name: str, text: str) -> None:
    parameter = template["Parameters"][name]
    fits = re.fullmatch(parameter["AllowedPattern"], text)
    assert not fits or len(text) > parameter["MaxLength"]


@pytest.mark.parametrize("changed", sorted(_LONGEST))
def test_a_changed_parameter_reaches_the_version_that_serves(
    template: dict[str, Any], changed: str
) -> None:
    before = _description(template, _LONGEST)
    assert _description(template, _LONGEST | {changed: _OTHERS[changed]}) != before


def test_a_version_has_room_for_what_it_tells(template: dict[str, Any]) -> None:
    assert len(_description(template, _LONGEST)) == _DESCRIPTION_LENGTH


def _description(template: dict[str, Any], parameters: dict[str, str]) -> str:
    version = template["Resources"][_version(template["Resources"], "InteractionsFunction")]
    text: str = intrinsics.value(version["Properties"]["Description"], parameters, template)
    return text


def test_the_database_is_migrated_before_any_new_code_serves(resources: dict[str, Any]) -> None:
    for function in ("Interactions", "Jobs", "Scan", "Sync", "Purge", "Operations"):
        assert resources[f"{function}Function"]["DependsOn"] == "Migrate"
    assert resources["Migrate"]["DependsOn"] == "DeployInvocation"
    assert resources["Migrate"]["Properties"] == {
        "ServiceToken": {"Fn::GetAtt": ["DeployFunction", "Arn"]},
        "ServiceTimeout": 660,
        "Task": "migrate",
        "Secret": {"Ref": "SecretArn"},
        "Artifact": {"Ref": _version(resources, "DeployFunction")},
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
        "Artifact": {"Ref": _version(resources, "InteractionsFunction")},
        "HookArtifact": {"Ref": _version(resources, "DeployFunction")},
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


def _version(resources: dict[str, Any], function: str) -> str:
    """The logical id of a function's version, which ends in a digest."""
    (found,) = (
        logical_id
        for logical_id, properties in cloudformation.of_type(
            resources, "AWS::Lambda::Version"
        ).items()
        if properties["FunctionName"] == {"Ref": function}
    )
    return found


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
