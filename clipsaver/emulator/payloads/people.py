"""Users, members and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clipsaver.emulator.payloads.values import instant

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Payload
    from clipsaver.emulator.guilds import Member, Role
    from clipsaver.emulator.people import User


def user(person: User) -> Payload:
    """A user object."""
    payload: Payload = {
        "id": str(person.id),
        "username": person.username,
        "avatar": person.avatar,
        "discriminator": person.discriminator,
        "public_flags": 0,
        "flags": 0,
        "banner": None,
        "accent_color": None,
        "global_name": person.global_name,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }
    if person.bot:
        payload["bot"] = True
    return payload


def current_user(person: User) -> Payload:
    """The user behind the token, with what only they see."""
    return user(person) | {
        "mfa_enabled": True,
        "locale": person.locale,
        "premium_type": 0,
        "email": None,
        "verified": True,
    }


def member(membership: Member) -> Payload:
    """A guild member object."""
    return partial_member(membership) | {
        "user": user(membership.user),
        "mute": False,
        "deaf": False,
    }


def partial_member(membership: Member) -> Payload:
    """A member as interactions resolve it: without `user`, `deaf` and `mute`."""
    return {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": instant(membership.timed_out_until),
        "flags": 0,
        "joined_at": instant(membership.joined_at),
        "nick": membership.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role_id) for role_id in membership.role_ids],
    }


def role(each: Role) -> Payload:
    """A role object."""
    payload: Payload = {
        "id": str(each.id),
        "name": each.name,
        "permissions": str(each.permissions),
        "position": each.position,
        "color": each.color,
        "colors": {"primary_color": each.color, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": each.bot_id is not None,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if each.bot_id is not None:
        payload["tags"] = {"bot_id": str(each.bot_id)}
    return payload
