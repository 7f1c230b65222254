"""`clipsaver migrate`, as an operator types it."""

import pytest
from typer.testing import CliRunner

from clipsaver import cli
from clipsaver.local.postgres import Postgres
from functions.shared import release


def test_migrate_says_what_it_did(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "migrated_by_hand"
    postgres.create_database(name)
    variables = {"DATABASE_URL": postgres.url(name), "LOG_LEVEL": "WARNING"}
    monkeypatch.setattr(cli, "operator_variables", lambda: variables)
    monkeypatch.setattr(cli.console, "width", 200)
    try:
        first = CliRunner().invoke(cli.app, ["migrate"])
        second = CliRunner().invoke(cli.app, ["migrate"])
    finally:
        postgres.drop_database(name)
    assert first.output.startswith("Applied migrations 0001, ")
    assert first.output.endswith(f": the schema is {release.SCHEMA}.\n")
    assert second.output == f"The schema is {release.SCHEMA}; there was nothing to migrate.\n"
