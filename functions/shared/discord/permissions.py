"""What a member may do in a channel (Discord docs, Permissions).

Two steps, as Discord defines them: what the roles grant in the whole guild, then what the channel's
overwrites and the implicit rules leave of it. Categories grant nothing by themselves; channels that
follow theirs carry a copy of its overwrites.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from functions.shared.models import (
    PRIVATE_THREAD,
    VOICE_TYPES,
    Channel,
    Guild,
    Member,
    Overwrite,
    Permission,
)

ALL: Final = -1
"""Every permission, with those that Discord will invent: in two's complement, -1 has every bit."""

# Plain integers, because the complement of an IntFlag lacks the bits that have no name yet.
_LEFT_IN_TIMEOUT: Final = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)


def base_permissions(guild: Guild, member: Member) -> int:
    """Compute what a member may do in a guild, before any channel has a say.

    Returns:
        A bitset: `ALL` for the owner and for administrators. Roles that no longer exist grant
        nothing.
    """
    if member.user_id == guild.owner_id:
        return ALL
    held = {int(guild.id), *member.role_ids}
    granted = 0
    for role in guild.roles:
        if role.id in held:
            granted |= role.permissions
    return ALL if granted & Permission.ADMINISTRATOR else granted


def channel_permissions(
    base: int,
    member: Member,
    channel: Channel,
    parent: Channel | None = None,
    *,
    now: datetime,
    is_thread_member: bool = False,
) -> int:
    """Compute what a member may do in a channel or a thread.

    Args:
        base: The member's permissions in the guild: `base_permissions`, or what the bot's guild
            list says of the bot.
        member: Whose permissions they are.
        channel: The channel or thread.
        parent: A thread's parent, whose overwrites are the thread's; if it is not known, the thread
            counts as closed. Ignored for other channels.
        now: The present, for time-outs.
        is_thread_member: Whether the member has joined or was added to the private thread.

    Returns:
        A bitset, 0 where the channel is closed to the member, and VIEW_CHANNEL alone where a voice
        channel can be seen and not entered. What Discord takes from whoever may not send, such
        as ATTACH_FILES, stays in it: nothing here asks for that.
    """
    if base & Permission.ADMINISTRATOR:
        return ALL
    source = parent if channel.is_thread else channel
    if source is None:
        return 0
    granted = _overwritten(base, member, source)
    if member.timed_out_until is not None and member.timed_out_until > now:
        granted &= _LEFT_IN_TIMEOUT
    if _is_closed(granted, channel, is_thread_member=is_thread_member):
        return 0
    if channel.type in VOICE_TYPES and not granted & Permission.CONNECT:
        return granted & Permission.VIEW_CHANNEL
    return granted


def _overwritten(base: int, member: Member, channel: Channel) -> int:
    """Apply the overwrites: @everyone's, then all of the held roles at once, then the member's."""
    roles = {o.id: o for o in channel.overwrites if o.kind == "role"}
    everyone = (roles[channel.guild_id],) if channel.guild_id in roles else ()
    held = (roles[role_id] for role_id in member.role_ids if role_id in roles)
    own = (o for o in channel.overwrites if o.kind == "member" and o.id == member.user_id)
    granted = base
    for layer in (everyone, held, own):
        granted = _layered(granted, layer)
    return granted


def _layered(granted: int, overwrites: Iterable[Overwrite]) -> int:
    """Apply overwrites of one rank, among which what one allows outweighs what another denies."""
    allow = deny = 0
    for overwrite in overwrites:
        allow |= overwrite.allow
        deny |= overwrite.deny
    return granted & ~deny | allow


def _is_closed(granted: int, channel: Channel, *, is_thread_member: bool) -> bool:
    """Tell whether the implicit rules void every permission in the channel."""
    if not granted & Permission.VIEW_CHANNEL:
        return True
    is_private = channel.type == PRIVATE_THREAD
    return is_private and not is_thread_member and not granted & Permission.MANAGE_THREADS
