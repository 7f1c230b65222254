"""Requests that nobody thought of: genuine ones, damaged at random."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events import files, signed
from tests.functional.interactions.database import ELSEWHERE, Database
from tests.functional.interactions.function import Answer, Function

NAMES: Final[tuple[files.InteractionName, ...]] = (
    "autocomplete", "command", "command_in_direct_message", "component", "message_command",
    "modal", "ping",
)  # fmt: skip
JSON: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    # Half surrogate pairs, which st.text leaves out, are fine in JSON and nowhere else.
    | st.text(st.characters(categories=["Cs", "Cc", "Nd"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
REFUSED: Final = Answer(401, "application/json", {"error": "invalid request signature"})


@pytest.fixture(scope="module")
def function(lasting_database: Database) -> Iterator[Function]:
    variables = {
        "DISCORD_PUBLIC_KEY": signed.PUBLIC_KEY,
        "DISCORD_APPLICATION_ID": files.APPLICATION_ID,
        "DATABASE_URL": lasting_database.url,
        "LOG_LEVEL": "CRITICAL",
    }
    before = lasting_database.of_guild(ELSEWHERE)
    with Function(variables) as made:
        yield made
    # A form or a message command that survived its damage may have changed its own guild.
    assert lasting_database.of_guild(ELSEWHERE) == before
    lasting_database.clear()
    lasting_database.fill()


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """An interaction in which something, at any depth, is something else or gone."""
    document = files.interaction(draw(st.sampled_from(NAMES)))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from([*_places(document)]))
        if draw(st.booleans()):
            holder[key] = draw(JSON)
        elif isinstance(holder, dict):
            del holder[key]
    return document


def _places(part: Any) -> Iterator[tuple[Any, Any]]:
    entries = part.items() if isinstance(part, Mapping) else enumerate(part)
    for key, value in entries:
        yield part, key
        if isinstance(value, dict | list):
            yield from _places(value)


@given(damaged())
@settings(max_examples=300)
def test_what_discord_signed_is_answered_or_400(
    function: Function, document: dict[str, Any]
) -> None:
    answer = function.invoke(signed.document(document))
    assert answer.status in (200, 400)
    shown = json.dumps(answer.document)
    assert "Secret Lair" not in shown or document.get("guild_id") == str(ELSEWHERE)
    assert files.TOKEN not in shown


@given(st.binary(max_size=200))
def test_any_bytes_that_discord_signed_are_answered_or_400(function: Function, body: bytes) -> None:
    assert function.invoke(signed.raw(body, as_base64=True)).status in (200, 400)


@given(st.sampled_from(NAMES), st.data())
def test_one_changed_byte_is_401(
    function: Function, name: files.InteractionName, data: st.DataObject
) -> None:
    body = json.dumps(files.interaction(name)).encode()
    event = signed.raw(body)
    position = data.draw(st.integers(0, len(body) - 1))
    change = data.draw(st.integers(1, 127))
    changed = bytearray(body)
    changed[position] ^= change
    event["body"] = changed.decode()
    assert function.invoke(event) == REFUSED


@given(st.text(), st.text())
def test_any_other_headers_are_401(function: Function, signature: str, timestamp: str) -> None:
    headers = {"x-signature-ed25519": signature, "x-signature-timestamp": timestamp}
    body = json.dumps(files.interaction("ping")).encode()
    assert function.invoke(signed.request(body, headers)) == REFUSED


@given(st.sampled_from(["body", "headers", "isBase64Encoded", "rawQueryString", "cookies"]), JSON)
def test_a_damaged_event_never_makes_the_function_fail(
    function: Function, field: str, value: Any
) -> None:
    event = signed.document(files.interaction("ping")) | {field: value}
    assert function.invoke(event).status in (200, 400, 401)
