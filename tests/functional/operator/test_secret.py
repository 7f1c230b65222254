"""`clipsaver` on variables of which most stand in a secret."""

import os
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from clipsaver import cli
from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from functions.shared import errors
from tests.factories import Rows, open_rows
from tests.secrets_manager import SecretsManager

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def manager() -> Iterator[SecretsManager]:
    with SecretsManager() as manager:
        yield manager


@pytest.fixture
def discord() -> Iterator[DiscordServer]:
    with DiscordServer(sample_world()) as server:
        yield server


@pytest.fixture
def arn(manager: SecretsManager, discord: DiscordServer, database_url: str) -> str:
    application = discord.world.application
    return manager.store(
        {
            "DISCORD_APPLICATION_ID": str(application.id),
            "BOT_TOKEN": application.bot_token,
            "DATABASE_URL": database_url,
        }
    )


@pytest.fixture
def run(
    manager: SecretsManager, discord: DiscordServer, arn: str, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Runs `clipsaver ...` with the secret's ARN and the operator's way to AWS."""
    for name, value in manager.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DISCORD_API_URL", discord.api_url)
    monkeypatch.setenv("SECRET_ARN", arn)
    monkeypatch.setattr(cli, "operator_variables", lambda: os.environ)
    return lambda *arguments: CliRunner().invoke(cli.app, [*arguments])


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    with open_rows(database_url) as rows:
        yield rows


@pytest.mark.parametrize(
    "verb",
    [
        ("migrate",),
        ("sync",),
        ("purge",),
        ("purge", "--dry-run"),
        ("commands", "diff"),
        ("commands", "push"),
    ],
    ids=" ".join,
)
def test_a_verb_finds_in_the_secret_what_it_needs(run: Run, verb: tuple[str, ...]) -> None:
    result = run(*verb)
    assert result.exit_code == 0, result.exception


def test_settings_find_their_database_in_the_secret(run: Run, rows: Rows) -> None:
    rows.two_guilds()
    guild = str(rows.sql("SELECT guild_id FROM bot_guilds")[0]["guild_id"])
    assert run("settings", "set", guild, "prefix", "?").exit_code == 0
    assert "?" in run("settings", "show", guild).output


def test_what_even_the_secret_lacks_is_named(run: Run, manager: SecretsManager, arn: str) -> None:
    manager.replace(arn, {})
    result = run("sync")
    assert isinstance(result.exception, errors.ConfigurationError)
    assert "BOT_TOKEN is not set, nor in the secret" in str(result.exception)
    assert "DATABASE_URL is not set, nor in the secret" in str(result.exception)
