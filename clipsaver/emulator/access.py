"""What the bot may see and do, as the routes ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clipsaver.emulator import permissions, problems
from clipsaver.emulator.permissions import Permission

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Call
    from clipsaver.emulator.channels import Channel, Thread
    from clipsaver.emulator.guilds import Guild, Member

_VIEW: Final = int(Permission.VIEW_CHANNEL)
_READ: Final = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)


def bot_in(guild: Guild) -> Member:
    """The bot's membership.

    Raises:
        ApiError: 403 with code 50001 when it has none, as below `/guilds/{id}/`.
    """
    member = guild.bot_member
    if member is None:
        raise problems.missing_access()
    return member


def guild_of(call: Call) -> Guild:
    """The guild in the path, with the bot in it.

    Raises:
        ApiError: 404 for a guild that does not exist, 403 for one without the bot.
    """
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None:
        raise problems.unknown("guild")
    bot_in(guild)
    return guild


def channel_of(call: Call) -> Channel:
    """The channel or thread in the path, which the bot can view.

    Raises:
        ApiError: 404 when it does not exist, 403 with code 50001 when it is hidden.
    """
    channel = call.world.channels.get(call.id("channel_id"))
    if channel is None:
        raise problems.unknown("channel")
    if not views(bot_in(channel.guild), channel):
        raise problems.missing_access()
    return channel


def require(channel: Channel, *wanted: Permission) -> None:
    """Let nobody through who lacks one of these there.

    Raises:
        ApiError: 403 with code 50013.
    """
    needed = permissions.bits(wanted)
    if permissions.effective(bot_in(channel.guild), channel) & needed != needed:
        raise problems.missing_permissions()


def views(member: Member, channel: Channel) -> bool:
    """Whether a member can see that a channel is there."""
    return bool(permissions.effective(member, channel) & _VIEW)


def reads(member: Member, channel: Channel) -> bool:
    """Whether a member can read what was written there."""
    return permissions.effective(member, channel) & _READ == _READ


def visible_channels(member: Member) -> list[Channel]:
    """The channels of a guild that a member can view, with the categories they stand in."""
    channels = list(member.guild.channels.values())
    seen = {channel.id for channel in channels if views(member, channel)}
    seen |= {channel.parent_id for channel in channels if channel.id in seen and channel.parent_id}
    return [channel for channel in channels if channel.id in seen]


def visible_threads(member: Member) -> list[Thread]:
    """Every thread of a guild that a member can view, archived ones too, newest first."""
    threads = [thread for thread in list(member.guild.threads.values()) if views(member, thread)]
    return sorted(threads, key=lambda thread: thread.id, reverse=True)
