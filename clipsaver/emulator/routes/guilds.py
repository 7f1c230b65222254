"""Guilds with their roles, members, channels and active threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clipsaver.emulator import access, problems
from clipsaver.emulator.calls import Reply, answer, json_bytes
from clipsaver.emulator.payloads import channels, guilds, people
from clipsaver.emulator.permissions import Permission, in_guild

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clipsaver.emulator.calls import Call, Payload
    from clipsaver.emulator.channels import Channel, Thread

_AUDIT_LOG_DEFAULT: Final = 50
_AUDIT_LOG_MAX: Final = 100


def one(call: Call) -> Reply:
    """Get a guild; without the bot in it, it is unknown."""
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None or guild.bot_member is None:
        raise problems.unknown("guild")
    counts = guilds.counts(guild) if call.flag("with_counts") else {}
    return answer(guilds.full(guild) | counts)


def roles(call: Call) -> Reply:
    """List the roles; @everyone has the guild's id."""
    guild = access.guild_of(call)
    return answer([people.role(role) for role in list(guild.roles.values())])


def role(call: Call) -> Reply:
    """Get one role."""
    found = access.guild_of(call).roles.get(call.id("role_id"))
    if found is None:
        raise problems.unknown("role")
    return answer(people.role(found))


def member(call: Call) -> Reply:
    """Get one member; takes no privileged intent."""
    found = access.guild_of(call).members.get(call.id("user_id"))
    if found is None:
        raise problems.unknown("member")
    return answer(people.member(found))


def channel_list(call: Call) -> Reply:
    """List the channels, threads left out, and those that the bot cannot view too."""
    guild = access.guild_of(call)
    lists_hidden = call.world.lists_hidden_channels
    bot = access.bot_in(guild)

    def render() -> bytes:
        seen = list(guild.channels.values()) if lists_hidden else access.visible_channels(bot)
        return json_bytes(_rendered(call, seen))

    if bot.timed_out_until is not None or call.platform.faults.missing_channels:
        # Both change what is seen without a change of the guild.
        return Reply(200, render(), "application/json")
    kind = "all channels" if lists_hidden else "channels"
    return Reply(200, call.platform.renderings.get(kind, guild, render), "application/json")


def active_threads(call: Call) -> Reply:
    """List the active threads that the bot can access, newest first."""
    guild = access.guild_of(call)
    bot = access.bot_in(guild)
    active = [thread for thread in access.visible_threads(bot) if not thread.archived]
    return answer(thread_list(call, active, has_more=False))


def thread_list(call: Call, threads: Sequence[Thread], *, has_more: bool) -> Payload:
    """Threads as every list of them is answered, with the bot's memberships."""
    bot = call.world.application.bot
    return {
        "threads": _rendered(call, threads),
        "members": [
            channels.thread_member(thread, bot) for thread in threads if bot.id in thread.member_ids
        ],
        "has_more": has_more,
    }


def audit_log(call: Call) -> Reply:
    """List who did what, newest first; with `after` it is oldest first."""
    guild = access.guild_of(call)
    if not in_guild(guild, access.bot_in(guild)) & Permission.VIEW_AUDIT_LOG:
        raise problems.missing_permissions()
    limit = call.integer("limit", _AUDIT_LOG_DEFAULT, 1, _AUDIT_LOG_MAX)
    wanted = call.integer("action_type", 0, 0, 1000)
    before, after = call.snowflake("before"), call.snowflake("after")
    found = [
        entry
        for entry in guild.audit_log
        if (not wanted or entry.action_type == wanted)
        and (before is None or entry.id < before)
        and (after is None or entry.id > after)
    ]
    found.sort(key=lambda entry: entry.id, reverse=after is None)
    found = found[:limit]
    named = {user_id for entry in found for user_id in (entry.user_id, entry.target_id)}
    users = [people.user(call.world.users[user_id]) for user_id in sorted(named)]
    return answer(_audit_log(users, [guilds.audit_log_entry(entry) for entry in found]))


def _audit_log(users: list[Payload], entries: list[Payload]) -> Payload:
    empty = (
        "application_commands",
        "auto_moderation_rules",
        "guild_scheduled_events",
        "integrations",
        "threads",
        "webhooks",
    )
    return {"audit_log_entries": entries, "users": users} | {name: [] for name in empty}


def _rendered(call: Call, found: Sequence[Channel]) -> list[Payload]:
    bot, missing = call.world.application.bot, call.platform.faults.missing_channels
    return [channels.channel(each, viewer=bot) for each in found if each.id not in missing]
