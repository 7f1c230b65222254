"""Telling the local Discord of a deployment whose API is really there."""

from typing import Any

import pytest

from clipsaver.emulator.application import Application
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.gateway import Gateway
from functions.deploy import wire
from functions.deploy.wire import Wiring, unwire
from functions.shared import commands, errors
from functions.shared.discord.client import DiscordClient

UPDATE = "PATCH /applications/@me"
OVERWRITE = "PUT /applications/{application_id}/commands"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_PAUSE_SECONDS", 0.05)


def wiring(
    client: DiscordClient, application: Application, base_url: str, *, patience: float = 0
) -> Wiring:
    return Wiring(
        client,
        application_id=application.id,
        public_key=application.public_key,
        base_url=base_url,
        patience_seconds=patience,
    )


async def test_commands_and_both_urls_are_set_and_the_redirect_uri_is_asked_for(
    application: Application, client: DiscordClient, gateway: Gateway
) -> None:
    told = await wiring(client, application, gateway.url).wire()
    names = {command.name for command in commands.COMMANDS}
    assert {each.name for each in application.commands.all(None)} == names
    assert application.interactions_endpoint_url == f"{gateway.url}/interactions"
    assert application.event_webhooks_url == f"{gateway.url}/webhook-events"
    assert application.event_webhooks_status == 2
    assert list(application.event_webhooks_types) == ["APPLICATION_AUTHORIZED"]
    assert f"paste {gateway.url}/install/callback into the developer portal" in told[0]
    assert told[1:3] == [
        "Interactions come here from now on.",
        "Webhook events come here from now on.",
    ]
    assert told[3].startswith(f"Commands: added {commands.COMMANDS[0].name}, ")


async def test_what_is_as_it_should_be_is_not_written_again(
    discord: DiscordServer, application: Application, client: DiscordClient, gateway: Gateway
) -> None:
    application.redirect_uris.append(f"{gateway.url}/install/callback")
    await wiring(client, application, gateway.url).wire()
    discord.requests.clear()
    assert await wiring(client, application, gateway.url).wire() == [
        "The redirect URI is registered.",
        "Interactions come here already.",
        "Webhook events come here already.",
        "The commands are as declared.",
    ]
    assert discord.requests.count(UPDATE) == discord.requests.count(OVERWRITE) == 0


async def test_webhook_events_that_discord_disabled_are_enabled_again_with_the_types_there_were(
    application: Application, client: DiscordClient, gateway: Gateway
) -> None:
    application.event_webhooks_url = f"{gateway.url}/webhook-events"
    application.event_webhooks_status = 3
    application.event_webhooks_types = ("ENTITLEMENT_CREATE",)
    await wiring(client, application, gateway.url).wire()
    assert application.event_webhooks_status == 2
    kept = ["APPLICATION_AUTHORIZED", "ENTITLEMENT_CREATE"]
    assert list(application.event_webhooks_types) == kept


async def test_an_api_that_takes_a_moment_is_waited_for(
    discord: DiscordServer, application: Application, client: DiscordClient, gateway: Gateway
) -> None:
    invalid = {"message": "Invalid Form Body", "code": 50035, "errors": {}}
    discord.faults.add(UPDATE, status=400, body=invalid, times=2)
    await wiring(client, application, gateway.url, patience=10).wire()
    assert application.interactions_endpoint_url == f"{gateway.url}/interactions"
    assert discord.requests.count(UPDATE) == 4


async def test_an_api_that_does_not_answer_is_not_waited_for_in_vain(
    discord: DiscordServer, application: Application, client: DiscordClient, gateway: Gateway
) -> None:
    elsewhere = f"{gateway.url}/elsewhere"
    with pytest.raises(
        errors.NotWired, match=rf"Interactions cannot come to {elsewhere}: .* public key"
    ):
        await wiring(client, application, elsewhere, patience=0.2).wire()
    assert 2 <= discord.requests.count(UPDATE) <= 5
    assert application.interactions_endpoint_url is None


async def test_another_refusal_is_not_repeated(
    discord: DiscordServer, application: Application, client: DiscordClient, gateway: Gateway
) -> None:
    discord.faults.add(UPDATE, status=400, body={"message": "No", "code": 40000})
    with pytest.raises(errors.NotWired, match="No"):
        await wiring(client, application, gateway.url, patience=10).wire()
    assert discord.requests.count(UPDATE) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"application_id": 1}, "DISCORD_APPLICATION_ID is 1"),
        ({"public_key": "0" * 64}, "DISCORD_PUBLIC_KEY is not that of application"),
    ],
)
async def test_another_applications_token_changes_nothing(
    discord: DiscordServer,
    application: Application,
    client: DiscordClient,
    changes: dict[str, Any],
    told: str,
) -> None:
    identity: dict[str, Any] = {
        "application_id": application.id,
        "public_key": application.public_key,
    } | changes
    mistaken = Wiring(client, base_url="http://127.0.0.1:1", patience_seconds=0, **identity)
    with pytest.raises(errors.NotWired, match=told):
        await mistaken.wire()
    assert discord.requests.count(UPDATE) == discord.requests.count(OVERWRITE) == 0


async def test_a_deployment_that_goes_away_clears_its_urls(
    application: Application, client: DiscordClient, gateway: Gateway
) -> None:
    await wiring(client, application, gateway.url).wire()
    assert await unwire(client, gateway.url) == "Discord no longer calls this deployment."
    assert application.interactions_endpoint_url is None
    assert application.event_webhooks_url is None
    assert application.event_webhooks_status == 1


async def test_a_deployment_that_was_succeeded_leaves_the_urls_of_its_successor(
    discord: DiscordServer, application: Application, client: DiscordClient
) -> None:
    application.interactions_endpoint_url = "https://successor.example/interactions"
    application.event_webhooks_url = "https://successor.example/webhook-events"
    application.event_webhooks_status = 2
    assert "another deployment" in await unwire(client, "https://predecessor.example")
    assert application.interactions_endpoint_url == "https://successor.example/interactions"
    assert application.event_webhooks_url == "https://successor.example/webhook-events"
    assert discord.requests.count(UPDATE) == 0
