"""Every route of the local Discord answers as Discord's own description says."""

from datetime import timedelta

import httpx
import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.channels import Channel, Thread
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.messages import forward_of
from clipsaver.emulator.people import User
from clipsaver.emulator.permissions import ALL
from clipsaver.emulator.routes.table import API
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World
from tests.emulator import openapi_schema
from tests.emulator.receiver import Receiver

_STATUS = {"name": "status", "description": "How things are"}


@pytest.fixture
def guild(world: World, ada: User) -> Guild:
    return world.add_guild("Arcade", owner=ada, bot_permissions=ALL, features=("COMMUNITY",))


@pytest.fixture
def clips(guild: Guild, ada: User, world: World) -> Channel:
    """A channel with every kind of message."""
    clips = guild.add_channel("clips")
    now = world.clock.now()
    ace = messages.clip("ace.mp4", taken_at=now, participants=[ada], game="Valorant")
    posted = clips.post(ada, f"Five! {ada.mention}", [ace, messages.video("b.mov")])
    clips.post(ada, "", **forward_of(posted))
    clips.post(ada, "gg", referenced=posted, type=19, pinned_at=now)
    return clips


@pytest.fixture
def thread(clips: Channel, world: World) -> Thread:
    thread = clips.add_thread("Talk", members=[world.application.bot])
    clips.add_thread("Old", archived=True, at=world.clock.now() - timedelta(days=9))
    clips.add_thread(
        "Secret", type="private_thread", archived=True, members=[world.application.bot]
    )
    return thread


@pytest.fixture
def token(
    discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User, thread: Thread
) -> str:
    """The path of an interaction that has been answered."""
    application = discord.world.application
    application.interactions_endpoint_url = receiver.url
    application.commands.put(None, _STATUS, discord.world.mint, 0)
    receiver.answer = lambda _: (200, {"type": 4, "data": {"content": "fine"}})
    used = discord.interactions.command(guild, ada, "status")
    assert used.text == "fine"
    return f"/webhooks/{application.id}/{used.token}"


def test_every_described_route_answers_as_described(
    bot: httpx.Client,
    discord: DiscordServer,
    receiver: Receiver,
    ada: User,
    thread: Thread,
    token: str,
) -> None:
    guild, clips = thread.guild, thread.parent
    bot_user = discord.world.application.bot
    for kind in (0, 2, 4, 5, 13, 14, 15, 16):
        guild.add_channel(f"of-type-{kind}", kind)
    _read_users_and_guilds(bot, guild, ada, bot_user)
    _read_channels(bot, guild, clips, thread)
    _write_messages(bot, clips, thread)
    _manage_commands(bot, discord.world.application.id, guild)
    _follow_up(bot, token)
    _call_back(bot, discord, receiver, guild, ada)
    _read_as_user(bot, discord, guild, ada)
    bot.patch("/applications/@me", json={"tags": ["clips"]}).raise_for_status()
    bot.get("/gateway")
    bot.get("/gateway/bot")
    bot.delete(f"/users/@me/guilds/{guild.id}")

    asked = {request.route for request in discord.requests if request.status < 300}
    described = {endpoint.name for endpoint in API} - openapi_schema.NOT_DESCRIBED
    assert described - asked == {
        # No overrides exist, so this one only ever answers 404, as Discord does then.
        "GET /applications/{application_id}/guilds/{guild_id}/commands/{command_id}/permissions"
    }


def test_every_route_is_described_or_known_not_to_be() -> None:
    missing = {each.name for each in API if not openapi_schema.is_described(each.name)}

    assert missing == openapi_schema.NOT_DESCRIBED


def test_an_answer_that_differs_is_noticed() -> None:
    with pytest.raises(AssertionError, match="username"):
        openapi_schema.check("GET /users/{user_id}", 200, "application/json", b'{"id": "1"}')


def _read_users_and_guilds(bot: httpx.Client, guild: Guild, ada: User, bot_user: User) -> None:
    bot.get("/users/@me")
    bot.get(f"/users/{ada.id}")
    bot.get("/users/@me/guilds", params={"with_counts": "true"})
    bot.get(f"/guilds/{guild.id}", params={"with_counts": "true"})
    bot.get(f"/guilds/{guild.id}/roles")
    bot.get(f"/guilds/{guild.id}/roles/{guild.id}")
    bot.get(f"/guilds/{guild.id}/members/{bot_user.id}")
    bot.get(f"/guilds/{guild.id}/audit-logs", params={"action_type": 28})
    bot.get("/oauth2/applications/@me")
    bot.get("/applications/@me")


def _read_channels(bot: httpx.Client, guild: Guild, clips: Channel, thread: Thread) -> None:
    bot.get(f"/guilds/{guild.id}/channels")
    assert len(bot.get(f"/guilds/{guild.id}/threads/active").json()["threads"]) == 1
    bot.get(f"/channels/{clips.id}")
    bot.get(f"/channels/{thread.id}")
    bot.get(f"/channels/{clips.id}/threads/archived/public")
    bot.get(f"/channels/{clips.id}/threads/archived/private")
    bot.get(f"/channels/{clips.id}/users/@me/threads/archived/private")
    assert bot.get(f"/guilds/{guild.id}/messages/search").status_code == 202
    found = bot.get(f"/guilds/{guild.id}/messages/search", params={"has": "video"}).json()
    assert found["total_results"] == 1


def _write_messages(bot: httpx.Client, clips: Channel, thread: Thread) -> None:
    bot.put(f"/channels/{thread.id}/thread-members/@me")
    bot.delete(f"/channels/{thread.id}/thread-members/@me")
    button = {"type": 2, "style": 1, "label": "More", "custom_id": "more"}
    sent = bot.post(
        f"/channels/{clips.id}/messages",
        json={
            "content": "hello",
            "embeds": [{"title": "Clips", "fields": [{"name": "a", "value": "b"}]}],
            "components": [{"type": 1, "components": [button]}],
        },
    ).json()
    one = f"/channels/{clips.id}/messages/{sent['id']}"
    bot.patch(one, json={"content": "bye"})
    bot.get(one)
    bot.delete(one)
    assert len(bot.get(f"/channels/{clips.id}/messages").json()) == 4
    bot.get(f"/channels/{clips.id}/messages/pins")


def _manage_commands(bot: httpx.Client, application_id: int, guild: Guild) -> None:
    for base in (
        f"/applications/{application_id}/commands",
        f"/applications/{application_id}/guilds/{guild.id}/commands",
    ):
        assert bot.put(base, json=[_STATUS]).status_code == 200
        created = bot.post(base, json={"name": "clips", "description": "Find clips"})
        assert created.status_code == 201
        one = f"{base}/{created.json()['id']}"
        bot.get(base)
        bot.get(one)
        bot.patch(one, json={"description": "Find them"})
        bot.delete(one)
    bot.get(f"/applications/{application_id}/guilds/{guild.id}/commands/permissions")


def _follow_up(bot: httpx.Client, webhook: str) -> None:
    further = bot.post(webhook, json={"content": "more", "flags": 64}).json()
    for name in ("@original", further["id"]):
        bot.get(f"{webhook}/messages/{name}")
        bot.patch(f"{webhook}/messages/{name}", json={"content": "changed"})
        bot.delete(f"{webhook}/messages/{name}")


def _call_back(
    bot: httpx.Client, discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User
) -> None:
    def answer_by_callback(payload: dict[str, str]) -> tuple[int, None]:
        bot.post(
            f"/interactions/{payload['id']}/{payload['token']}/callback",
            params={"with_response": "true"},
            json={"type": 4, "data": {"content": "through the back door"}},
        )
        return 202, None

    receiver.answer = answer_by_callback
    used = discord.interactions.command(guild, ada, "status")
    assert used.text == "through the back door"


def _read_as_user(bot: httpx.Client, discord: DiscordServer, guild: Guild, ada: User) -> None:
    application = discord.world.application
    application.owner = ada
    tokens = bot.post(
        "/oauth2/token",
        data={
            "grant_type": "client_credentials",
            "scope": "identify guilds.members.read",
            "client_id": str(application.id),
            "client_secret": application.client_secret,
        },
    ).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert bot.get("/oauth2/@me", headers=bearer).json()["user"]["id"] == str(ada.id)
    bot.get(f"/users/@me/guilds/{guild.id}/member", headers=bearer)
