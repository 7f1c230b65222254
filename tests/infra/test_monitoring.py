"""What watches a stack: alarms that name their runbook, and queries for what operators look for."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, get_args

import pytest

from functions.shared import metrics
from functions.shared.db import job_runs
from tests.infra import alarms, cloudformation, tools
from tests.infra.conftest import ROOT

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

_OF_LAMBDA: Final = "OutOfMemory"
"""Made of Lambda's log lines, and not by a function."""
_FREE: Final = {"AWS/ApiGateway", "AWS/Lambda", "AWS/SQS"}
_MOST_BY_DEFAULT: Final = 10
_RUNBOOK: Final = re.compile(r' Runbook: docs/operations\.md, "([^"]+)"\.$')


def _metrics_of(alarm: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each namespace and name that an alarm looks at."""
    parts = [
        query["MetricStat"]["Metric"] for query in alarm.get("Metrics", ()) if "MetricStat" in query
    ]
    for part in parts or [alarm]:
        yield cloudformation.text(part["Namespace"]), part["MetricName"]


def test_by_default_there_are_at_most_ten_alarms_and_ten_metrics_of_our_own(
    template: dict[str, Any],
) -> None:
    found = alarms.of_stack(template)
    assert len(found) <= _MOST_BY_DEFAULT
    assert len(metrics.CRITICAL | {_OF_LAMBDA}) <= _MOST_BY_DEFAULT


def test_each_level_has_the_alarms_of_the_one_below(template: dict[str, Any]) -> None:
    known_capacity = {"DatabaseCapacityMB": "500"}
    off = alarms.of_stack(template, Monitoring="off", **known_capacity)
    critical = alarms.of_stack(template, Monitoring="critical", **known_capacity)
    full = alarms.of_stack(template, Monitoring="full", **known_capacity)
    everything = cloudformation.of_type(template["Resources"], "AWS::CloudWatch::Alarm")
    assert not off
    assert "DiskIsFull" in critical
    assert critical.keys() < full.keys() == everything.keys()


def test_an_alarm_looks_at_what_is_measured_at_its_level(template: dict[str, Any]) -> None:
    found = alarms.of_stack(template, Monitoring="full", DatabaseCapacityMB="500")
    of_critical = alarms.of_stack(template, Monitoring="critical", DatabaseCapacityMB="500")
    for logical_id, alarm in found.items():
        measured = metrics.CRITICAL if logical_id in of_critical else get_args(metrics.MetricName)
        for namespace, name in _metrics_of(alarm):
            assert namespace in _FREE or name in {*measured, _OF_LAMBDA}, (logical_id, name)


def test_an_alarm_adds_up_figures_without_dimensions_as_they_are_measured(
    template: dict[str, Any],
) -> None:
    for alarm in alarms.of_stack(template, Monitoring="full", DatabaseCapacityMB="500").values():
        if "MetricName" in alarm:
            is_ours = alarm["MetricName"] != _OF_LAMBDA
            service = [{"Name": "service", "Value": "discord_clip_saver"}]
            assert alarm.get("Dimensions") == (service if is_ours else None)


def test_each_alarm_tells_one_of_two_topics_when_it_comes_and_when_it_goes(
    template: dict[str, Any],
) -> None:
    topics = {
        logical_id: alarm["AlarmActions"][0]["Ref"]
        for logical_id, alarm in alarms.of_stack(template, Monitoring="full").items()
        if alarm["AlarmActions"] == alarm["OKActions"]
    }
    woken_by = {name for name, topic in topics.items() if topic == "CriticalTopic"}
    assert woken_by == {
        "SyncIsLate",
        "DiscordIsUnreachable",
        "EndpointIsLost",
        "DatabaseIsUnreachable",
        "CredentialsAreRefused",
        "SignaturesAreForged",
        "MemoryIsExhausted",
    }
    assert {*topics.values()} == {"CriticalTopic", "WarningTopic"}


def test_each_alarm_names_its_section_of_the_runbook(template: dict[str, Any]) -> None:
    runbook = (ROOT / "docs" / "operations.md").read_text()
    headings = re.findall(r"^#+ (.+)$", runbook, re.MULTILINE)
    every = cloudformation.of_type(template["Resources"], "AWS::CloudWatch::Alarm")
    named = [_RUNBOOK.search(alarm["AlarmDescription"]) for alarm in every.values()]
    sections = [match[1] for match in named if match]
    assert len(sections) == len(set(sections)) == len(every)
    assert [headings.count(section) for section in sections] == [1] * len(sections)


def test_a_late_sync_is_noticed_by_silence_unless_the_schedule_is_off(
    resources: dict[str, Any],
) -> None:
    alarm = resources["SyncIsLate"]["Properties"]
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["ActionsEnabled"] == {"Fn::If": ["WatchesSync", True, False]}


def test_a_backup_is_old_when_migrations_and_the_doctor_call_it_so(
    resources: dict[str, Any],
) -> None:
    alarm = resources["BackupIsOld"]["Properties"]
    assert alarm["Threshold"] == job_runs.BACKUP_HOURS
    assert f" {job_runs.BACKUP_HOURS} hours." in alarm["AlarmDescription"]


def test_a_period_is_one_that_cloudwatch_takes(template: dict[str, Any]) -> None:
    late = template["Parameters"]["SyncLateAfterSeconds"]
    assert late["Default"] in late["AllowedValues"]
    assert all(value % 60 == 0 and value <= 86400 for value in late["AllowedValues"])


def test_every_function_is_watched_for_its_memory_and_may_send_its_logs_elsewhere(
    resources: dict[str, Any],
) -> None:
    groups = {
        logical_id
        for logical_id, each in resources.items()
        if each["Type"] == "AWS::Logs::LogGroup"
    }
    filters = cloudformation.of_type(resources, "AWS::Logs::MetricFilter").values()
    assert {each["LogGroupName"]["Ref"] for each in filters} == groups - {"ApiLogGroup"}
    sent = cloudformation.of_type(resources, "AWS::Logs::SubscriptionFilter").values()
    assert {each["LogGroupName"]["Ref"] for each in sent} == groups


def test_each_message_that_operators_know_has_a_saved_query(resources: dict[str, Any]) -> None:
    queries = cloudformation.of_type(resources, "AWS::Logs::QueryDefinition").values()
    sought = [
        json.loads(f'"{text}"')
        for query in queries
        for text in re.findall(r'strcontains\(message, "(.+)"\)', query["QueryString"])
    ]
    known = _known_messages()
    assert len(known) >= 14
    assert len(sought) == len(set(sought)) == len(known)
    for begin in known:
        assert any(text.startswith(begin) for text in sought), begin
    code = "".join(path.read_text() for path in (ROOT / "functions").rglob("*.py"))
    assert [text for text in sought if text not in code] == []


def _known_messages() -> list[str]:
    """How the messages of the runbook's table begin, up to what changes in them."""
    rows = re.findall(
        r"^\| (`.+`) \| (?:DEBUG|INFO|WARNING|ERROR|CRITICAL) \|",
        (ROOT / "docs" / "operations.md").read_text(),
        re.MULTILINE,
    )
    told = [message for row in rows for message in re.findall(r"`([^`]+)`", row)]
    return [message.partition("...")[0].rstrip() for message in told]


def test_the_saved_queries_beside_them_are_those_that_the_runbook_names(
    resources: dict[str, Any],
) -> None:
    queries = cloudformation.of_type(resources, "AWS::Logs::QueryDefinition").values()
    names = {cloudformation.text(query["Name"]).rpartition("/")[2] for query in queries}
    assert {"Errors", "Memory and duration by function"} < names
    runbook = (ROOT / "docs" / "operations.md").read_text()
    phrases = re.findall(r"saved quer(?:y|ies)((?:,?(?: and)?\s+\*[^*]+\*)+)", runbook)
    named = {
        " ".join(name.split()) for phrase in phrases for name in re.findall(r"\*([^*]+)\*", phrase)
    }
    assert named
    assert named <= names


def test_a_saved_query_looks_where_there_are_logs(resources: dict[str, Any]) -> None:
    queries = cloudformation.of_type(resources, "AWS::Logs::QueryDefinition").values()
    groups = {name for name, each in resources.items() if each["Type"] == "AWS::Logs::LogGroup"}
    assert {group["Ref"] for query in queries for group in query["LogGroupNames"]} <= groups
