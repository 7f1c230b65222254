"""What is to change in Discord's application, and what is not."""

from dataclasses import replace

import pytest

from functions.shared import application as applications
from functions.shared import errors
from functions.shared.models import Application

BASE = "https://clips.example"
NEW = Application(
    id=5,
    name="Clip Saver",
    flags=0,
    bot_user_id=None,
    interactions_endpoint_url=None,
    event_webhooks_url=None,
    event_webhooks_status=1,
    verify_key="ab" * 32,
)
WIRED = replace(
    NEW,
    interactions_endpoint_url=f"{BASE}/interactions",
    event_webhooks_url=f"{BASE}/webhook-events",
    event_webhooks_status=2,
    event_webhooks_types=("APPLICATION_AUTHORIZED",),
)
EVENTS = {
    "event_webhooks_url": f"{BASE}/webhook-events",
    "event_webhooks_status": 2,
    "event_webhooks_types": ["APPLICATION_AUTHORIZED"],
}


def test_a_new_application_gets_both_urls() -> None:
    assert applications.interactions(NEW, BASE) == {
        "interactions_endpoint_url": f"{BASE}/interactions"
    }
    assert applications.events(NEW, BASE) == EVENTS


def test_a_wired_one_is_left_alone() -> None:
    assert applications.interactions(WIRED, BASE) == {}
    assert applications.events(WIRED, BASE) == {}


@pytest.mark.parametrize(
    "changed",
    [
        replace(WIRED, event_webhooks_url="https://other.example/webhook-events"),
        replace(WIRED, event_webhooks_status=1),
        replace(WIRED, event_webhooks_status=3),
        replace(WIRED, event_webhooks_types=()),
    ],
)
def test_events_are_set_whole_when_anything_of_them_differs(changed: Application) -> None:
    assert applications.events(changed, BASE) == EVENTS


def test_only_what_is_still_ours_is_cleared() -> None:
    both = {
        "interactions_endpoint_url": None,
        "event_webhooks_url": None,
        "event_webhooks_status": 1,
    }
    assert applications.clearing(WIRED, BASE) == both
    assert applications.clearing(WIRED, "https://other.example") == {}
    assert applications.clearing(NEW, BASE) == {}
    moved = replace(WIRED, interactions_endpoint_url="https://other.example/interactions")
    assert "interactions_endpoint_url" not in applications.clearing(moved, BASE)


def test_a_redirect_uri_must_be_registered_to_the_letter() -> None:
    def sentence(*uris: str) -> str:
        return applications.redirect_sentence(replace(NEW, redirect_uris=uris), BASE)

    assert sentence(f"{BASE}/install/callback") == "The redirect URI is registered."
    for uris in [(), (f"{BASE}/install/callback/",), ("https://other.example/install/callback",)]:
        assert f"paste {BASE}/install/callback into the developer portal" in sentence(*uris)


def test_the_token_must_belong_to_the_configured_application() -> None:
    applications.check_identity(NEW, 5, "AB" * 32)
    applications.check_identity(replace(NEW, verify_key=None), 5, "ab" * 32)
    with pytest.raises(errors.NotWired, match="application 5, but DISCORD_APPLICATION_ID is 6"):
        applications.check_identity(NEW, 6, "ab" * 32)
    with pytest.raises(errors.NotWired, match="PUBLIC_KEY is not that of application 5"):
        applications.check_identity(NEW, 5, "cd" * 32)
