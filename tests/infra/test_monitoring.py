"""What watches a stack: alarms that name their runbook, and dashboards that show what is there."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final, get_args

import pytest

from functions.shared import metrics
from tests.infra import cloudformation, tools
from tests.infra.conftest import ROOT

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

_OWN: Final = "DiscordClipSaver/"
_OF_LAMBDA: Final = "OutOfMemory"
"""Made of Lambda's log lines, and not by a function."""
_FREE: Final = {"AWS/ApiGateway", "AWS/Lambda", "AWS/SQS"}
_MOST_BY_DEFAULT: Final = 10
_COLUMNS: Final = 24
_RUNBOOK: Final = re.compile(r' Runbook: docs/operations\.md, "([^"]+)"\.$')


def _alarms(template: dict[str, Any], **changed: str) -> dict[str, dict[str, Any]]:
    """The alarms of a stack with the default parameters, or with other ones."""
    parameters = {
        name: str(changed.get(name, parameter.get("Default", "")))
        for name, parameter in template["Parameters"].items()
    }
    return {
        logical_id: resource["Properties"]
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
        and _holds(template, {"Condition": resource["Condition"]}, parameters)
    }


def _holds(template: dict[str, Any], condition: Any, parameters: dict[str, str]) -> Any:
    match condition:
        case {"Condition": name}:
            return _holds(template, template["Conditions"][name], parameters)
        case {"Fn::Equals": [{"Ref": name}, value]}:
            return parameters[name] == str(value)
        case {"Fn::Not": [part]}:
            return not _holds(template, part, parameters)
        case {"Fn::And": [*parts]}:
            return all(_holds(template, part, parameters) for part in parts)
    raise AssertionError(condition)


def _metrics_of(alarm: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each namespace and name that an alarm looks at."""
    parts = [
        query["MetricStat"]["Metric"] for query in alarm.get("Metrics", ()) if "MetricStat" in query
    ]
    for part in parts or [alarm]:
        yield _text(part["Namespace"]), part["MetricName"]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else value["Fn::Sub"]


@pytest.fixture(scope="module")
def dashboard(resources: dict[str, Any]) -> dict[str, Any]:
    body = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    document: dict[str, Any] = json.loads(body)
    return document


def _charts(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [each["properties"] for each in dashboard["widgets"] if each["type"] == "metric"]


def test_by_default_there_are_at_most_ten_alarms_and_ten_metrics_of_our_own(
    template: dict[str, Any],
) -> None:
    alarms = _alarms(template)
    assert len(alarms) <= _MOST_BY_DEFAULT
    assert len(metrics.CRITICAL | {_OF_LAMBDA}) <= _MOST_BY_DEFAULT


def test_each_level_has_the_alarms_of_the_one_below(template: dict[str, Any]) -> None:
    known_capacity = {"DatabaseCapacityMB": "500"}
    off = _alarms(template, Monitoring="off", **known_capacity)
    critical = _alarms(template, Monitoring="critical", **known_capacity)
    full = _alarms(template, Monitoring="full", **known_capacity)
    everything = cloudformation.of_type(template["Resources"], "AWS::CloudWatch::Alarm")
    assert not off
    assert "DiskIsFull" in critical
    assert critical.keys() < full.keys() == everything.keys()


def test_an_alarm_looks_at_what_is_measured_at_its_level(template: dict[str, Any]) -> None:
    alarms = _alarms(template, Monitoring="full", DatabaseCapacityMB="500")
    of_critical = _alarms(template, Monitoring="critical", DatabaseCapacityMB="500")
    for logical_id, alarm in alarms.items():
        measured = metrics.CRITICAL if logical_id in of_critical else get_args(metrics.MetricName)
        for namespace, name in _metrics_of(alarm):
            assert namespace in _FREE or name in {*measured, _OF_LAMBDA}, (logical_id, name)


def test_an_alarm_adds_up_figures_without_dimensions_as_they_are_measured(
    template: dict[str, Any],
) -> None:
    for alarm in _alarms(template, Monitoring="full", DatabaseCapacityMB="500").values():
        if "MetricName" in alarm:
            is_ours = alarm["MetricName"] != _OF_LAMBDA
            service = [{"Name": "service", "Value": "discord_clip_saver"}]
            assert alarm.get("Dimensions") == (service if is_ours else None)


def test_each_alarm_tells_one_of_two_topics_when_it_comes_and_when_it_goes(
    template: dict[str, Any],
) -> None:
    topics = {
        logical_id: alarm["AlarmActions"][0]["Ref"]
        for logical_id, alarm in _alarms(template, Monitoring="full").items()
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
    alarms = cloudformation.of_type(template["Resources"], "AWS::CloudWatch::Alarm")
    named = [_RUNBOOK.search(alarm["AlarmDescription"]) for alarm in alarms.values()]
    sections = [match[1] for match in named if match]
    assert len(sections) == len(set(sections)) == len(alarms)
    assert [headings.count(section) for section in sections] == [1] * len(sections)


def test_a_late_sync_is_noticed_by_silence_unless_the_schedule_is_off(
    resources: dict[str, Any],
) -> None:
    alarm = resources["SyncIsLate"]["Properties"]
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["ActionsEnabled"] == {"Fn::If": ["WatchesSync", True, False]}


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
    code = "".join(path.read_text() for path in (ROOT / "functions").rglob("*.py"))
    assert len(sought) >= 14
    assert [text for text in sought if text not in code] == []
    groups = {name for name, each in resources.items() if each["Type"] == "AWS::Logs::LogGroup"}
    assert {group["Ref"] for query in queries for group in query["LogGroupNames"]} <= groups


def test_no_two_widgets_of_the_dashboard_overlap_and_none_stands_out(
    dashboard: dict[str, Any],
) -> None:
    for one, other in combinations(dashboard["widgets"], 2):
        is_beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        is_above = (
            one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
        )
        assert is_beside or is_above, (one, other)
    assert all(each["x"] + each["width"] <= _COLUMNS for each in dashboard["widgets"])


def test_every_chart_has_a_title_of_its_own_a_unit_and_labels(dashboard: dict[str, Any]) -> None:
    charts = _charts(dashboard)
    assert len({chart["title"] for chart in charts}) == len(charts) >= 15
    for chart in charts:
        assert chart["yAxis"]["left"]["label"]
        assert chart["region"] == "${AWS::Region}"
        assert all("label" in line[-1] or "id" in line[-1] for line in chart["metrics"])


def test_the_dashboard_shows_all_that_is_measured(dashboard: dict[str, Any]) -> None:
    shown = {line[1] for chart in _charts(dashboard) for line in chart["metrics"] if len(line) > 1}
    left_out = {"RunDuration", "Guilds", "Channels", "Connections", "SlowStatements"}
    assert {*get_args(metrics.MetricName)} - shown == left_out
    assert "SlowStatements" in json.dumps(dashboard)


def test_the_dashboard_begins_with_the_alarms_that_every_watched_stack_has(
    template: dict[str, Any], dashboard: dict[str, Any]
) -> None:
    shown = dashboard["widgets"][0]["properties"]["alarms"]
    names = {_text(alarm["AlarmName"]) for alarm in _alarms(template).values()}
    assert {arn.rpartition(":alarm:")[2] for arn in shown} == names
    assert (dashboard["widgets"][0]["y"], dashboard["widgets"][0]["width"]) == (0, _COLUMNS)


def test_the_dashboard_names_only_what_the_stack_has(
    dashboard: dict[str, Any], resources: dict[str, Any]
) -> None:
    named = set(re.findall(r"\$\{(\w+)(?:\.\w+)?\}", json.dumps(dashboard)))
    assert named <= resources.keys()
    functions = cloudformation.of_type(resources, "AWS::Lambda::Function")
    assert functions.keys() <= named
    limits = {
        name: int(limit)
        for chart in _charts(dashboard)
        for line in chart["metrics"]
        for limit in re.findall(
            r"/ (\d+)$", line[0].get("expression", "") if len(line) == 1 else ""
        )
        for name in functions
        if name.removesuffix("Function").lower() == line[0]["label"]
    }
    assert limits == {name: each["Timeout"] * 1000 for name, each in functions.items()}


def test_grafana_shows_the_same_charts_from_cloudwatch(dashboard: dict[str, Any]) -> None:
    grafana = json.loads((ROOT / "infra" / "grafana.json").read_text())
    assert [panel["title"] for panel in grafana["panels"]] == [
        chart["title"] for chart in _charts(dashboard)
    ]
    for panel, chart in zip(grafana["panels"], _charts(dashboard), strict=True):
        shown = [target.get("metricName") for target in panel["targets"]]
        assert shown == [line[1] if len(line) > 1 else None for line in chart["metrics"]]
        assert panel["datasource"]["type"] == "cloudwatch"
    variables = {each["name"] for each in grafana["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z_]+)", json.dumps(grafana)))
    assert used <= variables
    assert _OWN + "$stack" in json.dumps(grafana)
