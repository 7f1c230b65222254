"""Nothing is shown by what was read of somebody's access more than a minute ago."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.server import DiscordServer
from functions.shared import errors
from functions.shared.catalogue.access_reader import CURRENT_SECONDS, AccessReader, KnownMember
from functions.shared.catalogue.pages import Catalogue, Request
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient
from functions.shared.models import ChannelId, GuildId, Member, RoleId, UserId
from functions.shared.searches import Search
from tests.factories import Rows
from tests.integration.catalogue.conftest import Clock

Slow = Callable[..., None]
MEMBERSHIP = "GET /channels/{channel_id}/thread-members/{user_id}"
GUILD = "GET /guilds/{guild_id}"


@pytest.fixture
def catalogue(client: DiscordClient, database: Database, reader: AccessReader) -> Catalogue:
    return Catalogue(client, database, reader)


@pytest.fixture
def request_of_grace(discord: DiscordServer, rows: Rows, clock: Clock) -> Request:
    """Grace looks for clips in Arcade, where there is one in a private thread that she is in."""
    world = discord.world
    arcade = next(guild for guild in world.guilds.values() if guild.name == "Arcade")
    thread = next(each for each in arcade.threads.values() if each.name == "Judges")
    thread.add_member(world.application.bot)
    posted = thread.post(arcade.owner.user, "", [messages.video("verdict.mp4")])
    rows.guild(arcade.id)
    rows.channel(arcade.id, thread.parent.id)
    rows.channel(arcade.id, thread.id, type="private_thread", parent_id=thread.parent.id)
    rows.insert(
        "clips",
        guild_id=arcade.id, channel_id=thread.id, message_id=posted.id,
        attachment_id=posted.attachments[0].id, filename="verdict.mp4",
    )  # fmt: skip
    (grace,) = (each for each in arcade.members.values() if each.user.username == "grace")
    member = KnownMember(
        Member(UserId(grace.user.id), tuple(map(RoleId, grace.role_ids))), clock.instant
    )
    return Request(GuildId(arcade.id), member, None)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Slow:
    """Let the first answers about memberships take so long."""
    ask = DiscordClient.get_thread_member
    waits: list[float] = []

    async def ask_slowly(client: DiscordClient, *given: Any) -> None:
        clock.now += waits.pop(0) if waits else 0
        await ask(client, *given)

    monkeypatch.setattr(DiscordClient, "get_thread_member", ask_slowly)
    return lambda *seconds: waits.extend(seconds)


async def test_what_is_still_current_is_shown(
    discord: DiscordServer, catalogue: Catalogue, request_of_grace: Request, slow: Slow
) -> None:
    slow(CURRENT_SECONDS - 1)
    page = await catalogue.search(request_of_grace, Search(), None)
    assert [each.clip.filename for each in page.clips] == ["verdict.mp4"]
    assert discord.requests.count(GUILD) == 1


async def test_what_took_too_long_is_read_again_before_anything_is_shown(
    discord: DiscordServer, catalogue: Catalogue, request_of_grace: Request, slow: Slow
) -> None:
    slow(CURRENT_SECONDS + 1)
    page = await catalogue.search(request_of_grace, Search(), None)
    assert [each.clip.filename for each in page.clips] == ["verdict.mp4"]
    assert discord.requests.count(GUILD) == 2
    assert discord.requests.count(MEMBERSHIP) == 2


async def test_who_lost_access_meanwhile_is_shown_nothing(
    discord: DiscordServer, catalogue: Catalogue, request_of_grace: Request, slow: Slow,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    slow(CURRENT_SECONDS + 1)
    ask = DiscordClient.get_thread_member
    arcade = discord.world.guilds[request_of_grace.guild_id]
    thread = next(each for each in arcade.threads.values() if each.name == "Judges")
    grace = discord.world.users[request_of_grace.member.member.user_id]

    async def ask_and_leave(client: DiscordClient, *given: Any) -> None:
        try:
            await ask(client, *given)
        finally:
            thread.remove_member(grace)

    monkeypatch.setattr(DiscordClient, "get_thread_member", ask_and_leave)
    page = await catalogue.by_chance(request_of_grace, Search())
    assert page.clips == ()


async def test_a_discord_that_stays_slow_is_given_up(
    catalogue: Catalogue, request_of_grace: Request, slow: Slow
) -> None:
    slow(CURRENT_SECONDS + 1, CURRENT_SECONDS + 1)
    with pytest.raises(errors.OutdatedAccess):
        await catalogue.search(request_of_grace, Search(), None)


async def test_a_membership_that_was_known_is_as_old_as_it_is(
    discord: DiscordServer, reader: AccessReader, request_of_grace: Request, clock: Clock
) -> None:
    user_id = request_of_grace.member.member.user_id
    arcade = discord.world.guilds[request_of_grace.guild_id]
    thread = next(each for each in arcade.threads.values() if each.name == "Judges")
    first = await reader.joined(user_id, [ChannelId(thread.id)])
    clock.now += 20
    again = await reader.joined(user_id, [ChannelId(thread.id)])
    assert again == first
    assert discord.requests.count(MEMBERSHIP) == 1


async def test_a_membership_that_is_older_than_all_else_decides(
    discord: DiscordServer, catalogue: Catalogue, request_of_grace: Request, clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    known = request_of_grace.member
    arcade = discord.world.guilds[request_of_grace.guild_id]
    thread = next(each for each in arcade.threads.values() if each.name == "Judges")
    await catalogue.reader.joined(known.member.user_id, [ChannelId(thread.id)])
    clock.now += 2
    waits = [CURRENT_SECONDS - 1]
    read = DiscordClient.get_message

    async def read_slowly(client: DiscordClient, *given: Any) -> Any:
        clock.now += waits.pop() if waits else 0
        return await read(client, *given)

    monkeypatch.setattr(DiscordClient, "get_message", read_slowly)
    request = replace(request_of_grace, member=replace(known, as_of=clock.instant))
    page = await catalogue.search(request, Search(), None)
    assert len(page.clips) == 1
    assert discord.requests.count(MEMBERSHIP) == 2
