"""What the world sends to a public address: refused as documented, without a trace."""

import socket
from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import psycopg
import pytest

from clipsaver.local import postgres as local_postgres
from tests.events import files, signed
from tests.functional.interactions import hostile_requests
from tests.functional.interactions.conftest import BOT_TOKEN, NewFunction
from tests.functional.interactions.database import HERE, Database
from tests.functional.interactions.function import Answer, Function

ODD_VALUES: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 1.5, 10**400, "", "0", "-1", "x" * 5_000, "9" * 100, "\ud800", "\x00",
    "' OR 1=1 --", "../status", [], [[]], {}, {"id": None},
)  # fmt: skip
WITHOUT_PERMISSION: Final = {
    "no permission": "0",
    "every permission but the two": str(~(1 << 5 | 1 << 3) & (1 << 50) - 1),
    "a number": 32,
    "all of them, negative": "-1",
    "hexadecimal": "0x20",
    "a blank": " 32",
    "digits of another script": "\N{ARABIC-INDIC DIGIT THREE}\N{ARABIC-INDIC DIGIT TWO}",
    "a list": ["32"],
    "true": True,
    "null": None,
    "endless": "9" * 5_000,
}


@pytest.fixture
def database(lasting_database: Database) -> Database:
    return lasting_database


@pytest.fixture(autouse=True)
def _leaves_no_trace(database: Database, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Nothing is written, nothing leaks into the log, and nothing fails unnoticed."""
    before = database.everything()
    yield
    assert database.everything() == before
    output = "".join(capfd.readouterr())
    assert "Bot starting..." in output
    password = psycopg.conninfo.conninfo_to_dict(database.url)["password"]
    assert not [secret for secret in (files.TOKEN, BOT_TOKEN, password) if str(secret) in output]
    assert "Traceback" not in output
    assert "Unhandled" not in output


@pytest.fixture
def secluded(new_function: NewFunction) -> Iterator[Function]:
    """A function that must not even try to reach its database."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        yield new_function(DATABASE_URL=f"postgresql://bot:password@127.0.0.1:{port}/clips")
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize("name", hostile_requests.FORGED)
def test_what_discord_did_not_sign_just_now_is_401(secluded: Function, name: str) -> None:
    answer = secluded.invoke(hostile_requests.FORGED[name]())
    assert answer == Answer(401, "application/json", {"error": "invalid request signature"})


@pytest.mark.parametrize("name", hostile_requests.MALFORMED)
def test_what_discord_signed_but_is_no_interaction_is_400(secluded: Function, name: str) -> None:
    assert secluded.invoke(hostile_requests.MALFORMED[name]()).status == 400


@pytest.mark.parametrize("name", hostile_requests.TOO_LARGE)
def test_more_than_a_mebibyte_is_413(secluded: Function, name: str) -> None:
    assert secluded.invoke(hostile_requests.TOO_LARGE[name]()).status == 413


@pytest.mark.parametrize("name", hostile_requests.HARMLESS)
def test_what_is_only_odd_is_answered(function: Function, name: str) -> None:
    assert function.invoke(hostile_requests.HARMLESS[name]()).status == 200


@pytest.mark.parametrize("name", ["ping", "command"])
def test_a_replay_gets_the_answer_again_and_changes_nothing(
    function: Function, name: files.InteractionName
) -> None:
    recorded = signed.document(files.interaction(name))
    assert function.invoke(recorded) == function.invoke(recorded)


@pytest.mark.parametrize("name", ["command", "component", "autocomplete", "ping"])
def test_a_field_of_the_wrong_type_is_answered_all_the_same(
    function: Function, name: files.InteractionName
) -> None:
    for field, value in product(files.interaction(name), ODD_VALUES):
        expected = {200, 400} if field in ("type", "application_id") else {200}
        answer = function.send(name, **{field: value})
        assert answer.status in expected, (field, value)


@pytest.mark.parametrize("part", ["data", "member", "guild", "channel"])
def test_so_is_one_further_inside(function: Function, part: str) -> None:
    whole = files.interaction("command")[part]
    for field, value in product(whole, ODD_VALUES):
        assert function.send("command", **{part: whole | {field: value}}).status == 200


@pytest.mark.parametrize("name", WITHOUT_PERMISSION)
def test_a_member_without_the_permission_sees_nothing(secluded: Function, name: str) -> None:
    member = files.interaction("command")["member"] | {"permissions": WITHOUT_PERMISSION[name]}
    assert "permission **Manage Server**" in secluded.send("command", member=member).sentence


@pytest.mark.parametrize("member", [None, {}, [], "admin", {"permissions": {}}])
def test_so_does_somebody_who_is_no_member(secluded: Function, member: Any) -> None:
    assert "permission **Manage Server**" in secluded.send("command", member=member).sentence


def test_a_direct_message_is_answered_with_a_sentence(secluded: Function) -> None:
    assert "in servers only" in secluded.send("command_in_direct_message").sentence


@pytest.mark.parametrize(
    "guild_id", [None, "", "0", "-1", HERE, "1e18", str(1 << 63), "9" * 41, ["1"], "\ud800"]
)
def test_a_guild_that_cannot_be_is_taken_for_none(secluded: Function, guild_id: Any) -> None:
    assert "in servers only" in secluded.send("command", guild_id=guild_id).sentence


def test_a_guild_that_was_never_seen_shows_nothing(function: Function) -> None:
    answer = function.send("command", guild_id=str((1 << 63) - 1))
    assert "not been synced yet" in answer.sentence


@pytest.mark.parametrize(
    "data",
    [
        {"name": "unknown"},
        {"name": ""},
        {"name": "../status"},
        {"name": "functions.interactions.commands.status"},
        {"name": "STATUS"},
        {"name": ["status"]},
        {"name": "__import__"},
        {"custom_id": "unknown"},
        {},
        None,
        [],
        "status",
    ],
)
def test_an_unknown_command_is_answered_with_a_sentence(secluded: Function, data: Any) -> None:
    assert "do not know this command" in secluded.send("command", data=data).sentence


def test_a_command_from_a_message_that_is_not_ours_is_unknown(secluded: Function) -> None:
    data = files.interaction("message_command")["data"] | {"name": "Pin clip"}
    assert "do not know this command" in secluded.send("message_command", data=data).sentence


@pytest.mark.parametrize("name", ["component", "modal"])
@pytest.mark.parametrize("custom_id", ["status:refresh", "", "\x00", "status", "x" * 100, None])
def test_an_unknown_component_or_form_is_answered_with_a_sentence(
    secluded: Function, name: files.InteractionName, custom_id: Any
) -> None:
    answer = secluded.send(name, data={"custom_id": custom_id})
    assert "older version" in answer.sentence


@pytest.mark.parametrize("data", [{"name": "status"}, {"name": "unknown"}, None])
def test_an_autocompletion_is_answered_with_choices(secluded: Function, data: Any) -> None:
    answer = secluded.send("autocomplete", data=data)
    assert answer.document == {"type": 8, "data": {"choices": []}}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/interactions", 405),
        ("/interactions/", 404),
        ("//interactions", 404),
        ("/docs", 404),
        ("/openapi.json", 404),
        ("/../settings.default.yml", 404),
        ("/%2e%2e/%00", 404),
        ("/\ud800", 404),
        ("/" + "x" * 8_000, 404),
    ],
)
def test_other_paths_and_methods_lead_nowhere(secluded: Function, path: str, status: int) -> None:
    assert secluded.get(path).status == status


def test_on_lambda_nothing_leaks_into_the_json_either(
    new_function: NewFunction, postgres: local_postgres.Postgres
) -> None:
    function = new_function(
        AWS_LAMBDA_FUNCTION_NAME="interactions",
        DATABASE_URL=postgres.url("missing"),
    )
    function.send("command", id="\ud800", locale=files.TOKEN)
    function.invoke(hostile_requests.MALFORMED["only surrogates"]())
    function.send("component", message=files.TOKEN)
