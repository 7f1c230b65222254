"""What a warm environment of the API measures of its answers."""

import time

import pytest

from functions.interactions import interaction
from tests import figures
from tests.events import files, signed
from tests.functional.interactions.conftest import NewFunction

ON_LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "interactions"}
NOWHERE = "postgresql://ada:secret@127.0.0.1:1/clips"


def _received(name: files.InteractionName, seconds_ago: float) -> dict[str, object]:
    """An interaction that API Gateway received a while ago."""
    event = signed.document(files.interaction(name))
    context = event["requestContext"] | {"timeEpoch": int((time.time() - seconds_ago) * 1000)}
    return event | {"requestContext": context}


@pytest.mark.parametrize(
    ("seconds_ago", "within"), [(0.0, "1_s"), (1.5, "3_s"), (3.5, "late"), (-5.0, "1_s")]
)
def test_an_answer_is_measured_from_when_the_api_received_the_interaction(
    new_function: NewFunction,
    capsys: pytest.CaptureFixture[str],
    seconds_ago: float,
    within: str,
) -> None:
    new_function(**ON_LAMBDA).invoke(_received("ping", seconds_ago))
    found = figures.read(capsys.readouterr().out)
    assert found["Interactions", within] == [1]
    (milliseconds,) = found["AcknowledgeTime",]
    assert milliseconds >= max(0.0, seconds_ago) * 1000
    assert ("InteractionsFailed",) not in found


def test_what_discord_did_not_sign_is_counted_and_measured_no_further(
    new_function: NewFunction, capsys: pytest.CaptureFixture[str]
) -> None:
    event = _received("ping", 0.0)
    answer = new_function(**ON_LAMBDA).invoke(event | {"body": f"{event['body']} "})
    assert answer.status == 401
    assert figures.read(capsys.readouterr().out) == {("SignatureRejections",): [1]}


def test_an_apology_for_an_error_is_a_failure_and_so_is_the_database_behind_it(
    new_function: NewFunction, capsys: pytest.CaptureFixture[str]
) -> None:
    new_function(**ON_LAMBDA, DATABASE_URL=NOWHERE, MONITORING="critical").send("command")
    assert figures.read(capsys.readouterr().out) == {
        ("InteractionsFailed",): [1],
        ("DatabaseUnreachable",): [1],
    }


def test_a_5xx_is_left_to_api_gateway_to_count(
    new_function: NewFunction,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    function = new_function(**ON_LAMBDA)
    monkeypatch.setattr(interaction, "parse", broken)
    assert function.send("ping").status == 500
    assert figures.read(capsys.readouterr().out) == {}


def test_a_login_that_is_refused_is_counted_apart(
    new_function: NewFunction, capsys: pytest.CaptureFixture[str], variables: dict[str, str]
) -> None:
    user, _, place = variables["DATABASE_URL"].rpartition("@")
    wrong = f"{user.rpartition(':')[0]}:wrong@{place}"
    new_function(**ON_LAMBDA, DATABASE_URL=wrong, MONITORING="critical").send("command")
    found = figures.read(capsys.readouterr().out)
    assert found["AuthenticationFailures",] == found["DatabaseUnreachable",] == [1]


def test_a_command_measures_its_statements(
    new_function: NewFunction, capsys: pytest.CaptureFixture[str]
) -> None:
    new_function(**ON_LAMBDA).send("command")
    found = figures.read(capsys.readouterr().out)
    assert len(found["ConnectTime",]) == len(found["StatementTime",]) == 1


def test_other_routes_are_none_of_discords_interactions(
    new_function: NewFunction, capsys: pytest.CaptureFixture[str]
) -> None:
    new_function(**ON_LAMBDA).get("/health")
    assert figures.read(capsys.readouterr().out) == {}


def test_a_quiet_ping_prints_no_figures_where_only_the_critical_ones_are_kept(
    new_function: NewFunction, capsys: pytest.CaptureFixture[str]
) -> None:
    new_function(**ON_LAMBDA, MONITORING="critical").send("ping")
    assert "_aws" not in capsys.readouterr().out
