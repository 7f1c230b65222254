"""What is signed decides whose settings are meant; custom_ids and options never do."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from clipsaver.emulator.interaction_record import Interaction
from tests.functional.commands.stage import Stage, told

UNKNOWN_CHANNEL = "I do not know this channel. /sync may help if it is new."
REFUSED = "You need the permission **Manage Server** for this."
OUTDATED = "This button is from an older version; run the command again."


@pytest.fixture
def stage(stage: Stage) -> Iterator[Stage]:
    before = stage.stored()
    yield stage
    assert stage.stored() == before


@pytest.fixture
def form(stage: Stage) -> Interaction:
    """A form of Arcade's, opened from the panel."""
    return stage.click(stage.command("settings"), "settings:edit:0", ("max_file_size_mb",))


def entered(custom_id: str, value: Any = "50") -> dict[str, Any]:
    """What a form sends."""
    field = {"type": 4, "custom_id": "value", "value": value}
    return {"custom_id": custom_id, "components": [{"type": 18, "component": field}]}


def test_a_channel_of_another_guild_in_a_custom_id_changes_nothing(
    stage: Stage, form: Interaction
) -> None:
    couch = stage.channel("Couch", stage.basement).id
    select = {"custom_id": f"settings:edit:{couch}", "values": ["max_file_size_mb"]}
    size = entered(f"settings:save:max_file_size_mb:{couch}")
    switch = entered(f"settings:save:is_reading:{couch}", "off")
    undo = {"custom_id": f"settings:undo:{couch}"}
    for kind, data in ((3, select), (3, undo), (5, size), (5, switch)):
        assert told(stage.send_again(form, type=kind, data=data)) == UNKNOWN_CHANNEL, data


def test_nor_does_one_in_an_option(stage: Stage) -> None:
    couch = {"channel": str(stage.channel("Couch", stage.basement).id)}
    for options in (couch, couch | {"key": "max_file_size_mb"}):
        answer = stage.command("settings", options)
        assert answer.text == UNKNOWN_CHANNEL
        assert "Couch" not in str(answer.response)


def test_the_id_of_another_guild_is_no_channel_either(stage: Stage, form: Interaction) -> None:
    data = entered(f"settings:save:max_file_size_mb:{stage.basement.id}")
    assert told(stage.send_again(form, type=5, data=data)) == UNKNOWN_CHANNEL


def test_a_form_that_no_release_made_is_outdated(stage: Stage, form: Interaction) -> None:
    for custom_id in (
        "settings",
        "settings:",
        "settings:save",
        "settings:save:prefix",
        "settings:save:prefix:0:0",
        "settings:wipe:prefix:0",
        "settings::::",
        "Settings:save:prefix:0",
        "status:save:prefix:0",
        "sync:save:prefix:0",
        "dispatch:save",
        "../settings:save:prefix:0",
    ):
        answer = stage.send_again(form, type=5, data=entered(custom_id))
        assert told(answer) == OUTDATED, custom_id


def test_a_form_without_its_field_resets_nothing(stage: Stage, form: Interaction) -> None:
    other = {"custom_id": "other", "value": "?"}
    components: tuple[Any, ...] = (
        None, [], "value", [{"component": {"value": "?"}}], [{"component": other}]
    )  # fmt: skip
    for each in components:
        data = {"custom_id": "settings:save:prefix:0", "components": each}
        assert told(stage.send_again(form, type=5, data=data)) == OUTDATED, each


def test_a_key_that_is_no_setting_is_named(stage: Stage, form: Interaction) -> None:
    for key in ("own", "is_reading", "__class__", "", "prefix' --", "{value}", "x" * 80):
        answer = stage.send_again(form, type=5, data=entered(f"settings:save:{key}:0"))
        assert told(answer) == f"There is no setting `{key}` here."


def test_a_select_without_a_value_is_outdated(stage: Stage, form: Interaction) -> None:
    values: tuple[Any, ...] = (None, [], [1], "prefix")
    for each in values:
        data = {"custom_id": "settings:edit:0", "values": each}
        assert told(stage.send_again(form, type=3, data=data)) == OUTDATED, each


def as_plain_member(used: Interaction) -> dict[str, Any]:
    """The member of an interaction, without the permission."""
    member: dict[str, Any] = copy.deepcopy(used.payload["member"])
    every = int(member["permissions"])
    return member | {"permissions": str(every & ~(1 << 5 | 1 << 3))}


def test_a_member_without_manage_server_is_refused_whatever_they_do(
    stage: Stage, form: Interaction
) -> None:
    member = as_plain_member(form)
    requests = {
        "command": {"type": 2, "data": {"name": "settings", "type": 1}},
        "select": {"type": 3, "data": {"custom_id": "settings:edit:0", "values": ["prefix"]}},
        "undo": {"type": 3, "data": {"custom_id": "settings:undo:0"}},
        "sync": {"type": 2, "data": {"name": "sync", "type": 1}},
        "button": {"type": 3, "data": {"custom_id": "sync:now"}},
        "form": {"type": 5, "data": entered("settings:save:max_file_size_mb:0")},
    }
    for name, request in requests.items():
        assert told(stage.send_again(form, member=member, **request)) == REFUSED, name
    assert stage.messages() == []


def test_nothing_completes_itself_for_such_a_member(stage: Stage) -> None:
    for option in ("key", "channel"):
        used = stage.act.autocomplete(stage.arcade, stage.ada, "settings", {option: ""})
        assert used.choices
        answer = stage.send_again(used, member=as_plain_member(used))
        assert answer.json() == {"type": 8, "data": {"choices": []}}


def test_a_panel_that_a_plain_member_got_hold_of_does_nothing(stage: Stage) -> None:
    shown = stage.command("settings")
    clicked = stage.act.click(shown, stage.linus, "settings:edit:0", ("prefix",))
    assert clicked.modal is None
    assert clicked.text == REFUSED


def test_a_direct_message_has_no_settings(stage: Stage, form: Interaction) -> None:
    data = entered("settings:save:prefix:0", "?")
    answer = stage.send_again(form, type=5, data=data, guild_id=None)
    assert told(answer) == "This command works in servers only."
