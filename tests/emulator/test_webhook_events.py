import json

import pytest

from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.people import User
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.webhook_events import WebhookEvents
from clipsaver.emulator.world import World
from tests.emulator.receiver import Answer, Receiver


@pytest.fixture
def guild(world: World, ada: User) -> Guild:
    return world.add_guild("Arcade", owner=ada)


@pytest.fixture
def events(discord: DiscordServer, receiver: Receiver) -> WebhookEvents:
    application = discord.world.application
    application.event_webhooks_url = receiver.url
    application.event_webhooks_status = 2
    application.event_webhooks_types = ("APPLICATION_AUTHORIZED", "APPLICATION_DEAUTHORIZED")
    discord.webhook_events.retry_delays = (0.0, 0.0)
    return discord.webhook_events


def _types(receiver: Receiver) -> list[str]:
    return [payload["event"]["type"] for payload in receiver.payloads]


def test_an_install_is_told_with_its_guild(
    events: WebhookEvents, receiver: Receiver, guild: Guild, ada: User
) -> None:
    sent = events.authorized(ada, guild)

    assert sent is not None
    assert sent.acknowledged
    envelope = receiver.payloads[0]
    assert (envelope["type"], envelope["version"]) == (1, 1)
    event = envelope["event"]
    assert event["type"] == "APPLICATION_AUTHORIZED"
    assert "+" not in event["timestamp"]
    assert event["data"]["integration_type"] == 0
    assert event["data"]["guild"]["id"] == str(guild.id)
    assert receiver.headers["user-agent"].startswith("Discord-Webhook/1.0")


def test_a_revocation_names_nobody_but_the_user(
    events: WebhookEvents, receiver: Receiver, ada: User
) -> None:
    events.deauthorized(ada)

    assert receiver.payloads[0]["event"]["data"].keys() == {"user"}


def test_nothing_is_sent_to_who_did_not_subscribe(
    events: WebhookEvents, receiver: Receiver, world: World, ada: User
) -> None:
    assert events.send("ENTITLEMENT_CREATE", {}) is None
    world.application.event_webhooks_status = 1

    assert events.authorized(ada) is None
    assert receiver.payloads == []


def test_what_is_not_acknowledged_is_sent_again_byte_for_byte(
    events: WebhookEvents, receiver: Receiver, ada: User
) -> None:
    answers: list[Answer] = [(500, None), (200, {}), (204, None)]
    receiver.answer = lambda _: answers.pop(0)

    sent = events.authorized(ada)

    assert sent is not None
    assert [attempt.status for attempt in sent.attempts] == [500, 200, 204]
    assert sent.acknowledged
    assert receiver.payloads[0] == receiver.payloads[2] == json.loads(sent.request.body)


def test_too_many_failures_end_the_delivery(
    events: WebhookEvents, receiver: Receiver, world: World, ada: User
) -> None:
    events.failures_allowed = 2
    receiver.answer = lambda _: (500, None)
    events.authorized(ada)
    assert world.application.event_webhooks_status == 2

    events.authorized(ada)

    assert world.application.event_webhooks_status == 3
    assert events.authorized(ada) is None


def test_events_may_come_twice_and_in_any_order(
    events: WebhookEvents, receiver: Receiver, ada: User
) -> None:
    events.copies = 2
    events.hold()
    events.authorized(ada)
    events.deauthorized(ada)
    assert receiver.payloads == []

    events.release(newest_first=True)

    assert _types(receiver) == ["APPLICATION_DEAUTHORIZED"] * 2 + ["APPLICATION_AUTHORIZED"] * 2


def test_a_probe_removes_a_url_that_stopped_checking(
    events: WebhookEvents, receiver: Receiver, world: World
) -> None:
    assert events.probe()

    receiver.checks_signatures = False

    assert not events.probe()
    assert world.application.event_webhooks_url is None
