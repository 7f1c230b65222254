"""The page on which somebody adds the bot to a guild, and where it sends their browser."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode

from clipsaver.emulator import permissions
from clipsaver.emulator.application import AuthorizationCode
from clipsaver.emulator.calls import page, redirect
from clipsaver.emulator.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clipsaver.emulator.application import Application
    from clipsaver.emulator.calls import Call, Reply
    from clipsaver.emulator.guilds import Guild
    from clipsaver.emulator.people import User
    from clipsaver.emulator.world import World

CODE_LIFETIME_SECONDS: Final = 100
_SCOPES: Final = frozenset(
    {"bot", "applications.commands", "identify", "guilds", "guilds.members.read", "email"}
)
_WITHOUT_CODE: Final = frozenset({"bot", "applications.commands"})
_DENIED: Final = "The resource owner or authorization server denied the request"
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1>{body}</main></body></html>
"""
_QUERY_FIELDS: Final = (
    "client_id",
    "scope",
    "permissions",
    "redirect_uri",
    "response_type",
    "state",
    "code_challenge",
)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What an authorize link asks for, checked.

    `redirect_uri` is None in the plain flow, which ends on Discord's own page.
    """

    query: Mapping[str, str]
    scopes: tuple[str, ...]
    permissions: int
    redirect_uri: str | None

    @property
    def is_install(self) -> bool:
        return "bot" in self.scopes


class _BadLink(Exception):
    """An authorize link that Discord refuses; the browser stays on Discord's error page."""


def ask(call: Call) -> Reply:
    """Show who wants to be added, with which permissions, and let the user choose a guild."""
    try:
        wish = _wish(call.world.application, call.query)
    except _BadLink as problem:
        return _error(str(problem))
    user = call.world.browser_user
    application = call.world.application
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(call.query[name])}">'
        for name in _QUERY_FIELDS
        if name in call.query
    )
    return page(
        _PAGE.format(
            title=escape(f"{application.name} wants to access your account"),
            body=f"<p>Signed in as <b>{escape(user.username)}</b></p>"
            f'<form method="post" action="/oauth2/authorize">{hidden}'
            f"{_guild_choice(call, wish, user)}"
            '<button name="decision" value="authorize">Authorize</button> '
            '<button name="decision" value="cancel">Cancel</button></form>',
        )
    )


def decide(call: Call) -> Reply:
    """Take the user's decision: the bot joins and the browser goes back, or nothing happens."""
    fields = call.form()
    application, user = call.world.application, call.world.browser_user
    try:
        wish = _wish(application, fields)
        if fields.get("decision") != "authorize":
            return _cancelled(wish)
        guild = _chosen_guild(call.world, user, fields) if wish.is_install else None
    except _BadLink as problem:
        return _error(str(problem))
    # The page's boxes come back as repeated fields; a client without them grants everything.
    ticked = parse_qs(call.body.decode()).get("permission")
    granted = wish.permissions & sum(map(int, ticked)) if ticked else wish.permissions
    if guild is not None and not application.bot_require_code_grant:
        call.world.add_bot(guild, permissions=granted, installer=user)
    call.platform.webhook_events.announce_install(user, guild, wish.scopes)
    if wish.redirect_uri is None:
        name = escape(guild.name if guild else application.name)
        return page(_PAGE.format(title="Success!", body=f"<p>Authorized for {name}.</p>"))
    return _back(call.world, wish, wish.redirect_uri, user, guild, granted)


def _wish(application: Application, query: Mapping[str, str]) -> _Wish:
    if query.get("client_id") != str(application.id):
        raise _BadLink("Unknown Application")
    scopes = tuple(query.get("scope", "bot applications.commands").split())
    if not set(scopes) <= _SCOPES:
        raise _BadLink("The requested scope is invalid, unknown, or malformed.")
    redirect_uri = query.get("redirect_uri")
    if redirect_uri is not None and redirect_uri not in application.redirect_uris:
        raise _BadLink("Invalid OAuth2 redirect_uri")
    response_type = query.get("response_type")
    if response_type is None and (redirect_uri or not set(scopes) <= _WITHOUT_CODE):
        raise _BadLink("response_type: This field is required")
    if response_type == "code" and redirect_uri is None:
        if not application.redirect_uris:
            raise _BadLink("Invalid OAuth2 redirect_uri")
        redirect_uri = application.redirect_uris[0]
    raw = query.get("permissions", "0")
    if not raw.isdigit():
        raise _BadLink("permissions: Value is not int.")
    return _Wish(query, scopes, int(raw), redirect_uri)


def _guild_choice(call: Call, wish: _Wish, user: User) -> str:
    if not wish.is_install:
        return ""
    wanted = call.query.get("guild_id", "")
    options = "".join(
        f'<option value="{guild.id}"{" selected" * (str(guild.id) == wanted)}>'
        f"{escape(guild.name)}</option>"
        for guild in call.world.guilds_of(user)
        if _may_install(guild, user) and (not _is_fixed(call) or str(guild.id) == wanted)
    )
    ticks = "".join(
        f'<label><input type="checkbox" name="permission" value="{permission.value}" checked>'
        f"{permission.name}</label><br>"
        for permission in Permission
        if wish.permissions & permission
    )
    return f'<label>Add to server <select name="guild_id">{options}</select></label><br>{ticks}'


def _is_fixed(call: Call) -> bool:
    return call.query.get("disable_guild_select", "false").lower() in ("true", "1")


def _may_install(guild: Guild, user: User) -> bool:
    application = guild.world.application
    if not application.bot_public and user is not application.owner:
        return False
    member = guild.members.get(user.id)
    return member is not None and bool(
        permissions.in_guild(guild, member) & Permission.MANAGE_GUILD
    )


def _chosen_guild(world: World, user: User, fields: Mapping[str, str]) -> Guild:
    raw = fields.get("guild_id", "")
    guild = world.guilds.get(int(raw)) if raw.isdigit() else None
    if guild is None or not _may_install(guild, user):
        raise _BadLink("You need the permission Manage Server in the server that you choose.")
    return guild


def _cancelled(wish: _Wish) -> Reply:
    if wish.redirect_uri is None:
        return _error(_DENIED)
    query = {"error": "access_denied", "error_description": _DENIED}
    return redirect(_with_query(wish.redirect_uri, query | _state(wish)))


def _back(
    world: World, wish: _Wish, redirect_uri: str, user: User, guild: Guild | None, granted: int
) -> Reply:
    code = AuthorizationCode(
        secrets.token_urlsafe(22),
        user,
        wish.scopes,
        redirect_uri,
        world.clock.time() + CODE_LIFETIME_SECONDS,
        guild,
        granted,
        wish.query.get("code_challenge"),
    )
    world.application.codes[code.code] = code
    query = {"code": code.code} | _state(wish)
    if guild is not None:
        query |= {"guild_id": str(guild.id), "permissions": str(granted)}
    return redirect(_with_query(redirect_uri, query))


def _state(wish: _Wish) -> dict[str, str]:
    return {"state": wish.query["state"]} if "state" in wish.query else {}


def _with_query(uri: str, query: Mapping[str, str]) -> str:
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(query)}"


def _error(message: str) -> Reply:
    return page(_PAGE.format(title="Error", body=f"<p>{escape(message)}</p>"), 400)
