"""Webhook events: what Discord tells an application that has no gateway (Discord docs).

Events are signed like interactions and want a 204 within three seconds. What is not acknowledged
is sent again, byte for byte; what never is counts as a failure, and too many of those end it.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from clipsaver.emulator.application import EVENTS_DISABLED_BY_DISCORD, EVENTS_ENABLED
from clipsaver.emulator.payloads import guilds, people

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clipsaver.emulator.courier import Courier, Delivery, SignedRequest
    from clipsaver.emulator.guilds import Guild
    from clipsaver.emulator.people import User
    from clipsaver.emulator.world import World

EVENT_TYPES: Final = frozenset(
    {
        "APPLICATION_AUTHORIZED",
        "APPLICATION_DEAUTHORIZED",
        "ENTITLEMENT_CREATE",
        "ENTITLEMENT_DELETE",
        "ENTITLEMENT_UPDATE",
        "GAME_DIRECT_MESSAGE_CREATE",
        "GAME_DIRECT_MESSAGE_DELETE",
        "GAME_DIRECT_MESSAGE_UPDATE",
        "LOBBY_MESSAGE_CREATE",
        "LOBBY_MESSAGE_DELETE",
        "LOBBY_MESSAGE_UPDATE",
        "QUEST_USER_ENROLLMENT",
    }
)
_PING: Final = 0
_EVENT: Final = 1
_GUILD_INSTALL: Final = 0
_ACKNOWLEDGED: Final = 204
_REFUSED: Final = 401
_INSTALL_SCOPES: Final = ("applications.commands", "bot")


@dataclass(slots=True)
class SentEvent:
    """An event with every attempt to deliver it."""

    type: str
    request: SignedRequest
    attempts: list[Delivery] = field(default_factory=list)

    @property
    def acknowledged(self) -> bool:
        """Whether one of the attempts was."""
        return any(map(_is_acknowledged, self.attempts))


class WebhookEvents:
    """Sends events to the application's URL, when it has one, is enabled and subscribed.

    Attributes:
        retry_delays: Seconds before each further attempt. Discord's schedule is unpublished and
            lasts up to ten minutes; this one is short, so that nobody has to wait.
        failures_allowed: Undelivered events in a row after which Discord stops sending.
        copies: How often each event is sent, for receivers that must bear duplicates.
        sent: Every event, in the order of sending.
    """

    def __init__(self, world: World, courier: Courier) -> None:
        self._world = world
        self._courier = courier
        self._background = ThreadPoolExecutor(1, "webhook-events")
        self._held: list[SentEvent] | None = None
        self._failures = 0
        self.retry_delays: tuple[float, ...] = (0.5, 1.0, 2.0)
        self.failures_allowed = 5
        self.copies = 1
        self.sent: list[SentEvent] = []

    def authorized(
        self, user: User, guild: Guild | None = None, scopes: Sequence[str] = _INSTALL_SCOPES
    ) -> SentEvent | None:
        """Tell of an authorisation: of an install when there is a guild, else of a login."""
        data: dict[str, Any] = {"user": people.user(user), "scopes": list(scopes)}
        if guild is not None:
            data |= {"integration_type": _GUILD_INSTALL, "guild": guilds.full(guild)}
        return self.send("APPLICATION_AUTHORIZED", data)

    def deauthorized(self, user: User) -> SentEvent | None:
        """Tell that a user took their authorisation back; this never names a guild."""
        return self.send("APPLICATION_DEAUTHORIZED", {"user": people.user(user)})

    def send(self, event_type: str, data: object) -> SentEvent | None:
        """Send an event and wait until it is acknowledged, or given up.

        Returns:
            The event, or None when the application does not want it. While events are held, it
            has no attempts yet.
        """
        application = self._world.application
        wanted = event_type in application.event_webhooks_types
        if application.event_webhooks_status != EVENTS_ENABLED or not wanted:
            return None
        # Discord's own example has no offset here.
        moment = self._world.clock.now().replace(tzinfo=None).isoformat()
        envelope = self._envelope(_EVENT)
        envelope["event"] = {"type": event_type, "timestamp": moment, "data": data}
        event = SentEvent(event_type, self._courier.sign(json.dumps(envelope).encode()))
        self.sent.append(event)
        if self._held is None:
            self._deliver(event)
        else:
            self._held.append(event)
        return event

    def announce_install(self, user: User, guild: Guild | None, scopes: Sequence[str]) -> None:
        """The same as `authorized`, but in the background: the browser does not wait for it."""
        self._background.submit(self.authorized, user, guild, scopes)

    def announce_revocation(self, user: User) -> None:
        """The same as `deauthorized`, in the background."""
        self._background.submit(self.deauthorized, user)

    def settle(self) -> None:
        """Wait until all that is sent in the background has been delivered or given up."""
        self._background.submit(lambda: None).result()

    def hold(self) -> None:
        """Keep events back from now on, to release them in another order."""
        self._held = []

    def release(self, *, newest_first: bool = False) -> None:
        """Deliver what was held back; Discord promises no order."""
        held, self._held = self._held or [], None
        for event in reversed(held) if newest_first else held:
            self._deliver(event)

    def resend(self, event: SentEvent) -> Delivery:
        """Deliver an event once more, as Discord may."""
        delivery = self._courier.deliver(self._url(), event.request)
        event.attempts.append(delivery)
        return delivery

    def verify(self, url: str) -> bool:
        """Whether a URL answers a PING with 204 and a badly signed one with 401."""
        body = json.dumps(self._envelope(_PING)).encode()
        ping = self._courier.deliver(url, self._courier.sign(body))
        forged = self._courier.deliver(url, self._courier.forge(body))
        return _is_acknowledged(ping) and forged.status == _REFUSED and not forged.is_late

    def probe(self) -> bool:
        """Discord's routine check with a bad signature; failing it removes the URL."""
        body = json.dumps(self._envelope(_PING)).encode()
        passed = self._courier.deliver(self._url(), self._courier.forge(body)).status == _REFUSED
        if not passed:
            self._world.application.event_webhooks_url = None
        return passed

    def close(self) -> None:
        """Finish what is under way."""
        self._background.shutdown()

    def _deliver(self, event: SentEvent) -> None:
        for _ in range(self.copies):
            self._deliver_once(event)

    def _deliver_once(self, event: SentEvent) -> None:
        for delay in (0.0, *self.retry_delays):
            time.sleep(delay)
            if _is_acknowledged(self.resend(event)):
                self._failures = 0
                return
        self._failures += 1
        if self._failures >= self.failures_allowed:
            self._world.application.event_webhooks_status = EVENTS_DISABLED_BY_DISCORD

    def _url(self) -> str:
        return self._world.application.event_webhooks_url or ""

    def _envelope(self, kind: int) -> dict[str, Any]:
        return {"version": 1, "application_id": str(self._world.application.id), "type": kind}


def _is_acknowledged(delivery: Delivery) -> bool:
    return delivery.status == _ACKNOWLEDGED and not delivery.body and not delivery.is_late
