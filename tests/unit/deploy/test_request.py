"""CloudFormation's requests, and which of them may fail."""

from typing import Any

import pytest

from functions.deploy.request import Request
from functions.shared import errors
from tests.events import files

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:clip-saver-Function-AbC:"
MORNING, NOON = "2026-11-27T09:00:00Z", "2026-11-27T12:00:00Z"


def event(**changes: Any) -> dict[str, Any]:
    return files.lambda_event("custom_resource") | changes


def update(old: dict[str, str], new: dict[str, str]) -> Request:
    """An update of versions, given by their numbers, and of a moment."""

    def properties(given: dict[str, str]) -> dict[str, str]:
        return {
            name: value if name == "DeployedAt" else ARN + value for name, value in given.items()
        }

    return Request.parse(
        event(
            RequestType="Update",
            ResourceProperties=properties(new),
            OldResourceProperties=properties(old),
        )
    )


def test_a_first_request_names_the_resource_after_its_stack() -> None:
    request = Request.parse(event())
    assert (request.kind, request.task) == ("Create", "migrate")
    assert request.physical_id == "clip-saver-Migrate"
    assert request.stack_name == "clip-saver"


@pytest.mark.parametrize("kind", ["Update", "Delete"])
def test_the_name_of_before_stays(kind: str) -> None:
    assert Request.parse(event(RequestType=kind, PhysicalResourceId="x")).physical_id == "x"


def test_discord_is_wired_unless_that_is_switched_off() -> None:
    assert Request.parse(event()).wires_discord
    assert Request.parse(event(ResourceProperties={"Enabled": "true"})).wires_discord
    assert not Request.parse(event(ResourceProperties={"Enabled": "false"})).wires_discord


def test_a_slash_at_the_end_of_the_base_url_is_no_part_of_it() -> None:
    request = Request.parse(event(ResourceProperties={"BaseUrl": "https://clips.example/"}))
    assert request.base_url == "https://clips.example"


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_deploy_may_fail(kind: str) -> None:
    assert Request.parse(event(RequestType=kind)).may_fail


def test_a_deletion_may_not_fail() -> None:
    assert not Request.parse(event(RequestType="Delete")).may_fail


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"Artifact": "10"}, {"Artifact": "9"}),
        ({"Artifact": "9", "HookArtifact": "4"}, {"Artifact": "9", "HookArtifact": "3"}),
        ({"Artifact": "10", "DeployedAt": NOON}, {"Artifact": "9", "DeployedAt": MORNING}),
        ({"Artifact": "9", "DeployedAt": NOON}, {"Artifact": "9", "DeployedAt": MORNING}),
        ({"DeployedAt": NOON}, {"DeployedAt": ""}),
        ({"DeployedAt": NOON}, {}),
    ],
)
def test_an_update_to_an_earlier_version_or_moment_is_a_rollback_and_may_not_fail(
    old: dict[str, str], new: dict[str, str]
) -> None:
    assert not update(old, new).may_fail


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"Artifact": "9"}, {"Artifact": "10"}),
        ({"Artifact": "9"}, {"Artifact": "9"}),
        ({"Artifact": "9", "HookArtifact": "4"}, {"Artifact": "8", "HookArtifact": "5"}),
        ({"Artifact": "9"}, {"HookArtifact": "1"}),
        ({"Artifact": "9"}, {"Artifact": "without a number"}),
        ({"Artifact": "9", "DeployedAt": MORNING}, {"Artifact": "9", "DeployedAt": NOON}),
        ({"Artifact": "9", "DeployedAt": NOON}, {"Artifact": "9", "DeployedAt": NOON}),
        ({}, {"DeployedAt": NOON}),
        # The clock of another operator's machine is late.
        ({"Artifact": "9", "DeployedAt": NOON}, {"Artifact": "10", "DeployedAt": MORNING}),
        # Lambda counts from one again, for a function that was made anew.
        ({"Artifact": "9", "DeployedAt": MORNING}, {"Artifact": "1", "DeployedAt": NOON}),
    ],
)
def test_any_other_update_is_a_deploy(old: dict[str, str], new: dict[str, str]) -> None:
    assert update(old, new).may_fail


@pytest.mark.parametrize("name", ["RequestType", "ResponseURL", "StackId", "RequestId"])
def test_what_cannot_be_answered_is_no_request(name: str) -> None:
    without = event()
    del without[name]
    with pytest.raises(errors.InvalidEvent, match=name):
        Request.parse(without)


def test_a_kind_that_nobody_knows_is_no_request() -> None:
    with pytest.raises(errors.InvalidEvent, match="RequestType is 'Paint'"):
        Request.parse(event(RequestType="Paint"))


def test_the_signed_address_is_not_shown_by_accident() -> None:
    assert "amazonaws" not in repr(Request.parse(event()))
