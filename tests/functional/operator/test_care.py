"""`clipsaver verify` and `clipsaver maintain`, here and by the deployed function."""

import logging
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from clipsaver import cli
from clipsaver.local.lambda_environment import LambdaEnvironment
from clipsaver.operations import care
from tests import factories
from tests.factories import Rows

Run = Callable[..., Result]


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    with factories.open_rows(database_url) as rows:
        rows.two_guilds()
        yield rows


@pytest.fixture
def run(database_url: str, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    variables = {"DATABASE_URL": database_url, "LOG_LEVEL": "ERROR"}
    monkeypatch.setattr(care, "operator_variables", lambda: variables)
    monkeypatch.setattr(care.console, "width", 250)
    logger = logging.getLogger("discord_clip_saver")
    before = logger.handlers[:], logger.level, logger.propagate
    yield lambda *arguments: CliRunner().invoke(cli.app, list(arguments))
    logger.handlers[:], logger.level, logger.propagate = before


def _cells(result: Result, check: str) -> list[str]:
    (line,) = (line for line in result.output.splitlines() if line.startswith(f"│ {check} "))
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_verify_shows_findings_with_their_fixes(run: Run, rows: Rows) -> None:
    rows.sql("UPDATE guild_settings SET settings = '[]'")
    shown = run("verify")
    assert shown.exit_code == 0, shown.output
    _, level, told, fix = _cells(shown, "settings not objects")
    assert level == "warning"
    assert told.startswith("2 settings that are no JSON object")
    assert "--only settings" in fix
    assert _cells(shown, "rows")[1] == "ok"


def test_verify_fails_where_something_has_to_be_done_now(
    run: Run, rows: Rows, superuser_url: str
) -> None:
    with factories.open_rows(superuser_url) as almighty:
        almighty.sql("SET session_replication_role = replica")
        almighty.sql("DELETE FROM bot_channels")
    shown = run("verify")
    assert shown.exit_code == 1
    assert _cells(shown, "constraints")[1] == "failure"


def test_maintain_shows_every_table_with_its_time(run: Run) -> None:
    shown = run("maintain")
    assert shown.exit_code == 0, shown.output
    assert float(_cells(shown, "bot_guilds")[-1]) >= 0


@pytest.mark.parametrize("operation", ["verify", "maintain"])
def test_the_deployed_function_does_the_same(operation: str, rows: Rows, database_url: str) -> None:
    variables = {"DATABASE_URL": database_url, "LOG_LEVEL": "ERROR"}
    with LambdaEnvironment("operations", variables) as function:
        answer = function.invoke({"operation": operation})
    assert answer["findings" if operation == "verify" else "tables"]


def test_maintain_builds_every_index_anew_where_it_is_told_to(run: Run) -> None:
    shown = run("maintain", "--reindex-all")
    assert shown.exit_code == 0, shown.output
    assert "clips" in shown.output.partition("Built anew: ")[2]
