"""The application and its commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clipsaver.emulator.payloads import people

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Payload
    from clipsaver.emulator.commands import Command
    from clipsaver.emulator.world import World

_LOCALIZED: Final = ("name", "description")


def public(world: World) -> Payload:
    """The application as anybody sees it."""
    application = world.application
    return {
        "id": str(application.id),
        "name": application.name,
        "icon": None,
        "description": application.description,
        "type": None,
        "bot": people.user(application.bot),
        "bot_public": application.bot_public,
        "bot_require_code_grant": application.bot_require_code_grant,
        "verify_key": application.public_key,
        "flags": application.flags,
        "flags_new": str(application.flags),
        **application.extras,
    }


def private(world: World) -> Payload:
    """The application as its own bot sees it."""
    application = world.application
    authorized = {grant.user.id for grant in application.grants}
    return public(world) | {
        "redirect_uris": list(application.redirect_uris),
        "interactions_endpoint_url": application.interactions_endpoint_url,
        "role_connections_verification_url": None,
        "owner": people.user(application.owner),
        "approximate_guild_count": len(world.guilds_of(application.bot)),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": len(authorized),
        "event_webhooks_url": application.event_webhooks_url,
        "event_webhooks_status": application.event_webhooks_status,
        "event_webhooks_types": list(application.event_webhooks_types),
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands", "identify", "guilds"],
    }


def command(world: World, registered: Command, *, with_localizations: bool = True) -> Payload:
    """A registered command, with the defaults that Discord fills in."""
    payload: Payload = {
        "id": str(registered.id),
        "application_id": str(world.application.id),
        "version": str(registered.version),
        "name_localizations": None,
        "description_localizations": None,
        **registered.declaration,
    }
    if registered.scope is not None:
        payload["guild_id"] = str(registered.scope)
    else:
        payload = {"contexts": None, "integration_types": [0], "dm_permission": True} | payload
    if not with_localizations:
        for name in _LOCALIZED:
            payload.pop(f"{name}_localizations")
    return payload
