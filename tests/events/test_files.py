"""The sample payloads are what they claim to be."""

import base64
import json
from pathlib import Path

import pytest

from functions.shared.discord import signature
from tests.events import files, signed

SIGNED_AT = 1_795_464_000.0
FOLDER = Path(__file__).parent


@pytest.mark.parametrize("name", ["http_api", "http_api_base64"])
def test_the_recorded_request_is_signed(name: files.LambdaEventName) -> None:
    event = files.lambda_event(name)
    body = event["body"].encode()
    headers = event["headers"]
    assert signature.verify(
        base64.b64decode(body) if event["isBase64Encoded"] else body,
        headers["x-signature-ed25519"],
        headers["x-signature-timestamp"],
        signed.PUBLIC_KEY,
        now=SIGNED_AT,
        window=0,
    )


@pytest.mark.parametrize("path", sorted(FOLDER.glob("interactions/*.json")), ids=lambda p: p.stem)
def test_every_interaction_is_for_the_same_application_and_has_the_same_token(path: Path) -> None:
    document = json.loads(path.read_text())
    assert document["application_id"] == files.APPLICATION_ID
    assert document["token"] == files.TOKEN
    assert document["version"] == 1
