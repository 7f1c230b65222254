"""The interactions function while the operator has paused Clip Saver."""

import json

import pytest

from functions.shared import texts
from tests.events import files, signed
from tests.functional.interactions.conftest import NewFunction
from tests.functional.interactions.database import Database
from tests.functional.interactions.function import Function

NO_DATABASE = "postgresql://clips@127.0.0.1:9/clips"


@pytest.fixture
def paused(new_function: NewFunction) -> Function:
    """Paused, and its database is away for maintenance."""
    return new_function(PAUSED="true since 2026-11-24T03:40:00Z", DATABASE_URL=NO_DATABASE)


def test_a_ping_is_answered_and_the_process_is_well(paused: Function) -> None:
    assert paused.send("ping").document == {"type": 1}
    assert paused.get("/health").document == {"status": "ok"}


@pytest.mark.parametrize("name", ["command", "message_command", "component", "modal"])
def test_whatever_somebody_does_is_answered_with_one_sentence(
    paused: Function, name: files.InteractionName
) -> None:
    assert paused.send(name).sentence == texts.of("en").paused
    assert paused.send(name, locale="de").sentence == texts.of("de").paused


def test_an_option_has_no_suggestions(paused: Function) -> None:
    assert paused.send("autocomplete").document == {"type": 8, "data": {"choices": []}}


def test_an_install_that_discord_tells_of_is_to_be_told_again(paused: Function) -> None:
    event = {
        "version": 1,
        "application_id": files.APPLICATION_ID,
        "type": 1,
        "event": {
            "type": "APPLICATION_AUTHORIZED",
            "timestamp": "2026-11-24T03:40:00.000000",
            "data": {
                "integration_type": 0,
                "scopes": ["bot"],
                "user": {"id": "7", "username": "ada"},
                "guild": {"id": "8", "name": "Arcade", "icon": None, "owner_id": "7"},
            },
        },
    }
    request = signed.document(event)
    request["rawPath"] = request["requestContext"]["http"]["path"] = "/webhook-events"
    answer = paused.invoke(request)
    assert (answer.status, answer.document) == (503, {"error": "paused for maintenance"})


def test_an_install_goes_by_the_plain_link_and_its_end_waits(paused: Function) -> None:
    begun = paused._environment.invoke(signed.get("/install"))
    assert "response_type" not in begun["headers"]["location"]
    answer = paused.get("/install/callback")
    assert answer.status == 503
    assert "taking a break" in str(answer.document)


def test_ready_says_paused_and_decides_as_ever(
    new_function: NewFunction, database: Database, paused: Function
) -> None:
    document = paused.get("/ready")
    assert (document.status, document.document["status"]) == (503, "paused")
    answer = new_function(PAUSED="true").get("/ready")
    assert (answer.status, answer.document["status"]) == (200, "paused")


def test_commands_work_again_once_it_is_resumed(
    new_function: NewFunction, database: Database
) -> None:
    resumed = new_function(PAUSED="false since 2026-11-24T03:45:00Z")
    assert json.dumps(texts.of("en").paused) not in json.dumps(resumed.send("command").document)
