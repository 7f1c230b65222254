"""Which answers of `/ready` let a deploy succeed."""

import json

import pytest

from functions.deploy import readiness
from functions.shared import errors, release


def body(**document: object) -> bytes:
    return json.dumps(document).encode()


def test_this_release_that_is_ready_has_no_problem() -> None:
    assert readiness.judge(200, body(status="ok", release=release.RELEASE)) is None


@pytest.mark.parametrize("document", [body(status="ok"), body(release="0.0.9"), b"[]", b"<html>"])
def test_another_release_is_not_yet_ours(document: bytes) -> None:
    problem = readiness.judge(200, document)
    assert problem is not None
    assert f"not yet of {release.RELEASE}" in problem


def test_what_keeps_it_from_being_ready_is_told() -> None:
    checks = {"variables": "ok", "database": "unreachable", "schema": "unknown", "sync": "never"}
    assert readiness.judge(503, body(checks=checks)) == (
        "answers 503 (database: unreachable; schema: unknown)"
    )


def test_an_api_that_is_asked_too_often_is_told_apart_from_one_that_is_not_ready() -> None:
    problem = readiness.judge(429, b'{"message": "Too Many Requests"}')
    assert problem is not None
    assert problem.startswith("answers 429: somebody else asks all the time")


@pytest.mark.parametrize("document", [b"", b"null", b'{"message": "Forbidden"}', b"\xff"])
def test_an_answer_of_somebody_else_is_told_by_its_status(document: bytes) -> None:
    assert readiness.judge(403, document) == "answers 403"


def test_silence_is_told_apart() -> None:
    with pytest.raises(errors.NotReachable, match=r"http://127\.0\.0\.1:1/ready cannot be reached"):
        readiness.wait("http://127.0.0.1:1", 0)
