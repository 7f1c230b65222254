"""Discord's permission bits and how they are worked out (Discord docs, Permissions).

Category permissions count for nothing here: only a channel's own overwrites do, and a thread is
judged by its parent's.
"""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clipsaver.emulator.channels import Channel, Overwrite, Thread
    from clipsaver.emulator.guilds import Guild, Member


class Permission(IntFlag):
    """The bits that the local Discord acts upon, or that a consent page names."""

    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CONNECT = 1 << 20
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51


ALL: Final = 8_866_461_766_385_663
"""Every bit defined so far; what owners and administrators have."""

EVERYONE_DEFAULT: Final = int(
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.CONNECT
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.USE_EXTERNAL_APPS
)
"""What @everyone may do in a new guild."""

_ADMINISTRATOR: Final = int(Permission.ADMINISTRATOR)
_VIEW: Final = int(Permission.VIEW_CHANNEL)
_SEND: Final = int(Permission.SEND_MESSAGES)
_CONNECT: Final = int(Permission.CONNECT)
_TIMED_OUT: Final = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
_NEEDS_SEND: Final = int(
    Permission.MENTION_EVERYONE
    | Permission.SEND_TTS_MESSAGES
    | Permission.ATTACH_FILES
    | Permission.EMBED_LINKS
)


def bits(permissions: Iterable[Permission]) -> int:
    """Several permissions as the one number that travels."""
    total = 0
    for permission in permissions:
        total |= permission
    return int(total)


def in_guild(guild: Guild, member: Member) -> int:
    """What a member may do guild-wide, before any channel's overwrites."""
    if member.user.id == guild.owner_id:
        return ALL
    granted = guild.roles[guild.id].permissions
    for role_id in member.role_ids:
        role = guild.roles.get(role_id)
        granted |= role.permissions if role else 0
    return ALL if granted & _ADMINISTRATOR else granted


def in_channel(member: Member, channel: Channel) -> int:
    """Overwrites included, implicit rules not: what interactions carry as `permissions`."""
    return _overwritten(in_guild(member.guild, member), member, channel.rules.overwrites)


def effective(member: Member, channel: Channel) -> int:
    """What Discord really lets a member do there: overwrites, then the implicit rules."""
    guild = member.guild
    base = in_guild(guild, member)
    if base & _ADMINISTRATOR:
        return ALL
    granted = _overwritten(base, member, channel.rules.overwrites)
    timed_out_until = member.timed_out_until
    if timed_out_until is not None and timed_out_until > guild.world.clock.now():
        granted &= _TIMED_OUT
    if not granted & _VIEW or _outside_private_thread(granted, member, channel):
        return 0
    if channel.is_voice and not granted & _CONNECT:
        return granted & _VIEW
    sends = Permission.SEND_MESSAGES_IN_THREADS if channel.thread else _SEND
    return granted if granted & sends else granted & ~_NEEDS_SEND


def _overwritten(base: int, member: Member, overwrites: tuple[Overwrite, ...]) -> int:
    if base & _ADMINISTRATOR:
        return ALL
    granted = base
    allow = deny = 0
    own: Overwrite | None = None
    for overwrite in overwrites:
        if overwrite.id == member.guild.id:
            granted = granted & ~overwrite.deny | overwrite.allow
        elif overwrite.id == member.user.id:
            own = overwrite
        elif overwrite.id in member.role_ids:
            allow |= overwrite.allow
            deny |= overwrite.deny
    granted = granted & ~deny | allow
    return granted & ~own.deny | own.allow if own else granted


def _outside_private_thread(granted: int, member: Member, channel: Channel) -> bool:
    thread: Thread | None = channel.thread
    if thread is None or not thread.is_private or granted & Permission.MANAGE_THREADS:
        return False
    return member.user.id not in thread.member_ids
