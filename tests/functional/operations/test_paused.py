"""The functions behind the API while the operator has paused Clip Saver."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from clipsaver import cli
from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.lambda_environment import LambdaEnvironment
from functions.shared import errors
from tests.events import files

NO_DATABASE = "postgresql://clips@127.0.0.1:9/clips"


@pytest.fixture
def discord() -> Iterator[DiscordServer]:
    with DiscordServer(sample_world()) as server:
        yield server


@pytest.fixture
def variables(discord: DiscordServer) -> dict[str, str]:
    """Paused, and the database is away for maintenance."""
    mine = discord.world.application
    return {
        "DISCORD_PUBLIC_KEY": mine.public_key,
        "DISCORD_APPLICATION_ID": str(mine.id),
        "BOT_TOKEN": mine.bot_token,
        "DATABASE_URL": NO_DATABASE,
        "DISCORD_API_URL": discord.api_url,
        "PAUSED": "true",
    }


def invoke(function: str, variables: dict[str, str], event: Any) -> Any:
    with LambdaEnvironment(function, variables) as environment:
        return environment.invoke(event)


@pytest.mark.parametrize("function", ["sync", "purge"])
def test_a_scheduled_run_does_nothing_and_says_so(
    discord: DiscordServer,
    variables: dict[str, str],
    capfd: pytest.CaptureFixture[str],
    function: str,
) -> None:
    answer = invoke(function, variables, files.lambda_event("scheduler"))
    assert answer == {"complete": False, "paused": True}
    assert "clipsaver resume" in capfd.readouterr().out
    assert discord.requests.by_route() == {}


@pytest.mark.parametrize("function", ["jobs", "scan", "sync"])
def test_messages_go_back_to_their_queue(
    discord: DiscordServer, variables: dict[str, str], function: str
) -> None:
    batch = files.lambda_event("sqs_batch")
    answer = invoke(function, variables, batch)
    given_back = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
    assert given_back == [record["messageId"] for record in batch["Records"]]
    assert discord.requests.by_route() == {}


@pytest.mark.parametrize("verb", ["sync", "purge"])
def test_the_operators_own_run_is_refused_too(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr(cli, "operator_variables", lambda: variables)
    result = CliRunner().invoke(cli.app, [verb])
    assert isinstance(result.exception, errors.Paused)
    assert "take PAUSED out of the environment and .env" in str(result.exception)


@pytest.mark.parametrize("verb", ["sync", "purge"])
def test_what_only_looks_is_not_refused(
    variables: dict[str, str], database_url: str, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    mine = variables | {"DATABASE_URL": database_url}
    monkeypatch.setattr(cli, "operator_variables", lambda: mine)
    result = CliRunner().invoke(cli.app, [verb, "--dry-run"])
    assert result.exit_code == 0, result.exception
