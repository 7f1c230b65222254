"""What CloudFormation is told."""

import json
from typing import Any

import pytest

from functions.deploy import answer
from functions.deploy.outcome import Outcome
from functions.deploy.request import Request
from tests.events import files

DONE = Outcome(succeeded=True, report="It is done.")
FAILED = Outcome(succeeded=False, report="It is not.")


def told(outcome: Outcome, **changes: Any) -> dict[str, Any]:
    request = Request.parse(files.lambda_event("custom_resource") | changes)
    document: dict[str, Any] = json.loads(answer.document(request, outcome))
    return document


def test_a_success_repeats_who_was_asked_and_carries_the_report() -> None:
    event = files.lambda_event("custom_resource")
    assert told(DONE) == {
        "Status": "SUCCESS",
        "Reason": "It is done.",
        "PhysicalResourceId": "clip-saver-Migrate",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": "Migrate",
        "Data": {"Report": "It is done."},
    }


def test_a_failure_says_why() -> None:
    found = told(FAILED)
    assert (found["Status"], found["Reason"]) == ("FAILED", "It is not.")


def test_what_may_not_fail_succeeds_and_says_what_went_wrong() -> None:
    found = told(FAILED, RequestType="Delete")
    assert found["Status"] == "SUCCESS"
    assert found["Data"]["Report"].endswith("the deploy goes on: It is not.")


def test_an_outcome_goes_from_one_process_to_another() -> None:
    assert Outcome.from_json(FAILED.to_json()) == FAILED
    long = Outcome.from_json(Outcome(succeeded=True, report="x" * 100_000).to_json())
    assert long.report == "x" * 4096


def test_where_the_api_answers_is_where_installs_come_back_to() -> None:
    found = told(DONE, ResourceProperties={"BaseUrl": "https://clips.example"})
    assert found["Data"]["RedirectUri"] == "https://clips.example/install/callback"


@pytest.mark.parametrize(
    "text", ["a" * 10_000, 'é\n"\\' * 3_000, "\U0001f600" * 2_000, "\x00" * 999]
)
def test_an_answer_stays_within_its_limits(text: str) -> None:
    longest = "https://" + "x" * 240 + ".example"
    request = Request.parse(
        files.lambda_event("custom_resource") | {"ResourceProperties": {"BaseUrl": longest}}
    )
    body = answer.document(request, Outcome(succeeded=True, report=text))
    assert len(body) <= 4096
    report = json.loads(body)["Data"]["Report"]
    assert len(report.encode()) < 1000
    assert report.endswith("…")
    assert text.startswith(report[:-1].rstrip("…"))
