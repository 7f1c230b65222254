import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.interactions import interaction
from functions.interactions.interaction import InteractionType
from functions.shared import errors, jobs, models
from tests.events import files


def parse(document: Any) -> interaction.Interaction:
    return interaction.parse(json.dumps(document).encode(), files.APPLICATION_ID)


@pytest.mark.parametrize(
    ("name", "kind", "asked"),
    [
        ("ping", InteractionType.PING, ""),
        ("command", InteractionType.APPLICATION_COMMAND, "status"),
        ("command_in_direct_message", InteractionType.APPLICATION_COMMAND, "status"),
        ("message_command", InteractionType.APPLICATION_COMMAND, "Save clip"),
        ("component", InteractionType.MESSAGE_COMPONENT, "sync"),
        ("autocomplete", InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE, "settings"),
        ("modal", InteractionType.MODAL_SUBMIT, "settings"),
    ],
)
def test_every_kind_of_interaction_is_read(
    name: files.InteractionName, kind: InteractionType, asked: str
) -> None:
    read = parse(files.interaction(name))
    assert (read.type, read.name) == (kind, asked)


def test_a_command_in_a_server_tells_who_asks_and_where() -> None:
    sent = files.interaction("command")
    assert parse(sent) == interaction.Interaction(
        type=InteractionType.APPLICATION_COMMAND,
        id="1310000000000000021",
        name="status",
        arguments=(),
        guild_id=files.GUILD_ID,
        user_id=models.UserId(1_160_000_000_000_000_003),
        permissions=2_251_799_813_685_247,
        role_ids=(models.RoleId(1_170_000_000_000_000_007),),
        timed_out_until=None,
        locale="en-US",
        token=files.TOKEN,
        options={},
        focused=None,
        inputs={},
        channel=sent["channel"],
        message={},
        on_message=False,
    )


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2026-01-02T03:04:05+00:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("soon", None),
        (7, None),
        (None, None),
    ],
)
def test_a_time_out_tells_its_end(sent: Any, read: datetime | None) -> None:
    member = files.interaction("command")["member"] | {"communication_disabled_until": sent}
    assert parse(files.interaction("command", member=member)).timed_out_until == read


def test_an_autocompletion_tells_what_was_typed_where() -> None:
    read = parse(files.interaction("autocomplete"))
    assert (read.options, read.focused) == ({"key": "max"}, "key")


def test_a_subcommand_brings_its_name_and_its_options() -> None:
    member = {"name": "by", "type": 6, "value": "42"}
    data = {"name": "clips", "options": [{"name": "find", "type": 1, "options": [member]}]}
    read = parse(files.interaction("command", data=data))
    assert (read.name, read.options) == ("clips find", {"by": "42"})


@pytest.mark.parametrize("nested", [{}, {"name": None}, {"name": "find", "options": "none"}])
def test_a_subcommand_that_is_none_has_no_options(nested: dict[str, Any]) -> None:
    data = {"name": "clips", "options": [{"type": 1} | nested]}
    read = parse(files.interaction("command", data=data))
    assert read.name.split() == ["clips", *filter(None, [nested.get("name")])]
    assert read.options == {}


def test_a_form_tells_its_arguments_and_what_was_entered() -> None:
    read = parse(files.interaction("modal"))
    assert read.arguments == ("save", "prefix", "0")
    assert read.inputs == {"value": ("?",)}
    assert read.on_message


@pytest.mark.parametrize(
    ("components", "entered"),
    [
        ([{"type": 18, "component": {"custom_id": "value", "value": ""}}], {"value": ()}),
        ([{"type": 18, "component": {"custom_id": "value", "values": []}}], {"value": ()}),
        ([{"type": 18, "component": {"custom_id": "value", "values": ["on"]}}], {"value": ("on",)}),
        ([{"type": 1, "components": [{"custom_id": "value", "value": "?"}]}], {"value": ("?",)}),
        (
            [{"type": 18, "component": {"custom_id": "value", "values": ["a", None, 1]}}],
            {"value": ("a",)},
        ),
        ([{"type": 18, "component": {"value": "?"}}], {}),
        ([{"type": 18}, None, "value", {"component": []}, {"components": {}}], {}),
        ({"component": {"custom_id": "value"}}, {}),
    ],
)
def test_fields_of_a_form_are_read_wherever_they_sit(components: Any, entered: Any) -> None:
    data = {"custom_id": "settings:save:prefix:0", "components": components}
    assert parse(files.interaction("modal", data=data)).inputs == entered


def test_a_select_of_a_message_gives_its_values() -> None:
    data = {"custom_id": "settings:edit:0", "component_type": 3, "values": ["prefix"]}
    read = parse(files.interaction("component", data=data))
    assert (read.arguments, read.inputs) == (("edit", "0"), {"values": ("prefix",)})


def test_a_message_command_brings_its_message() -> None:
    read = parse(files.interaction("message_command"))
    assert read.message["attachments"][0]["filename"] == "ace.mp4"
    assert not read.on_message


@pytest.mark.parametrize("target_id", [None, "1", "", 1310000000000000008, []])
def test_a_message_that_was_not_sent_along_is_empty(target_id: Any) -> None:
    data = files.interaction("message_command")["data"] | {"target_id": target_id}
    assert parse(files.interaction("message_command", data=data)).message == {}


def test_the_token_is_in_the_ticket_and_in_no_text_of_it() -> None:
    read = parse(files.interaction("command"))
    ticket = read.ticket()
    assert ticket.token == files.TOKEN
    assert (ticket.interaction_id, ticket.user_id) == (1310000000000000021, read.user_id)
    job = jobs.Job("sync_guild", files.GUILD_ID, ticket)
    for value in (read, ticket, job, [job], {"ticket": ticket}):
        assert files.TOKEN not in f"{value} {value!r}"


@pytest.mark.parametrize("sent", ["9" * 39, str(1 << 63), "-1", None])
def test_an_id_that_no_database_holds_counts_as_none(sent: Any) -> None:
    assert parse(files.interaction("command", id=sent)).number == 0


def test_nobody_has_permissions_in_a_direct_message() -> None:
    read = parse(files.interaction("command_in_direct_message"))
    assert (read.guild_id, read.permissions, read.by_manager) == (None, 0, False)


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        ("0", False),
        (str(1 << 3), True),
        (str(1 << 5), True),
        (str(1 << 4), False),
        (str((1 << 60) | (1 << 5)), True),
        (str(~((1 << 3) | (1 << 5)) & ((1 << 60) - 1)), False),
    ],
)
def test_administrators_and_those_with_manage_server_are_managers(
    permissions: str,
    expected: bool,  # noqa: FBT001 (a table's column)
) -> None:
    member = {"permissions": permissions}
    assert parse(files.interaction("command", member=member)).by_manager is expected


@given(st.text() | st.integers() | st.none() | st.lists(st.text()))
def test_permissions_are_the_decimal_digits_that_discord_sent_or_none(sent: Any) -> None:
    read = parse(files.interaction("command", member={"permissions": sent}))
    is_bitset = isinstance(sent, str) and sent.isascii() and sent.isdigit()
    assert read.permissions == (int(sent) if is_bitset and len(sent) < 40 else 0)


@pytest.mark.parametrize("sentid", ["12\n", "x", "\ud800", 12, None, ["1"], "1" * 5_000])
def test_an_id_that_could_not_be_logged_is_left_out(sentid: Any) -> None:
    assert parse(files.interaction("command", id=sentid)).id == ""


@pytest.mark.parametrize("kind", [None, "2", 2.0, True, False, 0, 6, -1, [2], {}, 10**400])
def test_an_unknown_type_is_refused(kind: Any) -> None:
    with pytest.raises(errors.InvalidEvent, match="unknown interaction type"):
        parse(files.interaction("command", type=kind))


@pytest.mark.parametrize("application_id", ["1", "", None, int(files.APPLICATION_ID), []])
def test_an_interaction_of_another_application_is_refused(application_id: Any) -> None:
    with pytest.raises(errors.InvalidEvent, match="another application"):
        parse(files.interaction("command", application_id=application_id))


@pytest.mark.parametrize("document", [[], [{"type": 1}], 1, "ping", None, True])
def test_what_is_no_object_is_refused(document: Any) -> None:
    with pytest.raises(errors.InvalidEvent, match="must be a JSON object"):
        parse(document)


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(errors.InvalidEvent):
        interaction.parse(body, files.APPLICATION_ID)
