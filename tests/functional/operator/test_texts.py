"""What `clipsaver` prints of others' texts: letter by letter, whatever brackets and colons mean."""

import sys
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from clipsaver import aws, cli
from clipsaver.operations import commands as operations
from clipsaver.operations import invocation
from clipsaver.operations.stack import Stack
from clipsaver.recovery import commands as recovery
from functions.deploy import migrations
from functions.operations.recovery import manifest, sessions
from functions.shared import errors
from tests import factories

_ARN: Final = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:clip-saver-AbCdEf"
_ODD: Final = f"[type=missing] in [/tmp/x] of {_ARN}"


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    for console in (cli.console, cli.complaints, recovery.console, operations.console):
        monkeypatch.setattr(console, "width", 300)


@pytest.fixture
def variables(database_url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    variables = {"DATABASE_URL": database_url, "LOG_LEVEL": "ERROR"}
    for module in (cli, operations, recovery):
        monkeypatch.setattr(module, "operator_variables", lambda: variables)
    return variables


def _fail(*_: object, **__: object) -> Any:
    raise errors.ConfigurationError(_ODD)


def test_an_error(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(migrations, "upgrade", _fail)
    monkeypatch.setattr(sys, "argv", ["clipsaver", "migrate"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"ConfigurationError: {_ODD}\n"


def test_a_place_that_cannot_be_written_to(
    variables: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "taken").touch()
    place = str(tmp_path / "taken" / "backups")
    monkeypatch.setattr(sys, "argv", ["clipsaver", "backup", "--to", place, "--log-only"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert told.startswith(f"NotADirectoryError: Not a directory: {place}")
    assert "Traceback" not in told


def test_a_manifest_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "20260131T120000Z-full"
    folder.mkdir()
    (folder / manifest.FILE).write_text("{}")
    monkeypatch.setattr(sys, "argv", ["clipsaver", "restore", str(folder)])
    with pytest.raises(SystemExit):
        cli.main()
    assert "[type=missing, input_value={}, input_type=dict]" in capsys.readouterr().err


def test_what_a_migration_did(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "upgrade", lambda _: _ODD)
    assert CliRunner().invoke(cli.app, ["migrate"]).output == f"{_ODD}\n"


def test_why_it_is_not_known_whether_a_stack_is_paused(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Stack:
        raise aws.AwsError(_ODD)

    monkeypatch.setattr(Stack, "read", refuse)
    shown = CliRunner().invoke(cli.app, ["deploy", "--show", "--stack-name", "clips"])
    assert _ODD in shown.output


def test_a_finding(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    finding = {"check": "secret", "level": "warning", "told": _ODD, "fix": ""}
    monkeypatch.setattr(invocation, "run", lambda *_: {"findings": [finding]})
    assert _ODD in CliRunner().invoke(cli.app, ["doctor"]).output


def test_what_a_backup_lost_and_where_it_is(
    variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "[red]backups"
    monkeypatch.setattr(sessions, "told", lambda _: _ODD)
    with factories.open_rows(variables["DATABASE_URL"]) as rows:
        rows.two_guilds()
        rows.sql("ALTER TABLE clip_opt_outs RENAME COLUMN user_id TO unreadable")
    options = ("--to", str(place), "--tolerant", "--without-secret")
    made = CliRunner().invoke(cli.app, ["backup", *options])
    assert f"Backed up to {place}/" in made.output
    restored = CliRunner().invoke(cli.app, ["restore", str(place), "--replace", "--yes"])
    for printed in (made.output, restored.output):
        assert f"lost opt outs cannot be read: clip_opt_outs: {_ODD}\n" in printed
