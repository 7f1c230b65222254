"""When the application's endpoints count as drifted."""

from dataclasses import replace
from typing import Any

import pytest

from functions.shared.models import Application
from functions.sync import endpoint

URL = "https://clips.example"
ENABLED = 2
SOUND = Application(
    id=1,
    name="Clip Saver",
    flags=0,
    bot_user_id=None,
    interactions_endpoint_url=f"{URL}/interactions",
    event_webhooks_url=f"{URL}/webhook-events",
    event_webhooks_status=ENABLED,
)


def test_endpoints_that_lead_here_are_no_drift() -> None:
    assert endpoint.drift(SOUND, URL) == []


def test_events_that_nobody_set_up_are_no_drift() -> None:
    assert (
        endpoint.drift(replace(SOUND, event_webhooks_url=None, event_webhooks_status=1), URL) == []
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"interactions_endpoint_url": "https://old.example/interactions"}, "https://old.example"),
        ({"interactions_endpoint_url": None}, "nowhere"),
        ({"event_webhooks_url": "https://old.example/webhook-events"}, "https://old.example"),
        ({"event_webhooks_status": 1}, "switched off"),
        ({"event_webhooks_status": 3}, "disabled"),
    ],
)
def test_each_kind_of_drift_is_told_by_one_sentence(changed: dict[str, Any], told: str) -> None:
    found = endpoint.drift(replace(SOUND, **changed), URL)
    assert len(found) == 1
    assert told in found[0]


def test_without_an_expected_url_only_what_discord_disabled_counts() -> None:
    elsewhere = replace(
        SOUND, interactions_endpoint_url=None, event_webhooks_url="https://x.example"
    )
    assert endpoint.drift(elsewhere, None) == []
    assert len(endpoint.drift(replace(elsewhere, event_webhooks_status=3), None)) == 1
