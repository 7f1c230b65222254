"""Registering the commands with the local Discord."""

from typing import Any

import pytest

from clipsaver.emulator.server import DiscordServer
from functions.shared import commands, errors, registration
from functions.shared.discord.client import DiscordClient

OVERWRITE = "PUT /applications/{application_id}/commands"
LIST = "GET /applications/{application_id}/commands"


@pytest.fixture
def application_id(discord: DiscordServer) -> int:
    return discord.world.application.id


def _registered(discord: DiscordServer) -> dict[str, tuple[int, int, dict[str, Any]]]:
    book = discord.world.application.commands
    return {each.name: (each.id, each.version, each.declaration) for each in book.all(None)}


def _register(discord: DiscordServer, **declaration: Any) -> None:
    world = discord.world
    world.application.commands.put(None, declaration, world.mint, day=0)


async def test_the_first_push_registers_every_declared_command(
    discord: DiscordServer, client: DiscordClient, application_id: int
) -> None:
    pushed = await registration.push(client, application_id)
    declared = {command.name: command.payload() for command in commands.COMMANDS}
    assert set(pushed.added) == set(declared)
    assert not pushed.changed
    assert not pushed.removed
    registered = {name: found[2] for name, found in _registered(discord).items()}
    assert {name: registered[name] | declared[name] for name in declared} == registered


async def test_a_second_push_writes_nothing(
    discord: DiscordServer, client: DiscordClient, application_id: int
) -> None:
    await registration.push(client, application_id)
    before = _registered(discord)
    discord.requests.clear()
    assert not await registration.push(client, application_id)
    assert discord.requests.by_route() == {LIST: 1}
    assert _registered(discord) == before


async def test_a_changed_command_is_written_again_under_its_id(
    discord: DiscordServer, client: DiscordClient, application_id: int
) -> None:
    _register(discord, **commands.STATUS.payload() | {"description": "Something else"})
    before = _registered(discord)["status"]
    pushed = await registration.push(client, application_id)
    assert pushed.changed == ("status",)
    command_id, version, declaration = _registered(discord)["status"]
    assert command_id == before[0]
    assert version != before[1]
    assert declaration["description"] == commands.STATUS.description


async def test_a_command_that_is_no_longer_declared_is_removed(
    discord: DiscordServer, client: DiscordClient, application_id: int
) -> None:
    await registration.push(client, application_id)
    _register(discord, name="retired", description="Of an earlier release")
    _register(discord, name="status", type=3)
    pushed = await registration.push(client, application_id)
    assert pushed.removed == ("retired", "status")
    assert "retired" not in _registered(discord)
    assert _registered(discord)["status"][2]["type"] == 1


async def test_a_look_at_the_difference_writes_nothing(
    discord: DiscordServer, client: DiscordClient, application_id: int
) -> None:
    assert (await registration.read_diff(client, application_id)).added
    assert discord.requests.count(OVERWRITE) == 0
    assert not _registered(discord)


async def test_a_refused_push_leaves_what_was_registered(
    discord: DiscordServer, client: DiscordClient, application_id: int
) -> None:
    _register(discord, name="retired", description="Of an earlier release")
    discord.faults.add(OVERWRITE, status=403)
    with pytest.raises(errors.Forbidden):
        await registration.push(client, application_id)
    assert [*_registered(discord)] == ["retired"]
