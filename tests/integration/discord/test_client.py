"""Each method: what it asks Discord for, and what it makes of the answer."""

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from functions.shared import errors
from functions.shared.discord.client import DiscordClient
from functions.shared.models import ChannelId, GuildId, UserId

UNKNOWN_WEBHOOK = {"message": "Unknown Webhook", "code": 10015}
CHANNEL = {"id": "20", "type": 0, "name": "clips", "guild_id": "1"}


def guild_entries(first: int, count: int) -> list[dict[str, Any]]:
    return [
        {"id": str(first + index), "name": "Arena", "icon": None, "permissions": "1024"}
        for index in range(count)
    ]


async def test_guilds_are_listed_page_by_page_until_one_is_short(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(200, guild_entries(1, 200)).then(200, guild_entries(201, 200))
    wire.then(200, guild_entries(401, 3))
    guilds = await client.list_guilds()
    assert [guild.id for guild in guilds] == list(range(1, 404))
    queries = [dict(request.url.params) for request in wire.requests]
    assert queries == [{"limit": "200", "after": after} for after in ("0", "200", "400")]


async def test_a_full_last_page_is_followed_by_an_empty_one(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(200, guild_entries(1, 200)).then(200, [])
    assert len(await client.list_guilds()) == 200


async def test_pages_that_repeat_themselves_end_the_listing(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(200, guild_entries(1, 200))
    with pytest.raises(errors.UnexpectedPayload):
        await client.list_guilds()
    assert len(wire.requests) == 2


async def test_a_guild_its_member_and_its_channels_are_read(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(200, {"id": "1", "name": "Arena", "icon": None, "owner_id": "5", "roles": []})
    wire.then(200, {"user": {"id": "7"}, "roles": ["9"]})
    wire.then(200, [CHANNEL])
    wire.then(200, {"threads": [CHANNEL | {"id": "30", "type": 11}], "members": []})
    wire.then(200, CHANNEL)
    guild_id = GuildId(1)
    assert (await client.get_guild(guild_id)).owner_id == 5
    assert (await client.get_member(guild_id, UserId(7))).role_ids == (9,)
    assert [channel.id for channel in await client.list_channels(guild_id)] == [20]
    assert [thread.id for thread in await client.list_active_threads(guild_id)] == [30]
    assert (await client.get_channel(ChannelId(20))).name == "clips"
    assert wire.paths == [
        "/guilds/1",
        "/guilds/1/members/7",
        "/guilds/1/channels",
        "/guilds/1/threads/active",
        "/channels/20",
    ]


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [(404, 10003, errors.NotFound), (403, 50001, errors.Forbidden)],
)
async def test_a_deleted_channel_differs_from_a_hidden_one(
    client: DiscordClient, wire: Any, status: int, code: int, expected: type[errors.DiscordError]
) -> None:
    wire.then(status, {"message": "x", "code": code})
    with pytest.raises(expected) as caught:
        await client.get_channel(ChannelId(20))
    assert (caught.value.code, caught.value.route) == (code, "GET /channels/{channel_id}")


@pytest.mark.parametrize("document", [None, {}, "x", [1], [{}]])
async def test_a_list_of_another_shape_is_reported(
    client: DiscordClient, wire: Any, document: object
) -> None:
    wire.then(200, document)
    for listing in (
        client.list_guilds(),
        client.list_channels(GuildId(1)),
        client.list_active_threads(GuildId(1)),
    ):
        with pytest.raises(errors.UnexpectedPayload):
            await listing


async def test_the_application_and_the_bot_are_read(client: DiscordClient, wire: Any) -> None:
    wire.then(200, {"id": "3", "name": "Clip Saver"}).then(200, {"id": "7", "username": "saver"})
    assert (await client.get_application()).id == 3
    assert (await client.get_current_user()).username == "saver"


async def test_only_the_named_fields_of_the_application_change(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(200, {"id": "3", "name": "Clip Saver", "event_webhooks_status": 2})
    application = await client.update_application(event_webhooks_status=2)
    assert application.event_webhooks_status == 2
    (request,) = wire.requests
    assert (request.method, wire.paths) == ("PATCH", ["/applications/@me"])
    assert json.loads(request.content) == {"event_webhooks_status": 2}
    assert request.headers["content-type"] == "application/json"


async def test_a_rejected_endpoint_is_explained(client: DiscordClient, wire: Any) -> None:
    message = "The specified interactions endpoint url could not be verified."
    leaf = {"code": "APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID", "message": message}
    tree = {"interactions_endpoint_url": {"_errors": [leaf]}}
    wire.then(400, {"message": "Invalid Form Body", "code": 50035, "errors": tree})
    with pytest.raises(errors.BadRequest, match="could not be verified"):
        await client.update_application(interactions_endpoint_url="https://a.example")


async def test_commands_are_listed_with_localizations_and_overwritten_whole(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(200, [{"id": "1", "name": "status"}])
    assert await client.list_commands(3) == [{"id": "1", "name": "status"}]
    assert await client.overwrite_commands(3, [{"name": "status"}]) == [
        {"id": "1", "name": "status"}
    ]
    listing, overwriting = wire.requests
    assert listing.url.params["with_localizations"] == "true"
    assert (overwriting.method, json.loads(overwriting.content)) == ("PUT", [{"name": "status"}])


async def test_an_edit_shows_the_interactions_token_and_not_the_bots(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(200, {"id": "1"})
    await client.edit_original(3, "aW50", {"content": "fini \ud83d", "embeds": []})
    (request,) = wire.requests
    assert (request.method, wire.paths) == ("PATCH", ["/webhooks/3/aW50/messages/@original"])
    assert "authorization" not in request.headers
    assert json.loads(request.content) == {"content": "fini \ud83d", "embeds": []}


async def test_an_edit_that_overtook_its_deferral_is_tried_again(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(404, UNKNOWN_WEBHOOK).then(404, UNKNOWN_WEBHOOK).then(200, {"id": "1"})
    await client.edit_original(3, "aW50", {"content": "done"})
    assert len(wire.requests) == 3


async def test_an_edit_of_an_interaction_that_is_gone_is_given_up(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(404, UNKNOWN_WEBHOOK)
    with pytest.raises(errors.NotFound):
        await client.edit_original(3, "aW50", {"content": "done"})
    assert len(wire.requests) == 4


async def test_an_edit_of_a_message_that_is_gone_is_not_repeated(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(404, {"message": "Unknown Message", "code": 10008})
    with pytest.raises(errors.NotFound):
        await client.edit_original(3, "aW50", {"content": "done"})
    assert len(wire.requests) == 1


async def test_each_invocation_sets_its_own_deadline(client: DiscordClient, wire: Any) -> None:
    wire.then_limit(0.2)
    client.deadline = time.monotonic() + 0.1
    with pytest.raises(errors.RateLimited):
        await client.get_current_user()
    wire.script[:] = []
    wire.then(200, {"id": "7", "username": "saver"})
    client.deadline = time.monotonic() + 10
    assert (await client.get_current_user()).id == 7


async def test_a_limit_for_some_calls_ends_with_them(client: DiscordClient, wire: Any) -> None:
    wire.then(200, {"id": "7", "username": "saver"})
    with pytest.raises(errors.DiscordUnreachable), client.until(time.monotonic()):
        await client.get_current_user()
    assert (await client.get_current_user()).id == 7


async def test_calls_in_the_queue_are_not_sent_once_the_token_is_refused(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(401, {"message": "401: Unauthorized", "code": 0})
    calls = (client.get_guild(GuildId(guild_id)) for guild_id in range(1, 31))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(outcome, errors.Unauthorized) for outcome in outcomes)
    assert len(wire.requests) < 10


class CountingDiscord:
    """Answers within 20 to 80 ms, and refuses what exceeds 50 requests in any second."""

    def __init__(self) -> None:
        self.recent: deque[float] = deque()
        self.refused = 0
        self.chance = random.Random(3)

    async def __call__(self, _request: httpx.Request) -> httpx.Response:
        now = time.monotonic()
        while self.recent and self.recent[0] <= now - 1:
            self.recent.popleft()
        if len(self.recent) >= 50:
            self.refused += 1
            return httpx.Response(429, json={"retry_after": 1.0, "global": True})
        self.recent.append(now)
        await asyncio.sleep(self.chance.uniform(0.02, 0.08))
        return httpx.Response(200, json=[])


@pytest.mark.parametrize("rate_share", [0.8, 1.0])
async def test_many_guilds_are_read_at_the_full_rate_without_a_429(
    connect: Callable[..., DiscordClient], rate_share: float
) -> None:
    discord = CountingDiscord()
    client = connect(wire=httpx.MockTransport(discord), rate_share=rate_share)
    waiting = deque(range(1, 161))

    async def work() -> None:
        while waiting:
            await client.list_channels(GuildId(waiting.popleft()))

    started = time.monotonic()
    await asyncio.gather(*(work() for _ in range(10)))
    elapsed = time.monotonic() - started
    assert discord.refused == 0
    # The last answer's latency is part of the time, and weighs more here than in a real run.
    assert elapsed <= 1.05 * 160 / (50 * rate_share) + 0.1
    assert client.statistics.requests == 160
    assert 0.02 <= client.statistics.latency_sum / 160 <= elapsed
