"""Which requests are taken for Discord's, and what becomes of the others."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from clipsaver.emulator.courier import SignedRequest
from tests.functional.install.stage import Stage

Post = Callable[[SignedRequest], httpx.Response]

MALFORMED = (
    b"",
    b"{",
    b"\xff\xfe",
    b"[]",
    b"null",
    b"7",
    b"[" * 100_000,
    b"{}",
    b'{"application_id": "ID"}',
    b'{"application_id": "ID", "type": 7}',
    b'{"application_id": "ID", "type": true}',
    b'{"application_id": "ID", "type": "0"}',
    b'{"application_id": "1", "type": 0}',
    b'{"application_id": "ID", "type": 1}',
    b'{"application_id": "ID", "type": 1, "event": []}',
    b'{"application_id": "ID", "type": 1, "event": {"type": "APPLICATION_AUTHORIZED"}}',
)


@pytest.fixture
def post(stage: Stage) -> Post:
    def send(request: SignedRequest) -> httpx.Response:
        headers = {
            "Content-Type": "application/json",
            "X-Signature-Ed25519": request.signature,
            "X-Signature-Timestamp": request.timestamp,
        }
        url = f"{stage.gateway.url}/webhook-events"
        return httpx.post(url, content=request.body, headers=headers, trust_env=False)

    return send


def sign(stage: Stage, body: bytes, seconds_ago: int = 0) -> SignedRequest:
    timestamp = int(time.time()) - seconds_ago
    return stage.discord._event_courier.sign(body, timestamp=timestamp)


def envelope(stage: Stage, **fields: Any) -> bytes:
    plain = {"version": 1, "application_id": stage.variables["DISCORD_APPLICATION_ID"], "type": 0}
    return json.dumps(plain | fields).encode()


def install(stage: Stage, **changes: Any) -> bytes:
    data = {
        "integration_type": 0,
        "scopes": ["bot"],
        "user": {"id": str(stage.grace.id), "username": "grace"},
        "guild": {"id": str(stage.chess_club.id), "name": "Chess Club"},
    }
    event = {
        "type": "APPLICATION_AUTHORIZED",
        "timestamp": "2026-11-01T14:42:53.064834",
        "data": data | changes,
    }
    return envelope(stage, type=1, event=event)


def test_a_ping_is_answered_empty_with_a_content_type(stage: Stage, post: Post) -> None:
    answer = post(sign(stage, envelope(stage)))
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["content-type"] == "application/json"


def test_discord_accepts_the_url(stage: Stage) -> None:
    assert stage.discord.webhook_events.verify(f"{stage.gateway.url}/webhook-events")
    assert stage.discord.webhook_events.probe()


def test_what_discord_did_not_sign_lately_is_refused(stage: Stage, post: Post) -> None:
    body = install(stage)
    forged = stage.discord._event_courier.forge(body)
    for request in (
        forged,
        sign(stage, body, seconds_ago=910),
        sign(stage, body, seconds_ago=-910),
        SignedRequest(body, "", ""),
        SignedRequest(body, "now", "ab" * 64),
    ):
        assert post(request).status_code == 401
    assert stage.guild_ids() == []


def test_what_discord_repeats_after_minutes_is_taken(stage: Stage, post: Post) -> None:
    assert post(sign(stage, install(stage), seconds_ago=890)).status_code == 204
    assert stage.guild_ids() == [stage.chess_club.id]


def test_malformed_bodies_are_refused_for_good(stage: Stage, post: Post) -> None:
    own = stage.variables["DISCORD_APPLICATION_ID"].encode()
    for body in MALFORMED:
        assert post(sign(stage, body.replace(b"ID", own))).status_code == 400, body[:80]


def test_installs_that_lack_what_they_should_tell_are_refused(stage: Stage, post: Post) -> None:
    incomplete: tuple[dict[str, Any], ...] = (
        {"user": None},
        {"user": {"username": "nobody"}},
        {"guild": []},
        {"guild": {"id": "-1", "name": "x"}},
        {"guild": {"id": str(1 << 64), "name": "x"}},
        {"guild": {"id": str(stage.chess_club.id)}},
        {"scopes": "bot"},
        {"integration_type": "0"},
    )
    for changes in incomplete:
        assert post(sign(stage, install(stage, **changes))).status_code == 400, changes
    assert stage.guild_ids() == []


def test_names_that_postgresql_cannot_store_are_stored_without_what_it_cannot(
    stage: Stage, post: Post
) -> None:
    guild = {"id": str(stage.chess_club.id), "name": "Chess\x00 Club \ud800♞"}
    assert post(sign(stage, install(stage, guild=guild))).status_code == 204
    assert stage.rows.sql("SELECT name FROM bot_guilds") == [{"name": "Chess Club ♞"}]


def test_a_body_above_one_mebibyte_is_too_large_if_it_is_signed(stage: Stage, post: Post) -> None:
    body = envelope(stage, padding="x" * (1 << 20))
    assert post(sign(stage, body)).status_code == 413
    assert post(stage.discord._event_courier.forge(body)).status_code == 401
