"""What counts as a difference between registered and declared commands."""

from typing import Any

import pytest

from functions.shared.registration import CommandDiff, diff

DECLARED: dict[str, Any] = {
    "name": "find",
    "type": 1,
    "description": "Find a clip",
    "default_member_permissions": "32",
    "integration_types": [0],
    "contexts": [0, 1],
    "options": [{"type": 4, "name": "page", "description": "Which page", "min_value": 0}],
}
RESPONSE_ONLY: dict[str, Any] = {
    "id": "1",
    "application_id": "2",
    "guild_id": "3",
    "version": "4",
    "dm_permission": False,
    "default_permission": True,
    "name_localized": "find",
    "description_localized": "Find a clip",
}
UNCHANGED = CommandDiff((), (), ())


@pytest.mark.parametrize(
    "registered",
    [
        DECLARED,
        DECLARED | RESPONSE_ONLY,
        DECLARED | {"nsfw": False, "name_localizations": None, "description_localizations": {}},
        DECLARED | {"contexts": [1, 0]},
        DECLARED | {"options": [DECLARED["options"][0] | {"required": False, "choices": []}]},
        DECLARED | {"options": [DECLARED["options"][0] | {"name_localizations": None}]},
    ],
)
def test_what_discord_adds_to_its_answer_is_no_difference(registered: dict[str, Any]) -> None:
    assert diff([registered], [DECLARED]) == UNCHANGED
    assert not diff([registered], [DECLARED])


@pytest.mark.parametrize(
    "change",
    [
        {"description": "Find clips"},
        {"default_member_permissions": None},
        {"default_member_permissions": "0"},
        {"contexts": [0]},
        {"contexts": None},
        {"integration_types": [0, 1]},
        {"nsfw": True},
        {"options": []},
        {"options": [DECLARED["options"][0] | {"required": True}]},
        {"options": [DECLARED["options"][0] | {"min_value": 1}]},
        {"options": [{k: v for k, v in DECLARED["options"][0].items() if k != "min_value"}]},
        {"name_localizations": {"de": "finden"}},
    ],
)
def test_everything_else_is_one(change: dict[str, Any]) -> None:
    assert diff([DECLARED | change], [DECLARED]) == CommandDiff((), ("find",), ())
    assert diff([DECLARED], [DECLARED | change]) == CommandDiff((), ("find",), ())


def test_commands_are_known_by_name_and_type() -> None:
    on_messages = {"name": "find", "type": 3}
    assert diff([DECLARED], [on_messages]) == CommandDiff(("find",), (), ("find",))


def test_the_order_of_commands_is_no_difference() -> None:
    other = DECLARED | {"name": "save"}
    assert not diff([DECLARED, other], [other, DECLARED])


def test_a_command_registered_without_its_type_is_a_slash_command() -> None:
    registered = {key: value for key, value in DECLARED.items() if key != "type"}
    assert not diff([registered], [DECLARED])
