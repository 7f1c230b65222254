"""What an operator does, on an AWS of this machine: build, deploy, look, change, deploy again."""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import yaml
from typer.testing import CliRunner, Result

from clipsaver import cli
from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.postgres import Postgres
from clipsaver.operations import commands as verbs
from functions.shared import commands
from tests.infra import tools
from tests.infra.deployer import STACK, Operator
from tests.infra.front_door import FrontDoor
from tests.infra.ministack import REGION, Ministack

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

_DATABASE: Final = "deployed"
_EACH_MINUTE: Final = "cron(* * * * ? *)"
_SCHEDULE_SECONDS: Final = 90
"""ministack looks every ten seconds, and a function has to start."""


@pytest.fixture(scope="module")
def operator(
    tmp_path_factory: pytest.TempPathFactory,
    sam_build: Callable[[str], Path],
    here: str,
    translated: Path,
    postgres: Postgres,
) -> Iterator[Operator]:
    """One who has deployed for the first time, at the second attempt."""
    home = tmp_path_factory.mktemp("operator")
    postgres.create_database(_DATABASE)
    with (
        Ministack(home) as ministack,
        DiscordServer(sample_world()) as discord,
        FrontDoor(ministack, STACK, json.loads(translated.read_text())) as door,
    ):
        application = discord.world.application
        someone = Operator(
            template=_for_ministack(sam_build(here)),
            home=home,
            ministack=ministack,
            discord=discord,
            door=door,
            database_url=postgres.url(_DATABASE),
            parameters={
                "DiscordApplicationId": str(application.id),
                "DiscordPublicKey": application.signing_key.verify_key.encode().hex(),
                "Architecture": here,
                "SyncSchedule": _EACH_MINUTE,
                "DiscordApiUrl": discord.api_url,
                "PublicUrl": door.url,
                "Monitoring": "full",
                "AlarmEmail": "operator@example.com",
            },
        )
        secret = someone.store(DATABASE_URL=_with_a_wrong_password(someone.database_url))
        failed = someone.try_to_deploy(SecretArn=secret)
        assert failed.returncode == 1, failed.stdout
        (home / "failed-deploy.txt").write_text(failed.stdout + failed.stderr)
        assert someone.status() is None
        (home / "first-deploy.txt").write_text(someone.deploy(SecretArn=someone.store()))
        yield someone
    postgres.drop_database(_DATABASE)


def _with_a_wrong_password(url: str) -> str:
    return re.sub(r":[^:@/]*@", ":wrong@", url)


def _for_ministack(built: Path) -> Path:
    """The built template without saved queries and alarms on several figures: it has neither."""
    document = yaml.safe_load(built.read_text())
    document["Resources"] = {
        logical_id: resource
        for logical_id, resource in document["Resources"].items()
        if resource["Type"] != "AWS::Logs::QueryDefinition"
        and not (
            resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
        )
    }
    # Beside it, because the paths of the artifacts are relative.
    written = built.with_name("for-ministack.yaml")
    written.write_text(yaml.safe_dump(document))
    return written


def _unwrapped(table: str) -> str:
    """What SAM prints in narrow columns, as one line."""
    return " ".join(table.split())


def _get(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def _guilds(database_url: str) -> list[str]:
    with psycopg.connect(database_url) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM bot_guilds ORDER BY name")]


def test_a_first_deploy_that_fails_says_why_and_leaves_nothing_in_the_way(
    operator: Operator,
) -> None:
    shown = _unwrapped((operator.home / "failed-deploy.txt").read_text())
    assert re.search(r"CREATE_FAILED Custom::Migrate Migrate [^_]*; is DATABASE_URL right", shown)
    assert "has been deleted" in shown


def test_the_deploy_shows_what_the_operator_needs_next(operator: Operator) -> None:
    shown = (operator.home / "first-deploy.txt").read_text()
    for path in ("/install/callback", "/interactions", "/webhook-events"):
        assert f"{operator.door.url}{path}" in shown
    assert "FailedJobsQueueUrl" in shown
    assert "MigrateReport" in shown
    assert "WireReport" in shown


def test_the_deploy_made_the_schema_and_the_functions_find_it(operator: Operator) -> None:
    with psycopg.connect(operator.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM schema_revisions").fetchone() != (0,)
    status, body = _get(f"{operator.door.url}/ready")
    assert status == 200, body
    assert json.loads(body)["checks"]["schema"] == "ok"


def test_the_deploy_told_discord_the_commands_and_where_they_are_answered(
    operator: Operator,
) -> None:
    application = operator.discord.world.application
    assert application.interactions_endpoint_url == f"{operator.door.url}/interactions"
    assert application.event_webhooks_url == f"{operator.door.url}/webhook-events"
    registered = application.commands.all(None)
    assert {each.name for each in registered} == {each.name for each in commands.COMMANDS}


def test_discord_is_answered_through_the_api(operator: Operator) -> None:
    assert operator.discord.interactions.ping().json() == {"type": 1}
    assert operator.discord.interactions.probe()
    assert _get(f"{operator.door.url}/nowhere")[0] == 404
    assert _get(f"{operator.door.url}/")[0] == 200


def test_a_second_deploy_changes_what_was_changed_and_nothing_else(operator: Operator) -> None:
    operator.deploy(PurgeSchedule="cron(0 3 * * ? *)")
    # The daily backup takes the parameters along; this AWS lists it even where there is none.
    changed = [("Modify", "DailyBackup"), ("Modify", "PurgeFunctionSchedule")]
    assert operator.last_changes() == changed
    schedules = operator.ministack.client("scheduler")
    found = schedules.get_schedule(Name=f"{STACK}-purge")
    assert found["ScheduleExpression"] == "cron(0 3 * * ? *)"
    untouched = schedules.get_schedule(Name=f"{STACK}-sync")
    assert untouched["ScheduleExpression"] == _EACH_MINUTE


def test_a_changed_parameter_reaches_the_version_that_the_api_calls(operator: Operator) -> None:
    operator.deploy(LogLevel="DEBUG")
    functions = operator.ministack.client("lambda")
    stack = operator.ministack.client("cloudformation")
    found = stack.describe_stack_resource(StackName=STACK, LogicalResourceId="InteractionsFunction")
    name = found["StackResourceDetail"]["PhysicalResourceId"]
    serving = functions.get_function_configuration(FunctionName=name, Qualifier="live")
    assert serving["Environment"]["Variables"]["LOG_LEVEL"] == "DEBUG"
    assert serving["LoggingConfig"]["ApplicationLogLevel"] == "DEBUG"


@pytest.fixture
def clipsaver(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Types `clipsaver ... --stack clip-saver`."""
    for name, value in operator.ministack.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(verbs.console, "width", 300)
    where = ("--stack", STACK, "--region", REGION)
    return lambda *arguments: CliRunner().invoke(cli.app, [*arguments, *where])


def test_the_doctor_looks_from_inside_the_stack(
    operator: Operator, clipsaver: Callable[..., Result]
) -> None:
    shown = clipsaver("doctor").output
    assert re.search(r"│ schema +│ ok ", shown), shown
    assert re.search(r"│ interactions endpoint +│ ok ", shown)
    assert re.search(r"│ redirect URI +│ warning .* is not registered ", shown)
    assert re.search(r"│ schedule clip-saver-sync +│ ok ", shown)
    assert re.search(r"│ dead letters jobs +│ ok +│ 0 dead letters", shown)
    assert operator.discord.world.application.bot_token not in shown


def test_a_paused_stack_answers_and_writes_nothing_and_deploys_keep_it(
    operator: Operator, clipsaver: Callable[..., Result]
) -> None:
    def status() -> str:
        return str(json.loads(_get(f"{operator.door.url}/ready")[1])["status"])

    assert clipsaver("pause").exit_code == 0
    assert status() == "paused"
    assert operator.discord.interactions.ping().json() == {"type": 1}
    operator.deploy(Paused="true", LogRetentionDays="30")
    assert status() == "paused"
    assert clipsaver("resume").exit_code == 0
    assert status() == "ok"
    operator.deploy(Paused="false")
    assert status() == "ok"


def test_what_was_asked_for_is_watched(operator: Operator) -> None:
    watch = operator.ministack.client("cloudwatch")
    alarms = watch.describe_alarms(AlarmNamePrefix=f"{STACK}-")["MetricAlarms"]
    assert f"{STACK}-SyncIsLate" in {alarm["AlarmName"] for alarm in alarms}
    assert len(alarms) == 11
    body = watch.get_dashboard(DashboardName=f"{STACK}-{REGION}")["DashboardBody"]
    assert f"DiscordClipSaver/{STACK}" in body
    assert "${" not in body
    told = operator.ministack.client("sns").list_subscriptions()["Subscriptions"]
    assert {each["Endpoint"] for each in told} == {"operator@example.com"}
    assert len(told) == 2


def test_the_schedule_starts_a_sync_whose_log_tells_of_it(operator: Operator) -> None:
    give_up = time.monotonic() + _SCHEDULE_SECONDS
    while _guilds(operator.database_url) != ["Arcade", "Basement"]:
        assert time.monotonic() < give_up, operator.logs("sync")
        time.sleep(1)
    assert 'Running job \\"sync\\"' in operator.logs("sync")


def test_a_sync_tells_its_figures_in_the_namespace_of_the_stack(operator: Operator) -> None:
    lines = [line for line in operator.logs("sync").splitlines() if '"SyncsCompleted"' in line]
    assert f'"Namespace":"DiscordClipSaver/{STACK}"' in lines[0]


def test_a_deploy_that_fails_says_why_and_leaves_what_there_was(operator: Operator) -> None:
    """Nothing but a moment has changed, so that moments alone tell the rollback from the deploy."""
    operator.deploy(DeployedAt="2026-11-27T09:00:00Z")
    operator.store(DATABASE_URL=_with_a_wrong_password(operator.database_url))
    failed = operator.try_to_deploy(DeployedAt="2026-11-27T12:00:00Z")
    shown = _unwrapped(failed.stdout)
    assert failed.returncode == 1, shown
    assert re.search(r"UPDATE_FAILED Custom::Migrate Migrate [^_]*; is DATABASE_URL right", shown)
    # The secret is still wrong, so the hook fails once more; the rollback succeeds all the same.
    assert operator.logs("deploy").count("Update of Migrate: No connection") == 2
    assert operator.status() == "UPDATE_ROLLBACK_COMPLETE"
    operator.store()
    assert operator.deploy(DeployedAt="2026-11-27T15:00:00Z")


def test_deleting_the_stack_takes_it_out_of_discord(operator: Operator) -> None:
    """The last test of this file."""
    deleted = operator.sam("delete", "--no-prompts", "--region", REGION)
    assert deleted.returncode == 0, deleted.stdout + deleted.stderr
    assert operator.status() is None
    assert operator.discord.world.application.interactions_endpoint_url is None
    assert operator.discord.world.application.event_webhooks_url is None
