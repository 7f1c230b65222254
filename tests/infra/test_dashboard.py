"""The dashboards of CloudWatch and Grafana: all that is measured, in charts that can be read."""

import json
import re
from itertools import combinations
from typing import Any, Final, get_args

import pytest

from functions.shared import metrics
from tests.infra import alarms, cloudformation, tools
from tests.infra.conftest import ROOT

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

_OWN: Final = "DiscordClipSaver/"
_OF_LAMBDA: Final = "OutOfMemory"
"""Made of Lambda's log lines, and not by a function."""
_COLUMNS: Final = 24


@pytest.fixture(scope="module")
def dashboard(resources: dict[str, Any]) -> dict[str, Any]:
    body = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    document: dict[str, Any] = json.loads(body)
    return document


def _charts(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [each["properties"] for each in dashboard["widgets"] if each["type"] == "metric"]


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
        sides = {line[-1].get("yAxis", "left") for line in chart["metrics"]}
        assert all(chart["yAxis"][side]["label"] for side in sides)
        assert chart["region"] == "${AWS::Region}"
        assert all("label" in line[-1] or "id" in line[-1] for line in chart["metrics"])


def test_the_dashboard_shows_all_that_is_measured(dashboard: dict[str, Any]) -> None:
    shown = {line[1] for chart in _charts(dashboard) for line in chart["metrics"] if len(line) > 1}
    left_out = {"RunDuration", "Guilds", "Channels", "Connections", "SlowStatements"}
    assert {*get_args(metrics.MetricName)} - shown == left_out
    assert "SlowStatements" in json.dumps(dashboard)


def test_a_chart_that_only_full_monitoring_fills_says_so(dashboard: dict[str, Any]) -> None:
    for chart in _charts(dashboard):
        sources = [line for line in chart["metrics"] if len(line) > 1]
        is_filled = any(
            not line[0].startswith(_OWN) or line[1] in {*metrics.CRITICAL, _OF_LAMBDA}
            for line in sources
        )
        assert chart["title"].endswith(" (full)") is not is_filled, chart["title"]


def test_the_dashboard_begins_with_the_alarms_that_every_watched_stack_has(
    template: dict[str, Any], dashboard: dict[str, Any]
) -> None:
    shown = dashboard["widgets"][0]["properties"]["alarms"]
    names = {
        cloudformation.text(alarm["AlarmName"]) for alarm in alarms.of_stack(template).values()
    }
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
        apart = [each["matcher"]["options"] for each in panel["fieldConfig"]["overrides"]]
        assert apart == [
            line[-1]["label"] for line in chart["metrics"] if line[-1].get("yAxis") == "right"
        ]
        shown = [target.get("metricName") for target in panel["targets"]]
        assert shown == [line[1] if len(line) > 1 else None for line in chart["metrics"]]
        assert panel["datasource"]["type"] == "cloudwatch"
    variables = {each["name"] for each in grafana["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z_]+)", json.dumps(grafana)))
    assert used <= variables
    assert _OWN + "$stack" in json.dumps(grafana)
