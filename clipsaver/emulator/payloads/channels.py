"""Channels and threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clipsaver.emulator.payloads.values import instant, snowflake

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Payload
    from clipsaver.emulator.channels import Channel, Thread
    from clipsaver.emulator.people import User

_MEMBER_COUNT_CAP: Final = 50
_FORUM_TYPES: Final = frozenset({15, 16})


def channel(each: Channel, *, viewer: User) -> Payload:
    """A channel object, or a thread's with the viewer's membership when they have joined."""
    if each.thread is not None:
        return thread(each.thread, viewer=viewer)
    payload: Payload = {
        "id": str(each.id),
        "type": each.type,
        "last_message_id": snowflake(each.last_message_id),
        "flags": each.flags,
        "guild_id": str(each.guild.id),
        "name": each.name,
        "parent_id": snowflake(each.parent_id),
        "position": each.position,
        "rate_limit_per_user": each.rate_limit_per_user,
        "topic": each.topic,
        "nsfw": each.nsfw,
        "permission_overwrites": [
            {
                "id": str(overwrite.id),
                "type": overwrite.type,
                "allow": str(overwrite.allow),
                "deny": str(overwrite.deny),
            }
            for overwrite in each.overwrites
        ],
    }
    if each.is_voice:
        payload |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None}
    if each.type in _FORUM_TYPES:
        payload |= {"available_tags": [], "default_reaction_emoji": None, "default_forum_layout": 0}
    return payload


def thread(each: Thread, *, viewer: User) -> Payload:
    """A thread object; it has no `nsfw` and no overwrites of its own."""
    messages = len(each.history)
    metadata: Payload = {
        "archived": each.archived,
        "archive_timestamp": instant(each.archive_timestamp),
        "auto_archive_duration": each.auto_archive_minutes,
        "locked": each.locked,
        "create_timestamp": instant(each.created_at),
    }
    if each.is_private:
        metadata["invitable"] = each.invitable
    payload: Payload = {
        "id": str(each.id),
        "type": each.type,
        "last_message_id": snowflake(each.last_message_id),
        "flags": each.flags,
        "guild_id": str(each.guild.id),
        "name": each.name,
        "parent_id": snowflake(each.parent_id),
        "rate_limit_per_user": each.rate_limit_per_user,
        "owner_id": str(each.owner_id),
        "thread_metadata": metadata,
        "message_count": messages,
        "member_count": min(len(each.member_ids), _MEMBER_COUNT_CAP),
        "total_message_sent": messages,
    }
    if viewer.id in each.member_ids:
        payload["member"] = thread_member(each, viewer)
    return payload


def thread_member(each: Thread, user: User) -> Payload:
    """Somebody's membership of a thread."""
    return {
        "id": str(each.id),
        "user_id": str(user.id),
        "join_timestamp": instant(each.created_at),
        "flags": 0,
    }
