"""What is asked of Discord before anything is shown, and for how long its answer counts."""

import pytest

from clipsaver.emulator.channels import Thread
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.server import DiscordServer
from functions.shared import errors
from functions.shared.catalogue import access_reader
from functions.shared.catalogue.access_reader import AccessReader, KnownMember
from functions.shared.models import ChannelId, GuildId, Member, UserId
from tests.integration.catalogue.conftest import Clock

MEMBERSHIP = "GET /channels/{channel_id}/thread-members/{user_id}"


def guild(discord: DiscordServer, name: str = "Arcade") -> Guild:
    return next(each for each in discord.world.guilds.values() if each.name == name)


def judges(discord: DiscordServer) -> Thread:
    return next(each for each in guild(discord).threads.values() if each.name == "Judges")


async def test_a_guild_takes_two_requests_and_none_again_within_half_a_minute(
    discord: DiscordServer, reader: AccessReader, clock: Clock
) -> None:
    arcade = GuildId(guild(discord).id)
    first = await reader.snapshot(arcade)
    assert first.value.guild.nsfw_level == 0
    assert {each.name for each in first.value.channels.values()} >= {
        "clips",
        "guides",
        "after-dark",
    }
    clock.now += access_reader.FRESH_SECONDS - 0.1
    assert await reader.snapshot(arcade) is first
    assert len(discord.requests) == 2
    clock.now += 0.1
    assert await reader.snapshot(arcade) is not first
    assert len(discord.requests) == 4


async def test_a_clock_that_was_set_back_makes_what_is_known_worthless(
    discord: DiscordServer, reader: AccessReader, clock: Clock
) -> None:
    first = await reader.snapshot(GuildId(guild(discord).id))
    clock.now -= 1
    assert await reader.snapshot(GuildId(guild(discord).id)) is not first


async def test_the_memory_is_bounded(
    discord: DiscordServer, reader: AccessReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader._snapshots._most = 1
    arcade, basement = (GuildId(guild(discord, name).id) for name in ("Arcade", "Basement"))
    for guild_id in (arcade, basement, arcade):
        assert (await reader.snapshot(guild_id)).value.guild.id == guild_id
    assert len(discord.requests) == 6


async def test_a_guild_that_cannot_be_read_is_not_remembered(
    discord: DiscordServer, reader: AccessReader
) -> None:
    arcade = GuildId(guild(discord).id)
    discord.faults.add("GET /guilds/{guild_id}/channels", status=403, times=1)
    with pytest.raises(errors.Forbidden):
        await reader.snapshot(arcade)
    assert (await reader.snapshot(arcade)).value.channels


async def test_a_member_counts_as_signed_for_half_a_minute_and_is_read_again_then(
    discord: DiscordServer, reader: AccessReader, clock: Clock
) -> None:
    arcade = guild(discord)
    signed = Member(UserId(arcade.owner_id), ())
    known = KnownMember(signed, clock.instant)
    clock.now += access_reader.FRESH_SECONDS - 1
    kept = await reader.member(GuildId(arcade.id), known)
    assert (kept.value, kept.as_of) == (signed, known.as_of.timestamp())
    assert len(discord.requests) == 0
    clock.now += 1
    arcade.owner.add_role(arcade.add_role("Judges"))
    read = await reader.member(GuildId(arcade.id), known)
    assert read.value is not None
    assert len(read.value.role_ids) == 1
    assert read.as_of == clock.now


async def test_who_left_meanwhile_is_nobody(
    discord: DiscordServer, reader: AccessReader, clock: Clock
) -> None:
    arcade = guild(discord)
    linus = next(user for user in discord.world.users.values() if user.username == "linus")
    arcade.remove_member(linus)
    known = KnownMember(Member(UserId(linus.id), ()), clock.instant)
    clock.now += access_reader.FRESH_SECONDS
    assert (await reader.member(GuildId(arcade.id), known)).value is None


async def test_membership_of_a_private_thread_is_asked_for_and_forgotten_after_half_a_minute(
    discord: DiscordServer, reader: AccessReader, clock: Clock
) -> None:
    thread = judges(discord)
    thread.add_member(discord.world.application.bot)
    ada = UserId(guild(discord).owner_id)
    asked = [ChannelId(thread.id)] * 2
    assert (await reader.joined(ada, asked)).value == {thread.id}
    assert (await reader.joined(UserId(7), asked)).value == frozenset()
    thread.remove_member(guild(discord).owner.user)
    assert (await reader.joined(ada, asked)).value == {thread.id}
    assert discord.requests.count(MEMBERSHIP) == 2
    clock.now += access_reader.FRESH_SECONDS
    assert (await reader.joined(ada, asked)).value == frozenset()


@pytest.mark.parametrize("status", [403, 400])
async def test_in_doubt_nobody_is_a_member_and_the_doubt_is_not_remembered(
    discord: DiscordServer, reader: AccessReader, status: int
) -> None:
    thread = judges(discord)
    thread.add_member(discord.world.application.bot)
    ada = UserId(guild(discord).owner_id)
    fault = discord.faults.add(MEMBERSHIP, status=status)
    assert (await reader.joined(ada, [ChannelId(thread.id)])).value == frozenset()
    discord.faults.remove(fault)
    assert (await reader.joined(ada, [ChannelId(thread.id)])).value == {thread.id}
