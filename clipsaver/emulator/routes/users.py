"""The user behind the token, and the guilds they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clipsaver.emulator import problems
from clipsaver.emulator.calls import answer, no_content
from clipsaver.emulator.payloads import guilds, people

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Call, Reply
    from clipsaver.emulator.guilds import Guild


def current(call: Call) -> Reply:
    """Get the bot, or the user of a Bearer token with the scope `identify`."""
    if call.grant is None:
        return answer(people.current_user(call.world.application.bot))
    _require_scope(call, "identify")
    return answer(people.current_user(call.grant.user))


def other(call: Call) -> Reply:
    """Get any user."""
    user = call.world.users.get(call.id("user_id"))
    if user is None:
        raise problems.unknown("user")
    return answer(people.user(user))


def own_guilds(call: Call) -> Reply:
    """List the guilds, by ascending id; `before` takes those nearest below it."""
    limit = call.integer("limit", 200, 1, 200)
    before, after = call.snowflake("before"), call.snowflake("after")
    with_counts = call.flag("with_counts")
    user = call.world.application.bot
    if call.grant is not None:
        _require_scope(call, "guilds")
        user = call.grant.user
    found = [guild for guild in call.world.guilds_of(user) if _is_listed(call, guild)]
    if after is not None:
        found = [guild for guild in found if guild.id > after][:limit]
    elif before is not None:
        found = [guild for guild in found if guild.id < before][-limit:]
    listed = found[:limit]
    return answer([guilds.entry(guild.member(user), with_counts=with_counts) for guild in listed])


def leave_guild(call: Call) -> Reply:
    """Take the bot out of a guild."""
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None or guild.bot_member is None:
        raise problems.unknown("guild")
    call.world.remove_bot(guild)
    return no_content()


def own_membership(call: Call) -> Reply:
    """Get the membership of a Bearer token's user."""
    _require_scope(call, "guilds.members.read")
    guild = call.world.guilds.get(call.id("guild_id"))
    member = guild.members.get(call.grant.user.id) if guild and call.grant else None
    if member is None:
        raise problems.unknown("guild")
    return answer(people.member(member))


def _is_listed(call: Call, guild: Guild) -> bool:
    return guild.id not in call.platform.faults.missing_guilds


def _require_scope(call: Call, scope: str) -> None:
    if call.grant is None or scope not in call.grant.scopes:
        raise problems.unauthorized()
