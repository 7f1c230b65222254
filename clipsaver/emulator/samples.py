"""A world to show things in: two guilds with the bot in them, and one that can add it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from clipsaver.emulator import messages
from clipsaver.emulator.messages import forward_of
from clipsaver.emulator.permissions import Permission
from clipsaver.emulator.world import World

if TYPE_CHECKING:
    from clipsaver.emulator.channels import Channel
    from clipsaver.emulator.guilds import Guild
    from clipsaver.emulator.people import User


def sample_world() -> World:
    """Build the world.

    `ada` owns *Arcade* and *Basement*, `grace` administers *Arcade*, `linus` is a plain member of
    both. *Chess Club* belongs to `grace` and waits for the bot to be added; she is the one who is
    signed in to the browser.
    """
    world = World()
    ada = world.add_user("ada", global_name="Ada")
    grace = world.add_user("grace", global_name="Grace")
    linus = world.add_user("linus")
    _arcade(world, ada, grace, linus)
    _basement(world, ada, linus)
    world.add_guild("Chess Club", owner=grace, bot=False).add_channel("games")
    world.browser_user = grace
    return world


def _arcade(world: World, ada: User, grace: User, linus: User) -> None:
    """A large community with every type of channel."""
    guild = world.add_guild("Arcade", owner=ada, features=("COMMUNITY", "NEWS"), premium_tier=2)
    admins = guild.add_role("Admins", Permission.MANAGE_GUILD, Permission.MANAGE_CHANNELS)
    guild.add_member(grace, admins)
    guild.add_member(linus)
    play = guild.add_channel("Play", "category")
    guild.add_channel("news", "announcement", parent=play).add_thread("Season 3", owner=ada)
    clips = guild.add_channel("clips", parent=play, topic="Your best moments")
    guild.add_channel("Lobby", "voice", parent=play)
    guild.add_channel("Finals", "stage", parent=play)
    guides = guild.add_channel("guides", "forum", parent=play)
    guides.add_thread("How to wall-jump", owner=linus)
    guild.add_channel("after-dark", nsfw=True)
    staff = guild.add_channel("staff", private_to=[admins])
    _fill_clips(clips, ada, linus)
    _add_threads(clips, ada, grace)
    staff.post(grace, "Nobody but us can read this.", [messages.video("ban-evidence.mp4")])


def _basement(world: World, ada: User, linus: User) -> Guild:
    """A few friends."""
    guild = world.add_guild("Basement", owner=ada)
    guild.add_member(linus)
    general = guild.add_channel("general")
    general.post(linus, "Look at this", [messages.video("speedrun.mov", seconds=95.5)])
    guild.add_channel("Couch", "voice")
    return guild


def _fill_clips(clips: Channel, ada: User, linus: User) -> None:
    """Uploads, a clip taken with Discord, a forward and some chatter, over the last days."""
    now = clips.guild.world.clock.now()
    clips.post(ada, "Welcome! Post your clips here.", at=now - timedelta(days=9))
    ace = messages.clip(
        "ace.mp4", taken_at=now - timedelta(days=8), participants=[ada, linus], game="Valorant"
    )
    posted = clips.post(linus, "Five in a row", [ace], at=now - timedelta(days=8))
    clips.post(ada, "", [messages.video("save.mp4")], at=now - timedelta(days=5))
    clips.post(ada, "", **forward_of(posted), at=now - timedelta(days=3))
    clips.post(linus, "gg", at=now - timedelta(hours=2))


def _add_threads(clips: Channel, ada: User, grace: User) -> None:
    """One active thread, one archived, one private."""
    now = clips.guild.world.clock.now()
    active = clips.add_thread("Clip of the week", owner=ada, at=now - timedelta(days=2))
    active.post(grace, "My vote", [messages.video("vote.mp4")])
    clips.add_thread("Last season", owner=ada, archived=True, at=now - timedelta(days=90))
    clips.add_thread("Judges", owner=ada, type="private_thread", members=[grace])
