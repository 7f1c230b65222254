"""The application's own settings; saving an endpoint's URL makes Discord call it first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from clipsaver.emulator import problems
from clipsaver.emulator.application import EVENTS_DISABLED, EVENTS_ENABLED
from clipsaver.emulator.calls import answer
from clipsaver.emulator.payloads import application as payloads
from clipsaver.emulator.webhook_events import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clipsaver.emulator.calls import Call, Reply

_LIMITED_INTENTS: Final = (1 << 13) | (1 << 15) | (1 << 19)
"""The only flags that can be changed through the API (Discord docs, Edit Current Application)."""
_URL_LENGTH: Final = 2048
_KEPT: Final = ("tags", "install_params", "integration_types_config", "custom_install_url")
_UNVERIFIED: Final = "The specified {} url could not be verified."


def current(call: Call) -> Reply:
    """Get the application."""
    return answer(payloads.private(call.world))


def edit(call: Call) -> Reply:
    """Change what is sent. New endpoints are called before this answers, while it waits."""
    changes = call.payload()
    _check(changes)
    _verify_interactions_endpoint(call, changes)
    _verify_event_webhooks(call, changes)
    application = call.world.application
    if "flags" in changes:
        changed = (application.flags ^ int(changes["flags"])) & ~_LIMITED_INTENTS
        if changed:
            raise problems.invalid("flags", "BASE_TYPE_CHOICES", "These flags cannot be changed.")
        application.flags = int(changes["flags"])
    for name in ("interactions_endpoint_url", "event_webhooks_url"):
        if name in changes:
            setattr(application, name, changes[name])
    application.event_webhooks_status = int(
        changes.get("event_webhooks_status", application.event_webhooks_status)
    )
    application.event_webhooks_types = tuple(
        changes.get("event_webhooks_types", application.event_webhooks_types)
    )
    application.extras |= {name: changes[name] for name in _KEPT if name in changes}
    return answer(payloads.private(call.world))


def _check(changes: Mapping[str, Any]) -> None:
    form = problems.FormErrors()
    for name in ("interactions_endpoint_url", "event_webhooks_url", "custom_install_url"):
        form.length(name, changes.get(name), 1, _URL_LENGTH)
    status = changes.get("event_webhooks_status", EVENTS_ENABLED)
    if status not in (EVENTS_DISABLED, EVENTS_ENABLED):
        form.add("event_webhooks_status", "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")
    types = changes.get("event_webhooks_types", [])
    if not set(types) <= EVENT_TYPES or len(set(types)) < len(types):
        form.add("event_webhooks_types", "BASE_TYPE_CHOICES", "Value must be one of the events.")
    form.length("tags", changes.get("tags"), 0, 5)
    form.check()


def _verify_interactions_endpoint(call: Call, changes: Mapping[str, Any]) -> None:
    url = changes.get("interactions_endpoint_url")
    if url is not None and not call.platform.interactions.verify(url):
        raise problems.invalid(
            "interactions_endpoint_url",
            "APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID",
            _UNVERIFIED.format("interactions endpoint"),
        )


def _verify_event_webhooks(call: Call, changes: Mapping[str, Any]) -> None:
    url = changes.get("event_webhooks_url")
    if url is not None and not call.platform.webhook_events.verify(url):
        raise problems.invalid(
            "event_webhooks_url",
            "APPLICATION_EVENT_WEBHOOKS_URL_INVALID",
            _UNVERIFIED.format("event webhooks"),
        )
