"""What an idle stack tells its alarms when something breaks: one sync each quarter of an hour."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.errors import FunctionFailed
from clipsaver.local.lambda_environment import LambdaEnvironment
from functions.shared.discord import transport
from tests import figures
from tests.infra import alarms, cloudformation, tools

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

NOWHERE = "postgresql://clips:word@127.0.0.1:9/clips"

Quarter = Callable[..., alarms.Figures]
Fired = Callable[..., set[str]]


@pytest.fixture
def discord(monkeypatch: pytest.MonkeyPatch) -> Iterator[DiscordServer]:
    monkeypatch.setattr(transport, "_FIRST_BACKOFF_SECONDS", 0.001)
    with DiscordServer(sample_world()) as server:
        yield server


@pytest.fixture
def quarter(
    discord: DiscordServer, database_url: str, capsys: pytest.CaptureFixture[str]
) -> Quarter:
    """Has the sync run once, with some variables changed; what it measured by default."""
    variables = {
        "AWS_LAMBDA_FUNCTION_NAME": "sync",
        "MONITORING": "critical",
        "BOT_TOKEN": discord.world.application.bot_token,
        "DATABASE_URL": database_url,
        "DISCORD_API_URL": discord.api_url,
    }

    def run(**changed: str) -> alarms.Figures:
        capsys.readouterr()
        # Whether it fails or not, what was measured up to then is printed.
        with (
            LambdaEnvironment("sync", variables | changed) as function,
            contextlib.suppress(FunctionFailed),
        ):
            function.invoke({})
        found = figures.read(capsys.readouterr().out)
        return {name: values for (name, *_), values in found.items()}

    return run


@pytest.fixture
def fired(resources: dict[str, Any]) -> Fired:
    """Which of the template's alarms go off in the course of such quarters."""
    watching = {
        name: alarm
        for name, alarm in cloudformation.of_type(resources, "AWS::CloudWatch::Alarm").items()
        if alarm.get("Period") == alarms.QUARTER_SECONDS
    }
    assert {"CredentialsAreRefused", "DiscordIsUnreachable", "EndpointIsLost"} < watching.keys()
    return lambda *quarters: {
        name for name, alarm in watching.items() if alarms.fires(alarm, quarters)
    }


def test_a_quiet_day_wakes_nobody(quarter: Quarter, fired: Fired) -> None:
    assert fired(quarter(), quarter(), quarter()) == set()


def test_a_dead_token_is_noticed_by_the_second_sync(quarter: Quarter, fired: Fired) -> None:
    refused = quarter(BOT_TOKEN="not.the.token")
    assert fired(refused) == set()
    assert fired(refused, refused) == {"CredentialsAreRefused"}
    # A run may begin late, and leave a quarter without any.
    assert fired(refused, {}, refused) == {"CredentialsAreRefused"}


def test_a_token_that_is_refused_once_in_a_while_wakes_nobody(
    quarter: Quarter, fired: Fired
) -> None:
    refused, fine = quarter(BOT_TOKEN="not.the.token"), quarter()
    assert fired(refused, fine, fine, refused, fine) == set()


@pytest.mark.parametrize("disturbance", [{"status": 503}, {"reset": True}])
def test_an_outage_of_discord_is_noticed_by_the_second_sync(
    quarter: Quarter, fired: Fired, discord: DiscordServer, disturbance: dict[str, Any]
) -> None:
    discord.faults.add("*", **disturbance)
    down = quarter()
    assert fired(down) == set()
    assert fired(down, down) == fired(down, {}, down) == {"DiscordIsUnreachable"}


@pytest.mark.parametrize(
    "route", ["GET /users/@me/guilds", "GET /guilds/{guild_id}/channels", "GET /applications/@me"]
)
def test_one_list_that_fails_each_time_is_no_outage(
    quarter: Quarter, fired: Fired, discord: DiscordServer, route: str
) -> None:
    guild = next(iter(discord.world.guilds.values())) if "{guild_id}" in route else None
    discord.faults.add(route, guild=guild, status=500)
    failing = quarter()
    assert failing["DiscordUnreachable"] == [1]
    assert fired(failing, failing, failing, failing) == set()


def test_a_database_that_is_down_is_noticed_by_the_second_sync(
    quarter: Quarter, fired: Fired
) -> None:
    down = quarter(DATABASE_URL=NOWHERE)
    assert fired(down) == set()
    assert fired(down, down) == {"DatabaseIsUnreachable"}


def test_an_endpoint_that_moved_is_noticed_at_once(quarter: Quarter, fired: Fired) -> None:
    assert fired(quarter(PUBLIC_URL="https://clips.example")) == {"EndpointIsLost"}
