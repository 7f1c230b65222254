"""The declared commands, as far as Discord's limits for them go."""

import importlib
import inspect
import re

import pytest

from functions.interactions.commands import dispatch
from functions.shared import commands, models

NAME = re.compile(r"[-_a-z0-9]{1,32}")


@pytest.mark.parametrize("command", commands.COMMANDS, ids=lambda each: each.name)
def test_a_declaration_keeps_discords_limits(command: commands.CommandDeclaration) -> None:
    payload = command.payload()
    assert payload["integration_types"] == payload["contexts"] == [0]
    if command.type is commands.CommandType.CHAT_INPUT:
        assert NAME.fullmatch(payload["name"])
        assert 1 <= len(payload["description"]) <= 100
    else:
        assert 1 <= len(payload["name"]) <= 32
        assert payload["description"] == ""


@pytest.mark.parametrize("command", commands.COMMANDS, ids=lambda each: each.name)
def test_a_declared_command_is_there(command: commands.CommandDeclaration) -> None:
    module = importlib.import_module(dispatch._MODULES[command.name])
    assert inspect.iscoroutinefunction(module.respond)


def test_no_command_is_there_that_was_not_declared() -> None:
    assert set(dispatch._MODULES) == {command.name for command in commands.COMMANDS}


def test_names_are_unique_per_type() -> None:
    names = [(command.name, command.type) for command in commands.COMMANDS]
    assert len(set(names)) == len(names)


def test_status_is_for_those_who_manage_the_server() -> None:
    payload = commands.STATUS.payload()
    assert payload["default_member_permissions"] == str(int(models.Permission.MANAGE_GUILD))


def test_a_command_for_everybody_asks_for_no_permission() -> None:
    everybody = commands.CommandDeclaration("find", "Find a clip")
    assert everybody.payload()["default_member_permissions"] is None
