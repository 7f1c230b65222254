"""A published Discord library, unchanged, works against the local Discord."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import hikari
import httpx
import pytest
from hikari.impl.rest import RESTClientImpl
from hikari.internal import routes

from clipsaver.emulator import messages
from clipsaver.emulator.channels import Thread
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.people import User
from clipsaver.emulator.permissions import ALL
from clipsaver.emulator.routes.table import API
from clipsaver.emulator.server import DiscordServer
from tests.emulator.receiver import Receiver

_REDIRECT = "http://localhost/callback"


@pytest.fixture
async def app(discord: DiscordServer) -> AsyncIterator[hikari.RESTApp]:
    rest_app = hikari.RESTApp(url=discord.api_url)
    await rest_app.start()
    yield rest_app
    await rest_app.close()


@pytest.fixture
async def rest(app: hikari.RESTApp, discord: DiscordServer) -> AsyncIterator[RESTClientImpl]:
    token = discord.world.application.bot_token
    async with app.acquire(token, hikari.TokenType.BOT) as client:
        yield client


@pytest.fixture
def thread(discord: DiscordServer, ada: User) -> Thread:
    """A thread in a channel with history, in a guild with every type of channel."""
    world = discord.world
    guild = world.add_guild("Arcade", owner=ada, bot_permissions=ALL)
    for kind in (2, 4, 5, 13, 15):
        guild.add_channel(f"of-type-{kind}", kind)
    clips = guild.add_channel("clips")
    now, bot = world.clock.now(), world.application.bot
    ace = messages.clip("ace.mp4", taken_at=now, participants=[ada], game="Valorant")
    posted = clips.post(ada, "Five!", [ace, messages.video("b.mov")], pinned_at=now)
    clips.post(ada, "", **messages.forward_of(posted))
    clips.add_thread("Old", archived=True, at=now - timedelta(days=9))
    clips.add_thread("Secret", type="private_thread", archived=True, members=[bot])
    return clips.add_thread("Talk", members=[bot])


async def test_every_route_that_hikari_has_works_with_it(
    rest: RESTClientImpl,
    app: hikari.RESTApp,
    discord: DiscordServer,
    receiver: Receiver,
    thread: Thread,
    ada: User,
) -> None:
    await _read_guild(rest, thread.guild, ada, discord.world.application.bot)
    await _read_threads(rest, thread)
    await _search(rest, thread.guild)
    await _write_messages(rest, thread)
    await _manage_commands(rest, discord.world.application.id, thread.guild)
    await _answer_interactions(rest, discord, receiver, thread.guild, ada)
    await _authorize(rest, app, discord, thread.guild, ada)
    application = await rest.edit_application(tags=["clips"])
    assert application.id == discord.world.application.id
    await rest.leave_guild(thread.guild.id)

    known = {_shape(f"{each.method} {each.path_template}") for each in _hikari_routes()}
    asked = {request.route for request in discord.requests}
    left_out = [each.name for each in API if each.name not in asked]
    print("Routes of the local Discord that hikari does not call:", *left_out, sep="\n  ")  # noqa: T201
    assert [name for name in left_out if _shape(name) in known] == []


async def test_hikari_waits_out_a_rate_limit(
    rest: RESTClientImpl, discord: DiscordServer, thread: Thread
) -> None:
    route = "GET /guilds/{guild_id}/channels"
    discord.faults.add(route, scope="user", retry_after=0.05, times=1)

    await rest.fetch_guild_channels(thread.guild.id)

    assert [request.status for request in discord.requests.to(route)] == [429, 200]


async def test_hikari_reads_discords_errors(rest: RESTClientImpl, discord: DiscordServer) -> None:
    with pytest.raises(hikari.NotFoundError) as unknown_guild:
        await rest.fetch_guild(123)
    application_id = discord.world.application.id
    with pytest.raises(hikari.BadRequestError) as too_long:
        await rest.create_slash_command(application_id, "Wrong Name", "x" * 101)

    assert unknown_guild.value.code == 10004
    assert too_long.value.errors is not None


async def _read_guild(rest: RESTClientImpl, guild: Guild, ada: User, bot: User) -> None:
    assert (await rest.fetch_my_user()).id == bot.id
    assert (await rest.fetch_user(ada.id)).username == "ada"
    assert [each.name async for each in rest.fetch_my_guilds()] == ["Arcade"]
    assert (await rest.fetch_guild(guild.id)).owner_id == ada.id
    assert len(await rest.fetch_roles(guild.id)) == 2
    assert (await rest.fetch_role(guild.id, guild.id)).name == "@everyone"
    assert (await rest.fetch_member(guild.id, ada.id)).user.id == ada.id
    assert len(await rest.fetch_guild_channels(guild.id)) == 6
    added = [
        entry async for log in rest.fetch_audit_log(guild.id) for entry in log.entries.values()
    ]
    assert [entry.action_type for entry in added] == [hikari.AuditLogEventType.BOT_ADD]
    await rest.fetch_gateway_url()
    await rest.fetch_gateway_bot_info()
    assert (await rest.fetch_application()).name == "Clip Saver"


async def _read_threads(rest: RESTClientImpl, thread: Thread) -> None:
    parent = thread.parent.id
    assert [each.name for each in await rest.fetch_active_threads(thread.guild.id)] == ["Talk"]
    assert [each.name async for each in rest.fetch_public_archived_threads(parent)] == ["Old"]
    assert [each.name async for each in rest.fetch_private_archived_threads(parent)] == ["Secret"]
    joined = rest.fetch_joined_private_archived_threads(parent)
    assert [each.name async for each in joined] == ["Secret"]
    assert (await rest.fetch_channel(thread.id)).name == "Talk"
    await rest.leave_thread(thread.id)
    await rest.join_thread(thread.id)
    member = await rest.fetch_thread_member(thread.id, thread.owner_id)
    assert member.user_id == thread.owner_id


async def _search(rest: RESTClientImpl, guild: Guild) -> None:
    with pytest.raises(hikari.SearchNotIndexedError):
        await rest.search_messages(guild.id, wait_for_index=False)
    found = await rest.search_messages(guild.id, has=[hikari.MessageSearchHasType.VIDEO])
    assert found.total_results == 1


async def _write_messages(rest: RESTClientImpl, thread: Thread) -> None:
    channel = thread.parent.id
    found = [each async for each in rest.fetch_messages(channel)]
    assert [each.filename for each in found[-1].attachments] == ["ace.mp4", "b.mov"]
    pinned = [each async for each in rest.fetch_pins(channel)]
    assert len(pinned) == 1
    sent = await rest.create_message(
        channel, "hello", attachment=hikari.Bytes(b"video", "small.mp4"), user_mentions=False
    )
    assert sent.attachments[0].size == 5
    assert await sent.attachments[0].read() == b"video"
    edited = await rest.edit_message(channel, sent.id, "bye")
    assert edited.content == "bye"
    assert (await rest.fetch_message(channel, sent.id)).content == "bye"
    await rest.delete_message(channel, sent.id)


async def _manage_commands(rest: RESTClientImpl, application: int, guild: Guild) -> None:
    for where in (hikari.UNDEFINED, guild.id):
        builder = rest.slash_command_builder("status", "How things are")
        await rest.set_application_commands(application, [builder], where)
        created = await rest.create_slash_command(application, "clips", "Find clips", guild=where)
        assert len(await rest.fetch_application_commands(application, where)) == 2
        await rest.fetch_application_command(application, created.id, where)
        await rest.edit_application_command(application, created.id, where, description="Find")
        await rest.delete_application_command(application, created.id, where)
    assert not await rest.fetch_application_guild_commands_permissions(application, guild.id)
    with pytest.raises(hikari.NotFoundError):
        await rest.fetch_application_command_permissions(application, guild.id, created.id)


async def _answer_interactions(
    rest: RESTClientImpl, discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User
) -> None:
    application = discord.world.application
    application.interactions_endpoint_url = receiver.url
    receiver.answer = lambda _: (202, None)
    pending = asyncio.create_task(
        asyncio.to_thread(discord.interactions.command, guild, ada, "status")
    )
    assert await asyncio.to_thread(receiver.arrived.wait, 5)
    sent = receiver.payloads[0]
    kind = hikari.ResponseType.MESSAGE_CREATE
    await rest.create_interaction_response(int(sent["id"]), sent["token"], kind, "here")
    used = await pending
    assert used.text == "here"
    token = used.token
    await rest.fetch_interaction_response(application.id, token)
    await rest.edit_interaction_response(application.id, token, "there")
    assert used.text == "there"
    further = await rest.execute_webhook(application.id, token, "more")
    await rest.fetch_webhook_message(application.id, token, further.id)
    await rest.edit_webhook_message(application.id, token, further.id, "less")
    await rest.delete_webhook_message(application.id, token, further.id)
    await rest.delete_interaction_response(application.id, token)
    assert used.text == ""


async def _authorize(
    rest: RESTClientImpl, app: hikari.RESTApp, discord: DiscordServer, guild: Guild, ada: User
) -> None:
    application = discord.world.application
    application.redirect_uris = [_REDIRECT]
    discord.world.browser_user = ada
    client, secret = application.id, application.client_secret
    tokens = await rest.authorize_access_token(
        client, secret, await _consent(discord, guild), _REDIRECT
    )
    assert tokens.guild is not None
    assert tokens.guild.id == guild.id
    tokens = await rest.refresh_access_token(client, secret, tokens.refresh_token)
    async with app.acquire(tokens.access_token, hikari.TokenType.BEARER) as user:
        assert (await user.fetch_my_user()).id == ada.id
        assert (await user.fetch_my_member(guild.id)).user.id == ada.id
        authorization = await user.fetch_authorization()
        assert authorization.user is not None
    await rest.authorize_client_credentials_token(client, secret, ["identify"])
    await rest.revoke_access_token(client, secret, tokens.access_token)
    assert all(grant.user is not ada for grant in application.grants)


async def _consent(discord: DiscordServer, guild: Guild) -> str:
    form = {
        "client_id": str(discord.world.application.id),
        "scope": "bot identify guilds.members.read",
        "response_type": "code",
        "redirect_uri": _REDIRECT,
        "guild_id": str(guild.id),
        "decision": "authorize",
    }
    async with httpx.AsyncClient(trust_env=False) as browser:
        response = await browser.post(f"{discord.url}/oauth2/authorize", data=form)
    return parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]


def _hikari_routes() -> list[routes.Route]:
    return [each for each in vars(routes).values() if isinstance(each, routes.Route)]


def _shape(route: str) -> str:
    """A route without the names of its parameters."""
    return re.sub(r"\{\w+\}", "{}", route)
