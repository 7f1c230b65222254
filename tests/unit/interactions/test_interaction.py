import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.interactions import interaction
from functions.interactions.interaction import InteractionType
from functions.shared import errors
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
        ("component", InteractionType.MESSAGE_COMPONENT, "status:refresh"),
        ("autocomplete", InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE, "find"),
        ("modal", InteractionType.MODAL_SUBMIT, "settings:edit"),
    ],
)
def test_every_kind_of_interaction_is_read(
    name: files.InteractionName, kind: InteractionType, asked: str
) -> None:
    read = parse(files.interaction(name))
    assert (read.type, read.name) == (kind, asked)


def test_a_command_in_a_server_tells_who_asks_and_where() -> None:
    assert parse(files.interaction("command")) == interaction.Interaction(
        type=InteractionType.APPLICATION_COMMAND,
        id="1310000000000000021",
        name="status",
        guild_id=files.GUILD_ID,
        permissions=2_251_799_813_685_247,
        locale="de",
    )


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
