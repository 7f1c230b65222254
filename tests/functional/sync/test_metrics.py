"""The metrics of an invocation on Lambda, as CloudWatch finds them among the logs."""

import json
from typing import Any, get_args

import pytest

from clipsaver.local.errors import FunctionFailed
from functions.shared.metrics import CRITICAL, MetricName
from tests.functional.sync.stage import CHANNELS, GUILDS, Stage

DIMENSIONS = {"service", "state", "scope"}
ON_THE_DATABASE = {("ConnectTime",), ("StatementTime",)}


@pytest.fixture
def on_lambda(stage: Stage) -> Stage:
    stage.variables["AWS_LAMBDA_FUNCTION_NAME"] = "sync"
    return stage


def figures(capsys: pytest.CaptureFixture[str]) -> dict[tuple[str, ...], float]:
    """What was printed as metrics: the values by name and dimension, service aside."""
    found: dict[tuple[str, ...], float] = {}
    for text in capsys.readouterr().out.splitlines():
        line: dict[str, Any] = json.loads(text)
        if "_aws" not in line:
            continue
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        (dimensions,) = directive["Dimensions"]
        assert set(dimensions) <= DIMENSIONS
        labels = tuple(line[name] for name in dimensions if name != "service")
        for metric in directive["Metrics"]:
            assert metric["Name"] in get_args(MetricName)
            key = (metric["Name"], *labels)
            assert key not in found
            (found[key],) = line[metric["Name"]]
    return found


def test_a_full_run_tells_all_of_its_figures(
    on_lambda: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    on_lambda.sync()
    capsys.readouterr()
    on_lambda.week.archive()
    on_lambda.discord.faults.add(
        CHANNELS, scope="shared", retry_after=0.01, times=1, headers={"Retry-After": None}
    )
    summary = on_lambda.sync()
    found = figures(capsys)
    assert found.pop(("RunDuration",)) > found.pop(("RequestLatency",)) > 0
    assert found.pop(("StatementTime",)) > 0
    assert found.pop(("SyncAge",)) < 60
    assert found == {
        ("Requests",): summary["requests"],
        ("Retries",): 1,
        ("RateLimited", "shared"): 1,
        ("SyncsCompleted",): 1,
        ("Failures",): 0,
        ("Breaker",): 0,
        ("Drift",): 0,
        ("Guilds", "present"): 2,
        ("Channels", "visible"): 4,
        ("Channels", "archived"): 1,
    }


def test_ages_are_told_also_where_no_purge_tells_them(
    on_lambda: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    on_lambda.execute(
        "INSERT INTO job_runs (job, last_succeeded_at) VALUES"
        " ('purge', now() - interval '2 days'), ('backup', now() - interval '27 hours')"
    )
    on_lambda.sync()
    found = figures(capsys)
    assert found["PurgeAge",] == pytest.approx(2 * 86400, abs=60)
    assert found["BackupAge",] == pytest.approx(27, abs=0.1)


def test_a_run_that_fails_tells_its_figures_as_well(
    on_lambda: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    on_lambda.discord.faults.add(GUILDS, status=500)
    with pytest.raises(FunctionFailed):
        on_lambda.sync()
    found = figures(capsys)
    assert (found["Failures",], found["Requests",], found["Retries",]) == (1, 5, 3)
    assert found["DiscordUnreachable",] == 1
    assert ("SyncsCompleted",) not in found


def test_a_run_of_some_guilds_tells_only_of_its_requests(
    on_lambda: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    on_lambda.sync({"guild_ids": [str(on_lambda.arcade.id)]})
    asked = {("Requests",), ("Retries",), ("RequestLatency",)}
    assert figures(capsys).keys() == asked | ON_THE_DATABASE


def test_a_batch_tells_its_figures_once(
    on_lambda: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    bodies = [json.dumps({"guild_ids": [str(guild)]}) for guild in on_lambda.world.guilds]
    records = [{"messageId": body, "body": body} for body in bodies]
    on_lambda.sync({"Records": records})
    lines = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert len(lines) == 1
    assert len(json.loads(lines[0])["Requests"]) == 2


def test_the_memory_is_told_in_percent_of_its_limit(
    on_lambda: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    on_lambda.variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = "1000000"
    on_lambda.sync()
    assert 0 < figures(capsys)["MemoryUse",] < 1


def test_critical_figures_have_no_dimensions_and_are_few(
    on_lambda: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    on_lambda.variables["MONITORING"] = "critical"
    on_lambda.sync()
    on_lambda.discord.faults.add(GUILDS, status=500)
    with pytest.raises(FunctionFailed):
        on_lambda.sync()
    lines = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    told = {metric["Name"] for line in lines for metric in directive(line)["Metrics"]}
    assert told == {"SyncsCompleted", "Drift", "DiscordUnreachable"}
    assert told < CRITICAL
    assert all(directive(line)["Dimensions"] == [["service"]] for line in lines)


def directive(line: str) -> dict[str, Any]:
    """What a line says of itself."""
    (found,) = json.loads(line)["_aws"]["CloudWatchMetrics"]
    assert isinstance(found, dict)
    return found


def test_figures_stand_in_the_namespace_of_the_stack(
    on_lambda: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    on_lambda.variables["METRICS_NAMESPACE"] = "DiscordClipSaver/staging"
    on_lambda.sync()
    lines = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert {directive(line)["Namespace"] for line in lines} == {"DiscordClipSaver/staging"}


def test_nothing_is_told_where_monitoring_is_off(
    on_lambda: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    on_lambda.variables["MONITORING"] = "off"
    on_lambda.sync()
    assert "_aws" not in capsys.readouterr().out


def test_refused_credentials_are_counted(
    on_lambda: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    on_lambda.discord.faults.add(GUILDS, status=401)
    with pytest.raises(FunctionFailed):
        on_lambda.sync()
    assert figures(capsys)["AuthenticationFailures",] >= 1


def test_a_terminal_sees_no_metrics(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.sync()
    assert "_aws" not in capsys.readouterr().out
