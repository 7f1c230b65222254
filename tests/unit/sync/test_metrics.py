"""Metrics as CloudWatch reads them: the embedded metric format."""

import json
import time
from typing import Any, get_args

import pytest

from functions.shared import measures
from functions.shared.db.statistics import Statistics as DatabaseStatistics
from functions.shared.discord.statistics import Statistics
from functions.shared.metrics import CRITICAL, CloudWatchMetrics, MetricName, Metrics, Unmeasured
from functions.shared.reconcile.summary import Summary
from functions.sync import measures as sync_measures


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_was_noted_is_printed_as_one_line_that_describes_itself(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = CloudWatchMetrics("DiscordClipSaver")
    metrics.add("Requests", 6)
    metrics.add("RunDuration", 1250.5)
    metrics.flush()
    (line,) = lines(capsys)
    assert abs(line["_aws"]["Timestamp"] / 1000 - time.time()) < 60
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "DiscordClipSaver"
    assert directive["Dimensions"] == [["service"]]
    units = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
    assert units == {"Requests": "Count", "RunDuration": "Milliseconds"}
    assert line["service"] == "discord_clip_saver"
    assert (line["Requests"], line["RunDuration"]) == ([6.0], [1250.5])


def test_each_set_of_dimensions_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = CloudWatchMetrics("DiscordClipSaver")
    metrics.add("Channels", 40, state="visible")
    metrics.add("Channels", 2, state="hidden")
    metrics.add("Guilds", 3, state="left")
    metrics.flush()
    found = {
        (metric["Name"], line["state"]): line[metric["Name"]]
        for line in lines(capsys)
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
        if set(directive["Dimensions"][0]) == {"service", "state"}
    }
    assert found == {
        ("Channels", "visible"): [40.0],
        ("Channels", "hidden"): [2.0],
        ("Guilds", "left"): [3.0],
    }


def test_a_flush_prints_once(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = CloudWatchMetrics("DiscordClipSaver")
    metrics.add("Drift", 1)
    metrics.flush()
    metrics.flush()
    assert len(lines(capsys)) == 1


def test_values_of_several_runs_of_an_invocation_stand_side_by_side(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = CloudWatchMetrics("DiscordClipSaver")
    metrics.add("Requests", 3)
    metrics.add("Requests", 4)
    metrics.flush()
    assert lines(capsys)[0]["Requests"] == [3.0, 4.0]


def test_a_terminal_sees_none(capsys: pytest.CaptureFixture[str]) -> None:
    metrics: Metrics = Unmeasured()
    metrics.add("Requests", 3)
    metrics.flush()
    assert capsys.readouterr().out == ""


def test_what_is_critical_is_measured_at_all() -> None:
    assert {*get_args(MetricName)} > CRITICAL


def test_statements_are_measured_by_their_mean_and_the_slow_ones_by_name_and_together(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = CloudWatchMetrics("DiscordClipSaver")
    statistics = DatabaseStatistics(connects=2, connect_seconds=0.5, unreachable=3, refused=1)
    statistics.statements, statistics.statement_seconds = 4, 0.2
    statistics.slow.update({"select_guild": 2, "delete_clips": 1})
    measures.add_statements(metrics, statistics)
    measures.add_statements(metrics, statistics)
    metrics.flush()
    plain, *by_name = lines(capsys)
    assert (plain["ConnectTime"], plain["StatementTime"]) == ([250], [50])
    assert (plain["DatabaseUnreachable"], plain["AuthenticationFailures"]) == ([3], [1])
    assert plain["SlowStatements"] == [3]
    assert {line["statement"]: line["SlowStatements"] for line in by_name} == {
        "select_guild": [2],
        "delete_clips": [1],
    }


def test_requests_are_measured_with_their_refusals_and_their_mean_latency(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = CloudWatchMetrics("DiscordClipSaver")
    statistics = Statistics(requests=4, retries=2, latency_sum=0.5)
    statistics.rate_limited.update({"shared": 3, "user": 1})
    measures.add_requests(metrics, statistics)
    metrics.flush()
    plain, *by_scope = lines(capsys)
    assert (plain["Requests"], plain["Retries"], plain["RequestLatency"]) == ([4], [2], [125])
    assert {line["scope"]: line["RateLimited"] for line in by_scope} == {"shared": [3], "user": [1]}


def test_a_run_is_measured_by_its_failures_its_breaker_and_its_drift(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = CloudWatchMetrics("DiscordClipSaver")
    summary = Summary(breaker="tripped", drift=["one", "two"])
    summary.guilds["failed"] = 3
    sync_measures.add_run(metrics, summary, 1.5)
    metrics.flush()
    (line,) = lines(capsys)
    assert (line["Failures"], line["Breaker"], line["Drift"]) == ([3], [1], [2])
    assert line["RunDuration"] == [1500]


def test_a_run_that_could_not_go_on_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = CloudWatchMetrics("DiscordClipSaver")
    sync_measures.add_run(metrics, None, 0.5)
    metrics.flush()
    (line,) = lines(capsys)
    assert line["Failures"] == [1]
    assert "Breaker" not in line
