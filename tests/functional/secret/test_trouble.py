"""A secret that is away or wrong while the API runs: a sentence, `/ready`, and the next try."""

import io
import socket
import time
from collections.abc import Iterator

import pytest

from tests.events import files, signed
from tests.functional.interactions.function import Function
from tests.functional.secret.conftest import Start
from tests.functional.secret.stage import Stage
from tests.secrets_manager import variables

OURS_SECONDS = 2.9
"""Discord waits 3 s (Discord docs, Receiving and Responding), the way here and back included."""
NO_CREDENTIALS = "I cannot read my own credentials at the moment."


@pytest.fixture
def silent_url() -> Iterator[str]:
    """An AWS that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def new_function(stage: Stage, **more: str) -> Function:
    """The API with its key and its id in the environment, and some variables more."""
    own = {"DISCORD_PUBLIC_KEY": signed.PUBLIC_KEY, "DISCORD_APPLICATION_ID": files.APPLICATION_ID}
    return Function(stage.variables | own | more)


def test_a_secret_that_is_no_json_is_told_until_it_is(stage: Stage, interactions: Function) -> None:
    stage.spoil(f"BOT_TOKEN={stage.content['BOT_TOKEN']}")
    assert interactions.send("ping").document == {"type": 1}
    assert "I am not fully set up yet" in interactions.send("command").sentence
    answer = interactions.get("/ready")
    assert answer.status == 503
    assert "The secret is not JSON" in answer.document["checks"]["database"]
    assert "The secret is not JSON" in answer.document["checks"]["bot_token"]
    stage.store()
    assert "/sync" in interactions.send("command").sentence
    assert interactions.get("/ready").status == 200


def test_what_the_secret_lacks_is_told_by_ready(stage: Stage, interactions: Function) -> None:
    stage.store(BOT_TOKEN=None)
    answer = interactions.get("/ready")
    assert answer.status == 200
    assert "BOT_TOKEN is not set, nor in the secret" in answer.document["checks"]["bot_token"]


def test_a_malformed_value_of_the_secret_is_told_by_ready(
    stage: Stage, interactions: Function
) -> None:
    stage.store(DATABASE_URL="mysql://somewhere/else")
    answer = interactions.get("/ready")
    assert answer.status == 503
    assert "DATABASE_URL must be a URL" in answer.document["checks"]["variables"]
    assert "somewhere" not in str(answer.document)


def test_a_secret_that_does_not_exist_is_told_without_its_name(
    stage: Stage, log: io.StringIO
) -> None:
    absent = stage.arn.replace(":secret:clips", ":secret:absent")
    with new_function(stage, SECRET_ARN=absent) as function:
        assert NO_CREDENTIALS in function.send("command").sentence
        answer = function.get("/ready")
    assert answer.status == 503
    checks = answer.document["checks"]
    assert checks["database"] == "the secret of SECRET_ARN cannot be read; the log says why"
    assert checks["database"] == checks["bot_token"]
    # The ARN names the account.
    assert "arn:aws" not in str(answer.document)
    assert f"The secret {absent} was not read" in log.getvalue()
    assert "is SECRET_ARN right" in log.getvalue()


def test_an_aws_that_never_answers_is_a_sentence_in_time(stage: Stage, silent_url: str) -> None:
    with new_function(stage, **variables(silent_url)) as function:
        function.send("ping")
        started = time.monotonic()
        assert NO_CREDENTIALS in function.send("command").sentence
        assert time.monotonic() - started < OURS_SECONDS


def test_an_aws_that_never_answers_is_no_matter_to_pings(stage: Stage, silent_url: str) -> None:
    with new_function(stage, **variables(silent_url)) as function:
        started = time.monotonic()
        assert function.send("ping").document == {"type": 1}
        assert function.get("/health").status == 200
        assert time.monotonic() - started < 1


def test_an_install_event_waits_until_the_secret_is_back(stage: Stage, start: Start) -> None:
    key, application_id = signed.PUBLIC_KEY, files.APPLICATION_ID
    environment = start(
        "interactions", DISCORD_PUBLIC_KEY=key, DISCORD_APPLICATION_ID=application_id
    )
    stage.spoil("lost")
    user = {"id": "7", "username": "ada", "discriminator": "0"}
    told = {
        "version": 1,
        "application_id": application_id,
        "type": 1,
        "event": {
            "type": "APPLICATION_AUTHORIZED",
            "timestamp": "2026-11-20T10:00:00.000000+00:00",
            "data": {
                "integration_type": 0,
                "user": user,
                "scopes": ["bot"],
                "guild": {"id": "81384788765712384", "name": "Arcade", "owner_id": "7"},
            },
        },
    }

    def deliver() -> int:
        event = signed.document(told)
        event["rawPath"] = event["requestContext"]["http"]["path"] = "/webhook-events"
        return int(environment.invoke(event)["statusCode"])

    assert deliver() == 503
    stage.store()
    assert deliver() == 204
