"""`clipsaver doctor`, as an operator types it, on the variables of their own machine."""

import re
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from clipsaver import cli
from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.operations import commands
from tests.functional.operator.conftest import rows

Run = Callable[..., Result]


@pytest.fixture
def discord() -> Iterator[DiscordServer]:
    with DiscordServer(sample_world()) as server:
        yield server


@pytest.fixture
def run(discord: DiscordServer, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `clipsaver doctor` on these variables, some of them changed."""
    mine = discord.world.application
    variables = {
        "DISCORD_PUBLIC_KEY": mine.public_key,
        "DISCORD_APPLICATION_ID": str(mine.id),
        "BOT_TOKEN": mine.bot_token,
        "DISCORD_CLIENT_SECRET": mine.client_secret,
        "DATABASE_URL": database_url,
        "DISCORD_API_URL": discord.api_url,
    }
    monkeypatch.setattr(commands.console, "width", 300)

    def type_in(*arguments: str, **changed: str) -> Result:
        monkeypatch.setattr(commands, "operator_variables", lambda: variables | changed)
        return CliRunner().invoke(cli.app, ["doctor", *arguments])

    return type_in


def test_findings_are_a_table_with_what_to_do(run: Run) -> None:
    result = run()
    assert result.exit_code == 0, result.exception
    assert re.search(r"│ database +│ ok +│ reachable, PostgreSQL \d+", result.output)
    assert re.search(r"│ commands +│ warning +│ .*│ `clipsaver commands push`", result.output)


def test_what_has_to_be_done_now_is_an_exit_status(run: Run) -> None:
    result = run(BOT_TOKEN="not.the.token")
    assert result.exit_code == 1
    assert re.search(r"│ bot token +│ failure +│ .*│ Developer portal, Bot, Reset", result.output)


def test_an_address_is_told_to_its_end_in_a_narrow_terminal(
    run: Run, discord: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    discord.world.application.interactions_endpoint_url = f"https://{'a' * 60}.example/interactions"
    run()
    monkeypatch.setattr(commands.console, "width", 80)
    shown = "".join(row[2] for row in rows(run(PUBLIC_URL="https://clips.example").output))
    assert f"it is https://{'a' * 60}.example/interactions" in shown.replace("it is", "it is ")


def test_a_pause_of_this_machine_is_told(run: Run) -> None:
    assert re.search(r"│ pause +│ ok +│ running", run().output)
    paused = run(PAUSED="yes")
    assert paused.exit_code == 0
    assert re.search(r"│ pause +│ warning +│ nothing is written.*│ .*PAUSED", paused.output)


def test_an_alarm_is_tested_on_a_deployed_stack_alone(run: Run) -> None:
    result = run("--alarm-test")
    assert result.exit_code == 2
    assert "--stack" in result.output
