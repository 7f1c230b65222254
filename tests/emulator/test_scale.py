"""The local Discord must not be what a benchmark measures."""

import time

import httpx

from clipsaver.emulator.channels import CHANNEL_TYPES
from clipsaver.emulator.people import User
from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.snowflakes import moment_of
from clipsaver.emulator.world import World


def test_a_thousand_guilds_are_served_far_faster_than_discord_allows(
    bot: httpx.Client, discord: DiscordServer, ada: User
) -> None:
    discord.rate_limits.enabled = False
    guilds = [discord.world.add_guild(f"Guild {number}", owner=ada) for number in range(1000)]
    for guild in guilds:
        for number in range(50):
            guild.add_channel(f"channel-{number}")
    bot.event_hooks = {}

    started = time.monotonic()
    for guild in guilds[:200]:
        assert bot.get(f"/guilds/{guild.id}/channels").status_code == 200
    per_second = 200 / (time.monotonic() - started)

    assert per_second > 60


def test_latency_is_added_when_asked_for(bot: httpx.Client, discord: DiscordServer) -> None:
    discord.latency.between = (0.02, 0.08)
    started = time.monotonic()

    for _ in range(5):
        bot.get("/users/@me")

    assert 0.1 <= time.monotonic() - started < 1.0


def test_ids_are_unique_and_in_order_of_time(world: World) -> None:
    ids = [world.mint.next() for _ in range(5000)]

    assert ids == sorted(set(ids))
    assert abs((moment_of(ids[0]) - world.now()).total_seconds()) < 5


def test_the_sample_world_has_every_type_of_channel_and_thread() -> None:
    world = sample_world()
    types = {channel.type for channel in world.channels.values()}
    arcade, basement, club = world.guilds.values()

    everything = set(CHANNEL_TYPES.values()) - {CHANNEL_TYPES["directory"], CHANNEL_TYPES["media"]}
    assert types == everything
    assert {thread.archived for thread in arcade.threads.values()} == {True, False}
    assert basement.bot_member is not None
    assert club.bot_member is None
