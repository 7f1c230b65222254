"""When sync, purge and backups run, as the template says."""

import json
import re
from datetime import date
from typing import Any

import pytest

from clipsaver.operations.stack import SCHEDULE
from clipsaver.schedules import deployed
from tests import expressions
from tests.infra import cloudformation, tools
from tests.unit.schedules import eventbridge

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")


@pytest.mark.parametrize("expression", expressions.RIGHT)
def test_a_schedule_takes_what_the_scheduler_understands(
    template: dict[str, Any], expression: str
) -> None:
    for parameter in ("SyncSchedule", "PurgeSchedule", "BackupSchedule"):
        assert re.fullmatch(template["Parameters"][parameter]["AllowedPattern"], expression)


@pytest.mark.parametrize("expression", expressions.WRONG)
def test_a_schedule_takes_nothing_else(template: dict[str, Any], expression: str) -> None:
    for parameter in ("SyncSchedule", "PurgeSchedule", "BackupSchedule"):
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


def test_the_operators_command_lists_every_schedule(template: dict[str, Any]) -> None:
    schedules = cloudformation.of_type(template["Resources"], SCHEDULE).values()
    assert {each["Name"]["Fn::Sub"] for each in schedules} == {
        f"${{AWS::StackName}}-{job}" for job in deployed.JOBS
    }


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
        "stack": {name: f"${{{name}}}" for name in parameters if name != "DeployedAt"},
    }
    place = resources["OperationsFunction"]["Properties"]["Environment"]["Variables"][
        "BACKUP_PLACE"
    ]
    assert place["Fn::If"][1] == {"Fn::Sub": "s3://${BackupBucket}/${AWS::StackName}"}
