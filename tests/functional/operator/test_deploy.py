"""`clipsaver deploy`, as `make deploy` calls it, with a recorder in SAM's place."""

import json
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from clipsaver import cli
from functions.shared import errors

ROOT = Path(__file__).parents[3]
MOMENT = r'DeployedAt="(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"'
DERIVED = 'PurgeSchedule="cron(0/30 * * * ? *)"'
RECORDER = f"""#!{sys.executable}
import json, sys
json.dump(sys.argv[1:], open("call.json", "w"))
"""
FAILURE = "#!/bin/sh\nexit 3\n"

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `clipsaver deploy ...` in a folder with a samconfig.toml and a `sam`."""
    monkeypatch.chdir(tmp_path)
    configure(tmp_path, "")
    install_sam(tmp_path, RECORDER)
    return lambda *arguments: CliRunner().invoke(cli.app, ["deploy", "--sam", "./sam", *arguments])


def install_sam(folder: Path, program: str) -> None:
    path = folder / "sam"
    path.write_text(program)
    path.chmod(stat.S_IRWXU)


def configure(folder: Path, deploy_options: str) -> None:
    (folder / "samconfig.toml").write_text(f"""
version = 0.1
[default.global.parameters]
stack_name = "clips"
[default.deploy.parameters]
{deploy_options}
[staging.deploy.parameters]
parameter_overrides = ["LogLevel=DEBUG", "PurgeSchedule=\\"rate(1 hour)\\""]
""")


def call(result: Result) -> list[str]:
    """The arguments that SAM was started with."""
    assert result.exit_code == 0, result.output
    arguments: list[str] = json.loads(Path("call.json").read_text())
    return arguments


def overrides(result: Result) -> list[str]:
    """The parameters that SAM was given, without the moment."""
    arguments = call(result)
    moment, *others = arguments[arguments.index("--parameter-overrides") + 1 :]
    assert re.fullmatch(MOMENT, moment)
    return others


def test_sam_gets_the_moment_and_the_purge_schedule_of_the_settings(
    run: Run, tmp_path: Path
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    *options, moment, derived = call(run())
    assert options == [
        "deploy",
        "--config-file",
        str(tmp_path / "samconfig.toml"),
        "--config-env",
        "default",
        "--parameter-overrides",
    ]
    told = re.fullmatch(MOMENT, moment)
    assert told
    assert before <= datetime.fromisoformat(told[1]) <= datetime.now(UTC)
    assert derived == DERIVED


@pytest.mark.parametrize("verbs", [["deploy"], ["build", "deploy"], ["deploy", "build"]])
def test_make_deploys_what_it_has_just_built(verbs: list[str]) -> None:
    shown = subprocess.run(
        ["make", "--dry-run", "ENV=staging", *verbs],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    steps = re.findall(r"(?:bin/sam (build)|bin/clipsaver (deploy)) .*--config-env staging", shown)
    assert steps == [("build", ""), ("", "deploy")]


def test_another_settings_file_decides(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(
        'database_settings_defaults: {install_intent_purge_cron: "0 4 * * 0"}'
    )
    (tmp_path / ".env").write_text("DEFAULT_SETTINGS_PATH=mine.yml")
    assert overrides(run()) == ['PurgeSchedule="cron(0 4 ? * SUN *)"']


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ('parameter_overrides = ""', []),
        (
            """parameter_overrides = 'LogLevel=DEBUG SyncSchedule="rate(1 minute)"'""",
            ['LogLevel=DEBUG SyncSchedule="rate(1 minute)"'],
        ),
        (
            'parameter_overrides = ["LogLevel=DEBUG", ["file://more.yaml"]]',
            ["LogLevel=DEBUG", "file://more.yaml"],
        ),
        (
            """
                [default.deploy.parameters.parameter_overrides]
                SyncSchedule = "rate(1 minute)"
                LogRetentionDays = 30
                PublicUrl = 'a"b'
                VpcSubnetIds = ["subnet-1", "subnet-2"]
                "$include" = "file://more.yaml"
            """,
            [
                'SyncSchedule="rate(1 minute)"',
                'LogRetentionDays="30"',
                'PublicUrl="a\\"b"',
                'VpcSubnetIds="subnet-1,subnet-2"',
                "file://more.yaml",
            ],
        ),
    ],
)
def test_nothing_that_samconfig_says_is_lost(
    run: Run, tmp_path: Path, configured: str, expected: list[str]
) -> None:
    configure(tmp_path, configured)
    assert overrides(run()) == [DERIVED, *expected]


def test_what_the_operator_gives_comes_last_and_so_wins(run: Run) -> None:
    typed = run("--config-env", "staging", "-p", "PurgeSchedule=rate(2 hours)", "-p", "LogLevel=")
    assert overrides(typed) == [
        DERIVED,
        "LogLevel=DEBUG",
        'PurgeSchedule="rate(1 hour)"',
        'PurgeSchedule="rate(2 hours)"',
        'LogLevel=""',
    ]


def test_parameters_of_all_commands_count_until_deploy_has_its_own(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "samconfig.toml").write_text(
        '[default.global.parameters]\nparameter_overrides = "LogLevel=DEBUG"\n'
    )
    assert overrides(run()) == [DERIVED, "LogLevel=DEBUG"]


@pytest.mark.parametrize(
    ("configured", "typed", "sentence"),
    [
        ("", ["SyncSchedule=cron(99 * * * ? *)"], "SyncSchedule: .* the minute cannot be 99"),
        ("", ["PurgeSchedule=*/30 * * * *"], "PurgeSchedule: .* is neither rate"),
        ("", ["SyncSchedule="], "SyncSchedule: nothing is neither"),
        ("SyncSchedule=rate(5 minutes)", [], r'wants quotes, SyncSchedule="rate\(15 minutes\)"'),
        ('LogLevel=DEBUG SyncSchedule="at(2027-01-01T00:00:00)"', [], "SyncSchedule: at"),
    ],
)
def test_a_schedule_that_eventbridge_would_not_take_is_refused(
    run: Run, tmp_path: Path, configured: str, typed: list[str], sentence: str
) -> None:
    configure(tmp_path, f"parameter_overrides = '{configured}'")
    error = run(*(part for each in typed for part in ("-p", each))).exception
    assert isinstance(error, errors.ConfigurationError)
    assert re.search(sentence, str(error)), error
    assert not Path("call.json").exists()


def test_of_a_schedule_that_is_given_twice_the_last_counts(run: Run, tmp_path: Path) -> None:
    configure(tmp_path, "parameter_overrides = 'SyncSchedule=never'")
    assert overrides(run("-p", "SyncSchedule=rate(1 hour)"))[-1] == 'SyncSchedule="rate(1 hour)"'


def test_other_options_reach_sam_before_the_parameters(run: Run) -> None:
    arguments = call(run("--no-execute-changeset", "--tags", "Team=clips", "--profile", "ours"))
    at = arguments.index("--no-execute-changeset")
    assert arguments[at : at + 6] == [
        "--no-execute-changeset",
        "--tags",
        "Team=clips",
        "--profile",
        "ours",
        "--parameter-overrides",
    ]


def test_show_prints_what_a_shell_takes_and_starts_nothing(run: Run) -> None:
    result = run("--show")
    assert re.search(rf"--parameter-overrides '{MOMENT}' '{re.escape(DERIVED)}'\n$", result.output)
    assert not Path("call.json").exists()


def test_the_exit_status_is_that_of_sam(run: Run, tmp_path: Path) -> None:
    install_sam(tmp_path, FAILURE)
    assert run().exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-p", "PurgeSchedule"], "PurgeSchedule is not NAME=VALUE"),
        (["--parameter-overrides", "A=1"], "SAM would drop all other parameters"),
    ],
)
def test_what_would_lose_parameters_is_refused(
    run: Run, arguments: list[str], sentence: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert sentence in result.output
    assert not Path("call.json").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--config-env", "stagign"], "no environment stagign; there are: default, staging"),
        (["--config-file", "none.toml"], "none.toml cannot be read"),
        (["--sam", "./nowhere/sam"], "./nowhere/sam cannot be started"),
    ],
)
def test_a_wrong_configuration_is_told(run: Run, arguments: list[str], sentence: str) -> None:
    error = run(*arguments).exception
    assert isinstance(error, errors.ConfigurationError)
    assert sentence in str(error)


def test_a_number_is_no_list_of_parameters(run: Run, tmp_path: Path) -> None:
    configure(tmp_path, "parameter_overrides = 5")
    error = run().exception
    assert isinstance(error, errors.ConfigurationError)
    assert "it takes text, a list or a table" in str(error)


def test_a_line_that_eventbridge_cannot_express_stops_the_deploy(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(
        'database_settings_defaults: {install_intent_purge_cron: "0 9 13 * FRI"}'
    )
    (tmp_path / ".env").write_text("DEFAULT_SETTINGS_PATH=mine.yml")
    error = run().exception
    assert isinstance(error, errors.ConfigurationError)
    assert "mine.yml: database_settings_defaults.install_intent_purge_cron" in str(error)
    assert not Path("call.json").exists()
