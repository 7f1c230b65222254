"""The declared commands, as far as Discord's limits for them go."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

from functions.interactions import commands as package
from functions.shared import commands, models

NAME = re.compile(r"[-_a-z0-9]{1,32}")
LOCALIZED = re.compile(r"[-_a-zäöüß0-9]{1,32}")


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


def runnable() -> dict[str, tuple[commands.OptionDeclaration, ...]]:
    """The options of everything that somebody may run, by its module."""
    return {
        each.module: each.options
        for command in commands.COMMANDS
        for each in command.subcommands or (command,)
    }


@pytest.mark.parametrize(("name", "options"), runnable().items())
def test_a_declared_command_is_there(
    name: str, options: tuple[commands.OptionDeclaration, ...]
) -> None:
    module = importlib.import_module(f"{package.__name__}.{name}")
    assert inspect.iscoroutinefunction(module.respond)
    completes = any(option.is_completed for option in options)
    assert inspect.iscoroutinefunction(getattr(module, "complete", None)) is completes


def test_no_command_is_there_that_was_not_declared() -> None:
    found = {path.stem for path in Path(package.__path__[0]).glob("*.py")}
    assert found == {"__init__", "dispatch", *runnable()}


@pytest.mark.parametrize("command", commands.COMMANDS, ids=lambda each: each.name)
def test_a_declaration_in_german_keeps_the_limits_too(command: commands.CommandDeclaration) -> None:
    german = command.names.get("de", command.name)
    assert 1 <= len(german) <= 32
    assert command.type is not commands.CommandType.CHAT_INPUT or LOCALIZED.fullmatch(german)
    options = [*command.options, *(o for each in command.subcommands for o in each.options)]
    descriptions = [(each.description, each.descriptions["de"]) for each in options]
    descriptions += [(each.description, each.descriptions["de"]) for each in command.subcommands]
    descriptions.append((command.description, command.descriptions["de"]))
    assert all(1 <= len(text) <= 100 for both in descriptions for text in both)
    choices = [choice for option in options for choice in option.choices]
    assert all(1 <= len(text) <= 100 for each in choices for text in (each.name, each.names["de"]))


@pytest.mark.parametrize(
    ("command", "locale", "shown"),
    [
        (commands.SETTINGS, "de", "/einstellungen"),
        (commands.SETTINGS, "fr", "/settings"),
        (commands.SAVE_CLIP, "de", "Clip sichern"),
        (commands.SAVE_CLIP, "en-GB", "Save clip"),
    ],
)
def test_a_command_is_shown_as_somebody_sees_it(
    command: commands.CommandDeclaration, locale: str, shown: str
) -> None:
    assert command.shown_name(locale) == shown


def test_names_are_unique_per_type() -> None:
    names = [(command.name, command.type) for command in commands.COMMANDS]
    assert len(set(names)) == len(names)


def test_status_is_for_those_who_manage_the_server() -> None:
    payload = commands.STATUS.payload()
    assert payload["default_member_permissions"] == str(int(models.Permission.MANAGE_GUILD))


def test_a_command_for_everybody_asks_for_no_permission() -> None:
    everybody = commands.CommandDeclaration("find", "Find a clip", "find")
    assert everybody.payload()["default_member_permissions"] is None


def test_a_command_with_subcommands_has_a_module_for_each() -> None:
    option = commands.OptionDeclaration(
        "sort",
        "What comes first",
        choices=(commands.ChoiceDeclaration("new", "Newest", {"de": "Neueste"}),),
    )
    find = commands.SubcommandDeclaration("find", "clip_find", "Find a clip", (option,))
    any_one = commands.SubcommandDeclaration("any", "clip_any", "Any clip")
    clips = commands.CommandDeclaration("clips", "Clips", subcommands=(find, any_one))
    assert clips.modules == {"clips find": "clip_find", "clips any": "clip_any"}
    first, second = clips.payload()["options"]
    assert (first["type"], first["name"], second["options"]) == (1, "find", [])
    assert first["options"] == [
        {
            "type": 3,
            "name": "sort",
            "description": "What comes first",
            "description_localizations": None,
            "choices": [
                {"value": "new", "name": "Newest", "name_localizations": {"de": "Neueste"}}
            ],
        }
    ]
