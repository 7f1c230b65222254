"""Guilds, as listed and in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clipsaver.emulator import permissions
from clipsaver.emulator.payloads import people

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Payload
    from clipsaver.emulator.guilds import AuditLogEntry, Guild, Member

_EXPLICIT_LEVELS: Final = frozenset({1, 3})
_NULL: Final = (
    "home_header",
    "splash",
    "discovery_splash",
    "banner",
    "application_id",
    "afk_channel_id",
    "system_channel_id",
    "widget_channel_id",
    "max_presences",
    "vanity_url_code",
    "rules_channel_id",
    "safety_alerts_channel_id",
    "public_updates_channel_id",
    "incidents_data",
)
_ALWAYS_THE_SAME: Final[Payload] = {
    **dict.fromkeys(_NULL),
    "region": "deprecated",
    "afk_timeout": 300,
    "system_channel_flags": 0,
    "widget_enabled": False,
    "verification_level": 1,
    "default_message_notifications": 1,
    "explicit_content_filter": 0,
    "max_members": 25_000_000,
    "max_stage_video_channel_users": 50,
    "max_video_channel_users": 25,
    "premium_subscription_count": 0,
    "premium_progress_bar_enabled": False,
    "emojis": [],
    "stickers": [],
}
"""Fields of a guild that nothing here acts upon, but that clients expect."""


def entry(member: Member, *, with_counts: bool) -> Payload:
    """A guild in somebody's own list, with their guild-wide permissions."""
    guild = member.guild
    payload: Payload = {
        "id": str(guild.id),
        "name": guild.name,
        "icon": guild.icon,
        "banner": None,
        "owner": guild.owner_id == member.user.id,
        "permissions": str(permissions.in_guild(guild, member)),
        "features": list(guild.features),
    }
    return payload | (counts(guild) if with_counts else {})


def counts(guild: Guild) -> Payload:
    """What `with_counts` adds."""
    members = len(guild.members) if guild.member_count is None else guild.member_count
    return {"approximate_member_count": members, "approximate_presence_count": members}


def full(guild: Guild) -> Payload:
    """A guild object with its roles; channels, threads and members are asked for separately."""
    return {
        **_ALWAYS_THE_SAME,
        "id": str(guild.id),
        "name": guild.name,
        "icon": guild.icon,
        "description": guild.description,
        "features": list(guild.features),
        "owner_id": str(guild.owner_id),
        "roles": [people.role(role) for role in list(guild.roles.values())],
        "mfa_level": guild.mfa_level,
        "premium_tier": guild.premium_tier,
        "preferred_locale": guild.preferred_locale,
        "nsfw": guild.nsfw_level in _EXPLICIT_LEVELS,
        "nsfw_level": guild.nsfw_level,
    }


def audit_log_entry(recorded: AuditLogEntry) -> Payload:
    """An entry of a guild's audit log."""
    return {
        "id": str(recorded.id),
        "user_id": str(recorded.user_id),
        "target_id": str(recorded.target_id),
        "action_type": recorded.action_type,
    }
