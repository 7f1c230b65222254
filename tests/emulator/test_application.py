from collections.abc import Callable

import httpx
import pytest

from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World
from tests.emulator.receiver import Receiver


def test_saving_an_endpoint_calls_it_twice_first(
    bot: httpx.Client, world: World, receiver: Receiver
) -> None:
    url = f"{receiver.url}/interactions"

    answer = bot.patch("/applications/@me", json={"interactions_endpoint_url": url})

    assert answer.json()["interactions_endpoint_url"] == url
    assert world.application.interactions_endpoint_url == url
    assert receiver.headers["user-agent"].startswith("Discord-Interactions/1.0")
    assert receiver.calls == 2


def _ignore_signatures(receiver: Receiver) -> None:
    receiver.checks_signatures = False


def _answer_wrongly(receiver: Receiver) -> None:
    receiver.pong = {"type": 2}


@pytest.mark.parametrize("flaw", [_ignore_signatures, _answer_wrongly])
def test_an_endpoint_that_fails_is_not_saved(
    bot: httpx.Client, world: World, receiver: Receiver, flaw: Callable[[Receiver], None]
) -> None:
    flaw(receiver)

    answer = bot.patch("/applications/@me", json={"interactions_endpoint_url": receiver.url})

    assert answer.status_code == 400
    errors = answer.json()["errors"]["interactions_endpoint_url"]["_errors"]
    assert errors[0]["code"] == "APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID"
    assert world.application.interactions_endpoint_url is None


def test_an_endpoint_that_is_not_there_is_not_saved(bot: httpx.Client) -> None:
    url = {"interactions_endpoint_url": "http://127.0.0.1:9/"}

    assert bot.patch("/applications/@me", json=url).status_code == 400


def test_an_event_url_needs_204_for_its_own_kind_of_ping(
    bot: httpx.Client, world: World, receiver: Receiver
) -> None:
    wanted = {
        "event_webhooks_url": receiver.url,
        "event_webhooks_status": 2,
        "event_webhooks_types": ["APPLICATION_AUTHORIZED"],
    }
    assert bot.patch("/applications/@me", json=wanted).json()["event_webhooks_status"] == 2

    world.application.event_webhooks_url = None
    receiver.event_pong = 200
    assert bot.patch("/applications/@me", json=wanted).status_code == 400
    receiver.event_pong, receiver.checks_signatures = 204, False
    assert bot.patch("/applications/@me", json=wanted).status_code == 400
    assert world.application.event_webhooks_url is None


def test_a_routine_probe_removes_an_endpoint_that_stopped_checking(
    discord: DiscordServer, receiver: Receiver
) -> None:
    application = discord.world.application
    application.interactions_endpoint_url = receiver.url
    assert discord.interactions.probe()

    receiver.checks_signatures = False

    assert not discord.interactions.probe()
    assert application.interactions_endpoint_url is None


@pytest.mark.parametrize(
    "changes",
    [
        {"flags": 1 << 18},
        {"event_webhooks_status": 3},
        {"event_webhooks_types": ["GUILD_DELETE"]},
        {"interactions_endpoint_url": "http://" + "x" * 2048},
        {"tags": ["x"] * 6},
    ],
)
def test_what_cannot_be_changed_is_refused(bot: httpx.Client, changes: dict[str, object]) -> None:
    assert bot.patch("/applications/@me", json=changes).json()["code"] == 50035


def test_the_message_content_switch_can_be_set(bot: httpx.Client, world: World) -> None:
    world.application.flags = 0

    answer = bot.patch("/applications/@me", json={"flags": 1 << 19}).json()

    assert answer["flags"] == 1 << 19
    assert world.application.reads_content


def test_clearing_a_url_calls_nobody(bot: httpx.Client, world: World) -> None:
    world.application.interactions_endpoint_url = "http://127.0.0.1:9/"

    answer = bot.patch("/applications/@me", json={"interactions_endpoint_url": None})

    assert answer.json()["interactions_endpoint_url"] is None
