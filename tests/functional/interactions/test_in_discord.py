"""The function behind API Gateway, used by people in the local Discord."""

from collections.abc import AsyncIterator

import pytest

from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.interactions import NotOffered
from clipsaver.emulator.people import User
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.gateway import Gateway
from clipsaver.local.lambda_environment import LambdaEnvironment
from functions.shared import registration
from functions.shared.discord.client import DiscordClient
from tests.functional.interactions.database import Database


@pytest.fixture(autouse=True)
async def _endpoint(
    discord: DiscordServer, client: DiscordClient, variables: dict[str, str]
) -> AsyncIterator[None]:
    """The commands registered, and the function where Discord looks for it."""
    application = discord.world.application
    given = variables | {
        "DISCORD_PUBLIC_KEY": application.public_key,
        "DISCORD_APPLICATION_ID": str(application.id),
    }
    await registration.push(client, application.id)
    with Gateway(lambda: LambdaEnvironment("interactions", given)) as gateway:
        application.interactions_endpoint_url = f"{gateway.url}/interactions"
        yield


@pytest.fixture
def arcade(discord: DiscordServer, database: Database) -> Guild:
    (found,) = (each for each in discord.world.guilds.values() if each.name == "Arcade")
    database.synced_guild(found.id, found.name, "visible", "hidden")
    return found


@pytest.fixture
def basement(discord: DiscordServer, database: Database) -> Guild:
    (found,) = (each for each in discord.world.guilds.values() if each.name == "Basement")
    database.synced_guild(found.id, found.name, "visible")
    return found


def _user(discord: DiscordServer, name: str) -> User:
    return next(user for user in discord.world.users.values() if user.username == name)


def test_discord_accepts_the_endpoint_and_goes_on_doing_so(discord: DiscordServer) -> None:
    ping = discord.interactions.ping()
    assert (ping.status, ping.media_type, ping.json()) == (200, "application/json", {"type": 1})
    assert discord.interactions.probe()
    assert not ping.is_late


@pytest.mark.parametrize("name", ["ada", "grace"])
def test_an_owner_and_an_admin_see_the_status_and_nobody_else_does(
    discord: DiscordServer, arcade: Guild, name: str
) -> None:
    used = discord.interactions.command(arcade, _user(discord, name), "status")
    assert not used.failed, used.problem
    assert "Clip Saver in Arcade" in used.text
    assert "hidden from me: **1**" in used.text
    assert used.is_ephemeral


def test_a_member_is_not_offered_the_command(discord: DiscordServer, arcade: Guild) -> None:
    with pytest.raises(NotOffered):
        discord.interactions.command(arcade, _user(discord, "linus"), "status")


def test_a_member_to_whom_the_server_opened_it_is_refused_all_the_same(
    discord: DiscordServer, arcade: Guild
) -> None:
    linus = _user(discord, "linus")
    used = discord.interactions.command(arcade, linus, "status", overridden=True)
    assert used.text == "You need the permission **Manage Server** for this."
    assert used.is_ephemeral


def test_each_server_sees_itself_only(
    discord: DiscordServer, arcade: Guild, basement: Guild
) -> None:
    ada = _user(discord, "ada")
    in_arcade = discord.interactions.command(arcade, ada, "status").text
    in_basement = discord.interactions.command(basement, ada, "status").text
    assert "Basement" not in in_arcade
    assert "Arcade" not in in_basement
    assert "hidden" not in in_basement


def test_a_replay_is_answered_and_changes_nothing(
    discord: DiscordServer, arcade: Guild, database: Database
) -> None:
    used = discord.interactions.command(arcade, _user(discord, "ada"), "status")
    before = database.everything()
    assert discord.interactions.replay(used).status == 200
    assert database.everything() == before


def test_a_dropped_connection_does_not_make_a_command_fail(
    discord: DiscordServer, arcade: Guild, database: Database
) -> None:
    ada = _user(discord, "ada")
    for _ in range(3):
        used = discord.interactions.command(arcade, ada, "status")
        assert not used.failed, used.problem
        assert database.drop_connections() == 1
