"""What the bot sees of guilds, channels and threads."""

from datetime import timedelta

import httpx
import pytest

from clipsaver.emulator.channels import allow, deny
from clipsaver.emulator.guilds import Guild, Member
from clipsaver.emulator.people import User
from clipsaver.emulator.permissions import ALL, Permission, effective, in_channel
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World


@pytest.fixture
def guild(world: World, ada: User) -> Guild:
    return world.add_guild("Arcade", owner=ada)


@pytest.fixture
def bot_member(guild: Guild) -> Member:
    member = guild.bot_member
    assert member is not None
    return member


def _names(answer: httpx.Response) -> list[str]:
    return [each["name"] for each in answer.json()]


def test_guilds_are_paged_by_ascending_id(bot: httpx.Client, world: World, ada: User) -> None:
    ids = [str(world.add_guild(f"Guild {number}", owner=ada).id) for number in range(250)]

    first = bot.get("/users/@me/guilds").json()
    second = bot.get("/users/@me/guilds", params={"after": first[-1]["id"]}).json()
    before = bot.get("/users/@me/guilds", params={"before": ids[10], "limit": 3}).json()

    assert [guild["id"] for guild in first + second] == ids
    assert [guild["id"] for guild in before] == ids[7:10]


def test_counts_are_told_only_when_asked_for(bot: httpx.Client, guild: Guild) -> None:
    guild.member_count = 70_000

    assert "approximate_member_count" not in bot.get("/users/@me/guilds").json()[0]
    counted = bot.get("/users/@me/guilds?with_counts=true").json()[0]
    assert counted["approximate_member_count"] == 70_000


def test_a_guild_without_the_bot_is_unknown(bot: httpx.Client, world: World, guild: Guild) -> None:
    world.remove_bot(guild)

    assert bot.get("/users/@me/guilds").json() == []
    assert bot.get(f"/guilds/{guild.id}").json()["code"] == 10004
    assert bot.get(f"/guilds/{guild.id}/channels").json()["code"] == 50001
    assert bot.get("/guilds/5/channels").json()["code"] == 10004


def test_hidden_channels_are_left_out_of_the_list(bot: httpx.Client, guild: Guild) -> None:
    guild.add_channel("general")
    hidden = guild.add_channel("staff", private_to=[])

    assert _names(bot.get(f"/guilds/{guild.id}/channels")) == ["general"]
    assert bot.get(f"/channels/{hidden.id}").json()["code"] == 50001


def test_hidden_channels_can_be_listed_as_they_used_to(
    bot: httpx.Client, world: World, guild: Guild
) -> None:
    guild.add_channel("staff", private_to=[])
    world.lists_hidden_channels = True

    assert _names(bot.get(f"/guilds/{guild.id}/channels")) == ["staff"]


def test_a_category_is_listed_for_the_sake_of_its_children(
    bot: httpx.Client, guild: Guild, bot_member: Member
) -> None:
    category = guild.add_channel("Staff", "category", private_to=[])
    inner = guild.add_channel("inner", parent=category, private_to=[])
    assert _names(bot.get(f"/guilds/{guild.id}/channels")) == []

    inner.add_overwrites(allow(bot_member, Permission.VIEW_CHANNEL))

    assert _names(bot.get(f"/guilds/{guild.id}/channels")) == ["Staff", "inner"]


@pytest.mark.parametrize("change", ["rename", "role", "delete", "add"])
def test_a_kept_list_is_rendered_anew_after_every_change(
    bot: httpx.Client, world: World, guild: Guild, change: str
) -> None:
    channel = guild.add_channel("general")
    before = bot.get(f"/guilds/{guild.id}/channels").content
    assert bot.get(f"/guilds/{guild.id}/channels").content == before

    match change:
        case "rename":
            channel.name = "lobby"
        case "role":
            guild.everyone.permissions = 0
            world.add_bot(guild, permissions=0)
        case "delete":
            guild.delete_channel(channel)
        case "add":
            guild.add_channel("clips")

    assert bot.get(f"/guilds/{guild.id}/channels").content != before


def test_a_deleted_channel_is_unknown_with_its_threads(bot: httpx.Client, guild: Guild) -> None:
    channel = guild.add_channel("general")
    thread = channel.add_thread("Talk")
    guild.delete_channel(channel)

    assert bot.get(f"/channels/{channel.id}").json()["code"] == 10003
    assert bot.get(f"/channels/{thread.id}").json()["code"] == 10003


def test_active_threads_are_those_the_bot_can_see_newest_first(
    bot: httpx.Client, world: World, guild: Guild
) -> None:
    channel = guild.add_channel("general")
    hidden = guild.add_channel("staff", private_to=[])
    channel.add_thread("first")
    channel.add_thread("joined", type="private_thread", members=[world.application.bot])
    channel.add_thread("closed", type="private_thread")
    channel.add_thread("old", archived=True)
    hidden.add_thread("unseen")

    found = bot.get(f"/guilds/{guild.id}/threads/active").json()

    assert [thread["name"] for thread in found["threads"]] == ["joined", "first"]
    assert len(found["members"]) == 1
    assert all("nsfw" not in thread for thread in found["threads"])


def test_archived_threads_are_paged_by_the_time_of_archiving(
    bot: httpx.Client, world: World, guild: Guild
) -> None:
    channel, now = guild.add_channel("general"), world.clock.now()
    for days in (1, 3, 2):
        channel.add_thread(f"{days} days", archived=True, at=now - timedelta(days=days))
    path = f"/channels/{channel.id}/threads/archived/public"

    first = bot.get(path, params={"limit": 2}).json()
    last_moment = first["threads"][-1]["thread_metadata"]["archive_timestamp"]
    second = bot.get(path, params={"limit": 2, "before": last_moment}).json()

    assert [thread["name"] for thread in first["threads"]] == ["1 days", "2 days"]
    assert first["has_more"] is True
    assert [thread["name"] for thread in second["threads"]] == ["3 days"]
    assert second["has_more"] is False
    assert bot.get(path, params={"limit": 1}).json()["code"] == 50035


def test_archived_threads_take_permissions(bot: httpx.Client, world: World, guild: Guild) -> None:
    channel = guild.add_channel("general")
    base = f"/channels/{channel.id}/threads/archived"
    assert bot.get(f"{base}/private").json()["code"] == 50013

    guild.everyone.permissions = int(Permission.VIEW_CHANNEL)
    world.add_bot(guild, permissions=0)

    assert bot.get(f"{base}/public").json()["code"] == 50013


def test_an_archived_thread_can_be_neither_joined_nor_left(bot: httpx.Client, guild: Guild) -> None:
    thread = guild.add_channel("general").add_thread("old", archived=True)

    assert bot.put(f"/channels/{thread.id}/thread-members/@me").json()["code"] == 50083


def test_permissions_follow_the_documented_order(world: World, guild: Guild) -> None:
    linus = world.add_user("linus")
    role = guild.add_role("Players")
    member = guild.add_member(linus, role)
    view, send, attach = (
        Permission.VIEW_CHANNEL,
        Permission.SEND_MESSAGES,
        Permission.ATTACH_FILES,
    )
    channel = guild.add_channel(
        "general",
        overwrites=[deny(guild.everyone, view, send), allow(role, view), deny(role, attach)],
    )

    assert in_channel(member, channel) & view
    assert not in_channel(member, channel) & (send | attach)
    member.remove_role(role)
    assert not in_channel(member, channel) & view
    member.add_role(role)
    channel.add_overwrites(deny(member, view))
    assert effective(member, channel) == 0


def test_owners_administrators_and_the_timed_out(world: World, guild: Guild) -> None:
    channel = guild.add_channel("general", private_to=[])
    chief = guild.add_member(
        world.add_user("grace"), guild.add_role("Chiefs", Permission.ADMINISTRATOR)
    )
    plain = guild.add_member(world.add_user("linus"))
    until = world.clock.now() + timedelta(hours=1)
    chief.timed_out_until = plain.timed_out_until = until
    open_channel = guild.add_channel("open")
    reading = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY

    assert effective(guild.owner, channel) == ALL
    assert effective(chief, channel) == ALL
    assert effective(plain, open_channel) == reading
    world.clock.advance(3601)
    assert effective(plain, open_channel) & Permission.SEND_MESSAGES


def test_voice_needs_connect_and_private_threads_membership(world: World, guild: Guild) -> None:
    member = guild.add_member(world.add_user("linus"))
    voice = guild.add_channel(
        "Lobby", "voice", overwrites=[deny(guild.everyone, Permission.CONNECT)]
    )
    thread = guild.add_channel("general").add_thread("Judges", type="private_thread")

    assert effective(member, voice) == Permission.VIEW_CHANNEL
    assert effective(member, thread) == 0
    thread.add_member(member.user)
    assert effective(member, thread) & Permission.VIEW_CHANNEL


def test_a_member_is_found_by_id_and_me_is_no_id(
    bot: httpx.Client, discord: DiscordServer, guild: Guild, ada: User
) -> None:
    base = f"/guilds/{guild.id}/members"

    assert bot.get(f"{base}/{ada.id}").json()["roles"] == []
    assert bot.get(f"{base}/{discord.world.application.owner.id}").json()["code"] == 10007
    assert bot.get(f"{base}/@me").json()["code"] == 50035


def test_a_membership_of_a_thread_is_told(bot: httpx.Client, world: World, ada: User) -> None:
    guild = world.add_guild("Arcade", owner=ada)
    thread = guild.add_channel("clips").add_thread("run", owner=ada)
    stranger = world.add_user("bob")

    assert bot.get(f"/channels/{thread.id}/thread-members/{ada.id}").json()["user_id"] == str(
        ada.id
    )
    assert bot.get(f"/channels/{thread.id}/thread-members/{stranger.id}").json()["code"] == 10007
