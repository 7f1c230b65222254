"""Every route that is served, with who may call it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clipsaver.emulator.calls import Call, Reply, answer
from clipsaver.emulator.routes import (
    applications,
    channels,
    commands,
    consent,
    files,
    guilds,
    interactions,
    messages,
    oauth,
    search,
    users,
)
from clipsaver.emulator.routing import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

_GATEWAY_URL: Final = "wss://gateway.discord.gg"
_CHANNEL: Final = "/channels/{channel_id}"
_MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"
_GUILD: Final = "/guilds/{guild_id}"
_WEBHOOK: Final = "/webhooks/{webhook_id}/{webhook_token}"
_GLOBAL_COMMANDS: Final = "/applications/{application_id}/commands"
_GUILD_COMMANDS: Final = "/applications/{application_id}/guilds/{guild_id}/commands"


def _gateway(_: Call) -> Reply:
    return answer({"url": _GATEWAY_URL})


def _gateway_for_bots(_: Call) -> Reply:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return answer({"url": _GATEWAY_URL, "shards": 1, "session_start_limit": limit})


def _command_routes(base: str) -> tuple[Endpoint, ...]:
    one = base + "/{command_id}"
    return (
        Endpoint("GET", base, commands.every, "commands"),
        Endpoint("POST", base, commands.create, "commands"),
        Endpoint("PUT", base, commands.overwrite, "commands"),
        Endpoint("GET", one, commands.one, "commands"),
        Endpoint("PATCH", one, commands.edit, "commands"),
        Endpoint("DELETE", one, commands.delete, "commands"),
    )


def _webhook_route(method: str, path: str, handler: Callable[[Call], Reply]) -> Endpoint:
    return Endpoint(method, _WEBHOOK + path, handler, "none", is_exempt=True)


API: Final = (
    Endpoint("GET", "/users/@me", users.current, "either"),
    Endpoint("GET", "/users/@me/guilds", users.own_guilds, "either"),
    Endpoint("DELETE", "/users/@me/guilds/{guild_id}", users.leave_guild),
    Endpoint("GET", "/users/@me/guilds/{guild_id}/member", users.own_membership, "bearer"),
    Endpoint("GET", "/users/{user_id}", users.other),
    Endpoint("GET", _GUILD, guilds.one),
    Endpoint("GET", _GUILD + "/roles", guilds.roles),
    Endpoint("GET", _GUILD + "/roles/{role_id}", guilds.role),
    Endpoint("GET", _GUILD + "/members/{user_id}", guilds.member),
    Endpoint("GET", _GUILD + "/channels", guilds.channel_list),
    Endpoint("GET", _GUILD + "/threads/active", guilds.active_threads),
    Endpoint("GET", _GUILD + "/audit-logs", guilds.audit_log),
    Endpoint("GET", _GUILD + "/messages/search", search.guild),
    Endpoint("GET", _CHANNEL, channels.one),
    Endpoint("GET", _CHANNEL + "/threads/archived/public", channels.archived_public),
    Endpoint("GET", _CHANNEL + "/threads/archived/private", channels.archived_private),
    Endpoint(
        "GET",
        _CHANNEL + "/users/@me/threads/archived/private",
        channels.joined_archived_private,
    ),
    Endpoint("GET", _CHANNEL + "/thread-members/{user_id}", channels.thread_member),
    Endpoint("PUT", _CHANNEL + "/thread-members/@me", channels.join_thread),
    Endpoint("DELETE", _CHANNEL + "/thread-members/@me", channels.leave_thread),
    Endpoint("GET", _CHANNEL + "/messages", messages.page),
    Endpoint("POST", _CHANNEL + "/messages", messages.create),
    Endpoint("GET", _CHANNEL + "/messages/pins", messages.pins),
    Endpoint("GET", _MESSAGE, messages.one),
    Endpoint("PATCH", _MESSAGE, messages.edit),
    Endpoint("DELETE", _MESSAGE, messages.delete),
    Endpoint("POST", "/attachments/refresh-urls", messages.refresh_links),
    Endpoint("GET", "/applications/@me", applications.current),
    Endpoint("PATCH", "/applications/@me", applications.edit, blocks=True),
    *_command_routes(_GLOBAL_COMMANDS),
    *_command_routes(_GUILD_COMMANDS),
    Endpoint("GET", _GUILD_COMMANDS + "/permissions", commands.all_permissions, "commands"),
    Endpoint(
        "GET", _GUILD_COMMANDS + "/{command_id}/permissions", commands.permissions, "commands"
    ),
    Endpoint("GET", "/gateway", _gateway, "none"),
    Endpoint("GET", "/gateway/bot", _gateway_for_bots),
    Endpoint(
        "POST",
        "/interactions/{interaction_id}/{interaction_token}/callback",
        interactions.callback,
        "none",
        is_exempt=True,
        has_bucket=False,
    ),
    _webhook_route("POST", "", interactions.follow_up),
    _webhook_route("GET", "/messages/@original", interactions.original),
    _webhook_route("PATCH", "/messages/@original", interactions.edit_original),
    _webhook_route("DELETE", "/messages/@original", interactions.delete_original),
    _webhook_route("GET", "/messages/{message_id}", interactions.one),
    _webhook_route("PATCH", "/messages/{message_id}", interactions.edit),
    _webhook_route("DELETE", "/messages/{message_id}", interactions.delete),
    Endpoint("POST", "/oauth2/token", oauth.token, "none", has_bucket=False),
    Endpoint("POST", "/oauth2/token/revoke", oauth.revoke, "none", has_bucket=False),
    Endpoint("GET", "/oauth2/@me", oauth.current_authorization, "either"),
    Endpoint("GET", "/oauth2/applications/@me", applications.current),
)
"""Below `/api/v10`, and `/api/v9` all the same."""

BROWSER: Final = (
    Endpoint("GET", "/oauth2/authorize", consent.ask, "none"),
    Endpoint("POST", "/oauth2/authorize", consent.decide, "none"),
    Endpoint(
        "GET", "/attachments/{channel_id}/{attachment_id}/{filename}", files.attachment, "none"
    ),
    Endpoint(
        "GET",
        "/ephemeral-attachments/{application_id}/{attachment_id}/{filename}",
        files.ephemeral,
        "none",
    ),
)
"""On the server's own origin, for browsers and for whoever has a link."""
