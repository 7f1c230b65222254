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
from tests.infra import cloudformation, tools
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
_EXPRESSIONS: Final = [
    "rate(15 minutes)",
    "rate(1 minute)",
    "cron(0/30 * * * ? *)",
    "cron(15 4 ? * MON-FRI *)",
    "cron(0 0 L * ? *)",
    "cron(0 12 ? * 2#1 2027)",
]
_NO_EXPRESSIONS: Final = [
    "rate(0 minutes)",
    "rate(15 seconds)",
    "rate(1",
    "cron(*/30 * * * *)",
    "cron(0 0 * * * *)",
    "cron(0 0 ? * ? *)",
    "*/30 * * * *",
    "at(2027-01-01T00:00:00)",
]


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


@pytest.mark.parametrize("expression", _EXPRESSIONS)
def test_a_schedule_takes_what_the_scheduler_understands(
    template: dict[str, Any], expression: str
) -> None:
    for parameter in ("SyncSchedule", "PurgeSchedule", "BackupSchedule"):
        assert re.fullmatch(template["Parameters"][parameter]["AllowedPattern"], expression)


@pytest.mark.parametrize("expression", _NO_EXPRESSIONS)
def test_a_schedule_takes_nothing_else(template: dict[str, Any], expression: str) -> None:
    for parameter in ("SyncSchedule", "PurgeSchedule", "BackupSchedule"):
        assert not re.fullmatch(template["Parameters"][parameter]["AllowedPattern"], expression)


def test_schedules_are_what_the_parameters_say(template: dict[str, Any]) -> None:
    parameters = template["Parameters"]
    assert parameters["SyncSchedule"]["Default"] == "rate(15 minutes)"
    assert re.fullmatch(
        parameters["PurgeSchedule"]["AllowedPattern"], parameters["PurgeSchedule"]["Default"]
    )
    for function in ("Sync", "Purge"):
        schedule = template["Resources"][f"{function}FunctionSchedule"]["Properties"]
        assert schedule["ScheduleExpression"] == {"Ref": f"{function}Schedule"}
        assert schedule["ScheduleExpressionTimezone"] == {"Ref": "ScheduleTimezone"}
        assert schedule["State"] == {"Fn::If": ["IsPaused", "DISABLED", {"Ref": "ScheduleState"}]}
        assert schedule["Name"] == {"Fn::Sub": "${AWS::StackName}-" + function.lower()}


def test_backups_are_scheduled_where_there_is_a_bucket(template: dict[str, Any]) -> None:
    parameters, resources = template["Parameters"], template["Resources"]
    assert parameters["BackupBucket"]["Default"] == ""
    assert re.fullmatch(
        parameters["BackupSchedule"]["AllowedPattern"], parameters["BackupSchedule"]["Default"]
    )
    asked = {}
    for name in ("DailyBackup", "HourlyJournal"):
        assert resources[name]["Condition"] == "KeepsBackups"
        schedule = resources[name]["Properties"]
        assert schedule["State"] == {"Fn::If": ["IsPaused", "DISABLED", {"Ref": "ScheduleState"}]}
        assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["OperationsFunction", "Arn"]}
        given = schedule["Target"]["Input"]
        asked[name] = json.loads(given["Fn::Sub"] if isinstance(given, dict) else given)
    assert asked["HourlyJournal"] == {"operation": "backup", "kind": "log"}
    # Whoever deploys anew finds in the backup what the stack had been deployed with.
    assert asked["DailyBackup"] == {
        "operation": "backup",
        "kind": "full",
        "stack": {name: f"${{{name}}}" for name in parameters},
    }
    place = resources["OperationsFunction"]["Properties"]["Environment"]["Variables"][
        "BACKUP_PLACE"
    ]
    assert place["Fn::If"][1] == {"Fn::Sub": "s3://${BackupBucket}/${AWS::StackName}"}


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


def test_what_changes_reaches_the_version_that_serves(template: dict[str, Any]) -> None:
    """SAM compares code and template, but not the values of parameters."""
    source = (ROOT / "infra" / "template.yaml").read_text()
    aliases = source.count("AutoPublishAlias: ")
    assert aliases == source.count("AutoPublishAliasAllProperties: true") == 2
    parameters = template["Parameters"]
    function = template["Resources"]["InteractionsFunction"]["Properties"]
    used = {name for name in parameters if f'"{name}"' in json.dumps(function)}
    # Other code comes with another architecture, another application with another key; tests alone
    # have another Discord; and how many run at a time is no matter of a version.
    used -= {"Architecture", "DiscordPublicKey", "DiscordApiUrl", "MaxDatabaseConnections"}
    (version,) = (
        properties
        for properties in cloudformation.of_type(
            template["Resources"], "AWS::Lambda::Version"
        ).values()
        if properties["FunctionName"] == {"Ref": "InteractionsFunction"}
    )
    text, values = version["Description"]["Fn::Sub"]
    told = {*re.findall(r"\$\{(\w+)\}", text)} - values.keys()
    told |= {"Paused", "SecretArn", "SnapStart"}
    assert values["Pause"] == {"Fn::If": ["IsPaused", "P", "R"]}
    assert "SecretArn" in json.dumps(values)
    assert values["Start"] == {"Fn::If": ["StartsFromSnapshot", "S", "N"]}
    assert told == used | {"LogLevel"}


def test_a_version_has_room_for_what_it_tells(template: dict[str, Any]) -> None:
    parameters = template["Parameters"]
    lengths = {
        "LogLevel": max(map(len, parameters["LogLevel"]["AllowedValues"])),
        # P for paused, R for running.
        "Paused": 1,
        "Monitoring": max(map(len, parameters["Monitoring"]["AllowedValues"])),
        # S for a snapshot, N for none.
        "SnapStart": 1,
        "DiscordApplicationId": 20,
        # Of an ARN, the name alone is told.
        "SecretArn": parameters["SecretArn"]["MaxLength"]
        - len("arn:aws:secretsmanager:eu-west-1:123456789012:secret:"),
        **{
            name: parameters[name]["MaxLength"]
            for name in ("PublicUrl", "VpcSubnetIds", "VpcSecurityGroupId")
        },
    }
    assert sum(lengths.values()) + len(lengths) - 1 <= 256


def test_the_database_is_migrated_before_any_new_code_serves(resources: dict[str, Any]) -> None:
    for function in ("Interactions", "Jobs", "Scan", "Sync", "Purge", "Operations"):
        assert resources[f"{function}Function"]["DependsOn"] == "Migrate"
    migrate = resources["Migrate"]["Properties"]
    assert migrate["ServiceToken"] == {"Fn::GetAtt": ["DeployFunction", "Arn"]}
    assert migrate["Secret"] == {"Ref": "SecretArn"}


def test_discord_is_wired_once_the_api_answers(resources: dict[str, Any]) -> None:
    waited_for = set(resources["Wire"]["DependsOn"])
    assert waited_for <= resources.keys()
    assert {"HttpApiApiGatewayDefaultStage", "InteractionsFunctionAliaslive"} <= waited_for
    assert any(
        "InteractionsFunctionVersion" in text for text in cloudformation.texts(resources["Wire"])
    )


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


def _holds(condition: Any, parameters: dict[str, str]) -> Any:
    """What a rule's condition comes to (CloudFormation docs, Rule-specific intrinsic functions)."""
    match condition:
        case {"Fn::Equals": [left, right]}:
            return _holds(left, parameters) == _holds(right, parameters)
        case {"Fn::And": [*parts]}:
            return all(_holds(part, parameters) for part in parts)
        case {"Fn::Or": [*parts]}:
            return any(_holds(part, parameters) for part in parts)
        case {"Fn::Not": [part]}:
            return not _holds(part, parameters)
        case {"Ref": name}:
            return parameters[name]
        case _:
            return condition


@pytest.mark.parametrize(
    ("subnets", "groups", "allowed"),
    [("", "", True), ("subnet-1", "sg-1", True), ("subnet-1", "", False), ("", "sg-1", False)],
)
def test_half_a_vpc_is_refused(
    template: dict[str, Any], subnets: str, groups: str, *, allowed: bool
) -> None:
    (assertion,) = template["Rules"]["VpcIsWhole"]["Assertions"]
    given = {"VpcSubnetIds": subnets, "VpcSecurityGroupId": groups}
    assert _holds(assertion["Assert"], given) == allowed
