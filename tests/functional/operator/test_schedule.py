"""`clipsaver schedule`, as an operator types it; AWS is moto's Scheduler, on the wire."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer
from typer.testing import CliRunner, Result

from clipsaver import aws, cli
from clipsaver.schedules import commands
from functions.shared import errors

STACK = "clips"
REGION = "eu-central-1"
NOBODY = "arn:aws:iam::123456789012:role/nobody"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `clipsaver schedule ...` in an empty folder, without AWS."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(commands.console, "width", 200)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return lambda *arguments: CliRunner().invoke(cli.app, ["schedule", *arguments])


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def scheduler(moto: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """EventBridge Scheduler with nothing in it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    client = aws.client("scheduler", REGION)
    yield client
    for each in client.list_schedules()["Schedules"]:
        client.delete_schedule(Name=each["Name"])
    client.close()


def create(scheduler: Any, name: str, expression: str, zone: str = "UTC", **more: str) -> None:
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression=expression,
        ScheduleExpressionTimezone=zone,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": NOBODY, "RoleArn": NOBODY},
        **more,
    )


def rows(result: Result) -> list[list[str]]:
    """The cells of the table that was printed."""
    assert result.exit_code == 0, result.output
    lines = [line.strip("│") for line in result.output.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.split("│")] for line in lines]


def test_convert_shows_the_expression_and_the_next_three_runs(run: Run) -> None:
    result = run("convert", "0 9 * * 1", "--timezone", "Asia/Tokyo")
    assert result.output.splitlines()[0] == "cron(0 9 ? * MON *)"
    shown = [datetime.strptime(cell, "%a %Y-%m-%d %H:%M %z") for (cell,) in rows(result)]
    assert [each.utcoffset() for each in shown] == [timedelta(hours=9)] * 3
    assert all(f"{each:%a %H:%M}" == "Mon 09:00" for each in shown)
    assert shown[0] > datetime.now(UTC)
    assert shown[2] - shown[0] == timedelta(weeks=2)


def test_convert_takes_the_line_of_the_settings(run: Run, tmp_path: Path) -> None:
    assert run("convert").output.startswith("cron(0/30 * * * ? *)")
    (tmp_path / "mine.yml").write_text(
        'database_settings_defaults: {install_intent_purge_cron: "@daily"}'
    )
    (tmp_path / ".env").write_text("DEFAULT_SETTINGS_PATH=mine.yml")
    assert run("convert").output.startswith("cron(0 0 * * ? *)")


def test_convert_says_which_setting_eventbridge_cannot_express(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(
        'database_settings_defaults: {install_intent_purge_cron: "0 9 13 * FRI"}'
    )
    (tmp_path / ".env").write_text("DEFAULT_SETTINGS_PATH=mine.yml")
    error = run("convert").exception
    assert isinstance(error, errors.ConfigurationError)
    assert "install_intent_purge_cron" in str(error)
    assert "days that fit either" in str(error)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["* * *"], "has 3 fields"),
        (["@daily", "--timezone", "Mars/Olympus"], "no time zone Mars/Olympus"),
        (["@daily", "--timezone", "../etc"], "no time zone ../etc"),
    ],
)
def test_convert_refuses_with_a_sentence(run: Run, arguments: list[str], reason: str) -> None:
    result = run("convert", *arguments)
    assert result.exit_code == 2
    assert reason in result.output


def test_list_shows_what_is_deployed(run: Run, scheduler: Any) -> None:
    create(scheduler, f"{STACK}-sync", "rate(15 minutes)")
    create(scheduler, f"{STACK}-purge", "cron(30 4 ? * SUN *)", "Europe/Berlin")
    create(scheduler, f"{STACK}-staging-sync", "rate(1 day)")
    sync, purge = rows(run("list", "--stack", STACK, "--region", REGION))
    assert sync[:4] == ["clips-sync", "rate(15 minutes)", "UTC", "ENABLED"]
    assert sync[4].startswith("about ")
    assert purge[:4] == ["clips-purge", "cron(30 4 ? * SUN *)", "Europe/Berlin", "ENABLED"]
    assert purge[4].startswith("Sun ")
    assert " 04:30 " in purge[4]


def test_list_shows_backups_where_the_stack_has_a_bucket(run: Run, scheduler: Any) -> None:
    for job in ("sync", "purge", "backup"):
        create(scheduler, f"{STACK}-{job}", "cron(0 3 * * ? *)")
    create(scheduler, f"{STACK}-journal", "cron(30 * * * ? *)")
    shown = rows(run("list", "--stack", STACK, "--region", REGION))
    names = [row[0] for row in shown]
    assert names == ["clips-sync", "clips-purge", "clips-backup", "clips-journal"]
    assert ":30 " in shown[-1][4]


@pytest.mark.parametrize(
    ("expression", "state", "shown"),
    [
        ("rate(15 minutes)", "DISABLED", "never"),
        ("cron(0 0 1 1 ? 2020)", "ENABLED", "never"),
        ("cron(0 9 15W * ? *)", "ENABLED", "unknown"),
    ],
)
def test_list_says_when_there_is_no_next_run(
    run: Run, scheduler: Any, expression: str, state: str, shown: str
) -> None:
    create(scheduler, f"{STACK}-purge", expression, State=state)
    (row,) = rows(run("list", "--stack", STACK, "--region", REGION))
    assert row == ["clips-purge", expression, "UTC", state, shown]


def test_list_takes_stack_and_region_of_samconfig(run: Run, scheduler: Any, tmp_path: Path) -> None:
    (tmp_path / "samconfig.toml").write_text(f"""
        [staging.global.parameters]
        stack_name = "clips-staging"
        region = "{REGION}"
    """)
    create(scheduler, "clips-staging-sync", "rate(1 hour)")
    assert rows(run("list", "--config-env", "staging"))[0][0] == "clips-staging-sync"
    error = run("list").exception
    assert isinstance(error, errors.ConfigurationError)
    assert "no environment default; there are: staging" in str(error)


@pytest.mark.parametrize("region", ["us-east-1", REGION])
def test_list_says_where_a_stack_has_no_schedule(run: Run, scheduler: Any, region: str) -> None:
    create(scheduler, "other-sync", "rate(1 hour)")
    error = run("list", "--stack", STACK, "--region", region).exception
    assert isinstance(error, aws.NotDeployed)
    assert "none of the schedules clips-sync, clips-purge, clips-backup" in str(error)
    assert f"in {region}" in str(error)


def test_list_needs_credentials(run: Run) -> None:
    error = run("list", "--stack", STACK, "--region", REGION).exception
    assert isinstance(error, aws.NotSignedIn)
    assert "There are no AWS credentials: set AWS_PROFILE" in str(error)


def test_list_needs_a_region(run: Run) -> None:
    error = run("list", "--stack", STACK).exception
    assert isinstance(error, aws.AwsError)
    assert "give --region" in str(error)


@pytest.fixture
def refusing_aws(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """An AWS that refuses everything with the error code in the list."""
    codes: list[str] = []

    class Refusal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"Message": "You may not."}'
            self.send_response(HTTPStatus.FORBIDDEN)
            self.send_header("x-amzn-ErrorType", codes[0])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusal) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        yield codes
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("code", "kind", "sentence"),
    [
        ("AccessDeniedException", aws.AwsError, "AWS refused GetSchedule: You may not."),
        ("ExpiredTokenException", aws.NotSignedIn, "does not accept these credentials"),
    ],
)
def test_list_says_what_aws_refuses(
    run: Run, refusing_aws: list[str], code: str, kind: type[aws.AwsError], sentence: str
) -> None:
    refusing_aws.append(code)
    error = run("list", "--stack", STACK, "--region", REGION).exception
    assert type(error) is kind
    assert sentence in str(error)
    assert code in str(error)
