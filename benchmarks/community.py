"""A world of many guilds that look like real ones, for a sync to look at."""

from typing import Final

from clipsaver.emulator.channels import Channel, deny
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.permissions import Permission
from clipsaver.emulator.world import World

CATEGORIES: Final = 5
CHANNELS_PER_CATEGORY: Final = 9
CHANNELS: Final = CATEGORIES * (1 + CHANNELS_PER_CATEGORY)
"""Channels of every guild, categories included, all of them visible to the bot."""
_VOICE_CHANNELS: Final = 3
"""How many of a category's channels are for talking."""
_THREADED_GUILDS: Final = 10
"""One guild out of so many has active threads."""
_THREADS: Final = 3


def build(guilds: int) -> World:
    """A world with so many guilds, `CHANNELS` channels each, and threads here and there."""
    world = World()
    for number in range(guilds):
        guild = world.add_guild(f"Community {number}", world.add_user(f"owner-{number}"))
        channels = _add_channels(guild)
        if number % _THREADED_GUILDS == 0:
            for thread in range(_THREADS):
                channels[thread].add_thread(f"thread-{thread}")
    return world


def _add_channels(guild: Guild) -> list[Channel]:
    """Fill a guild; its text channels."""
    texts = []
    read_only = (deny(guild.everyone, Permission.SEND_MESSAGES),)
    bot = guild.bot_member
    for number in range(CATEGORIES):
        category = guild.add_channel(f"category-{number}", "category")
        # The last category is the staff's, and the bot may read it.
        private_to = [bot] if bot and number == CATEGORIES - 1 else None
        for place in range(CHANNELS_PER_CATEGORY):
            is_voice = place < _VOICE_CHANNELS
            channel = guild.add_channel(
                f"channel-{place}",
                "voice" if is_voice else "text",
                parent=category,
                overwrites=() if is_voice else read_only,
                private_to=private_to,
            )
            if not is_voice:
                channel.last_message_id = guild.world.mint.next()
                texts.append(channel)
    return texts
