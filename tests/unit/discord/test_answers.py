import json
from collections.abc import Mapping

import pytest

from functions.shared import errors
from functions.shared.discord.answers import Answer

HTML = b"<!DOCTYPE html><html><title>Access denied</title>error code: 1015</html>"


def answer(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer.read(status, headers or {}, content)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"message": "Invalid Form Body", "code": 50035}, errors.BadRequest),
        (401, {"message": "401: Unauthorized", "code": 0}, errors.Unauthorized),
        (403, {"message": "Missing Access", "code": 50001}, errors.Forbidden),
        (404, {"message": "Unknown Channel", "code": 10003}, errors.NotFound),
        (405, {"message": "405: Method Not Allowed", "code": 0}, errors.BadRequest),
        (429, {"message": "x", "retry_after": 1.5, "global": False}, errors.RateLimited),
        (500, {"message": "500: Internal Server Error", "code": 0}, errors.DiscordServerError),
        (502, HTML, errors.DiscordServerError),
        (524, b"", errors.DiscordServerError),
        (302, b"", errors.UnexpectedPayload),
        (401, HTML, errors.Unauthorized),
        (404, HTML, errors.NotFound),
    ],
)
def test_each_status_has_its_error(
    status: int, body: object, expected: type[errors.DiscordError]
) -> None:
    with pytest.raises(errors.DiscordError) as caught:
        answer(status, body).payload("GET /x")
    assert type(caught.value) is expected
    assert (caught.value.status, caught.value.route) == (status, "GET /x")


def test_an_error_carries_discords_code_and_explanation() -> None:
    refused = answer(
        400,
        {
            "message": "Invalid Form Body",
            "code": 50035,
            "errors": {
                "a": {"0": {"b": {"_errors": [{"code": "X", "message": "Too long."}]}}},
                "_errors": [{"code": "Y", "message": "No."}],
            },
        },
    )
    with pytest.raises(
        errors.BadRequest, match=r"Invalid Form Body; a\.0\.b: Too long\."
    ) as caught:
        refused.payload("PATCH /x")
    assert "request: No." in str(caught.value)
    assert caught.value.code == 50035


@pytest.mark.parametrize("tree", [None, [], "x", {"a": None}, {"_errors": {}}, {"_errors": [1]}])
def test_a_strange_error_tree_is_no_obstacle(tree: object) -> None:
    with pytest.raises(errors.BadRequest, match="Invalid"):
        answer(400, {"message": "Invalid", "code": 50035, "errors": tree}).payload("PATCH /x")


@pytest.mark.parametrize("body", [b"", b'[{"id": "1"', b"<html>", b"\xff", b"[" * 100_000])
def test_a_success_cut_short_counts_as_no_answer(body: bytes) -> None:
    with pytest.raises(errors.DiscordUnreachable):
        answer(200, body).payload("GET /x")


def test_a_success_without_content_has_no_payload() -> None:
    assert answer(204, b"").payload("DELETE /x") is None


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (429, HTML, {}),
        (429, b"error code: 1015", {"retry-after": "30"}),
        (403, HTML, {}),
        (403, b"", {}),
        (403, {"message": "Cloudflare", "code": 40333}, {}),
        (429, {"message": "You are being blocked from accessing our API", "code": 0}, {}),
        (403, {"message": "You are being blocked from accessing our API", "code": 0}, {}),
    ],
)
def test_a_block_by_cloudflare_is_never_taken_for_a_missing_permission(
    status: int, body: object, headers: Mapping[str, str]
) -> None:
    blocked = answer(status, body, headers)
    assert blocked.is_block
    assert blocked.scope == "cloudflare"
    with pytest.raises(errors.RateLimited):
        blocked.payload("GET /x")


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (403, {"message": "Missing Access", "code": 50001}, {}),
        (403, {"message": "403: Forbidden", "code": 0}, {}),
        (429, {"message": "You are being rate limited.", "retry_after": 0.3}, {}),
        (429, b"", {"x-ratelimit-scope": "user", "retry-after": "1"}),
        (401, HTML, {}),
        (503, HTML, {}),
    ],
)
def test_what_the_api_itself_says_is_not_a_block(
    status: int, body: object, headers: Mapping[str, str]
) -> None:
    assert not answer(status, body, headers).is_block


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        ({"retry_after": 0.25}, {"retry-after": "1"}, 1.0),
        ({"retry_after": 64.57}, {"retry-after": "64"}, 64.57),
        ({"retry_after": 2}, {}, 2.0),
        ({}, {"retry-after": "3"}, 3.0),
        ({}, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"retry_after": -1}, {}, None),
        ({"retry_after": None}, {"retry-after": "nan"}, None),
        ({"retry_after": 10**400}, {}, None),
        ([], {}, None),
    ],
)
def test_the_longer_wait_counts_and_nonsense_does_not(
    body: object, headers: Mapping[str, str], expected: float | None
) -> None:
    assert answer(429, body, headers).retry_after == expected


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        ({"retry_after": 1, "global": False}, {"x-ratelimit-scope": "user"}, "user"),
        ({"retry_after": 1, "global": False}, {"x-ratelimit-scope": "shared"}, "shared"),
        ({"retry_after": 1, "global": True}, {"x-ratelimit-scope": "global"}, "global"),
        ({"retry_after": 1, "global": True}, {}, "global"),
        ({"retry_after": 1}, {}, "user"),
    ],
)
def test_a_429_tells_whose_limit_it_is(
    body: object, headers: Mapping[str, str], expected: str
) -> None:
    assert answer(429, body, headers).scope == expected
