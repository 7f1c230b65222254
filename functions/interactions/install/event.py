"""What Discord tells an application without a gateway (Discord docs, Webhook Events).

Of all of them one matters: somebody authorised the application, and added the bot to a guild by it.
An event has no id, and may come late, twice, or before the one it follows. Pure.
"""

import json
from typing import Final

from functions.interactions.install.installation import Installation
from functions.shared import endpoints, errors, models
from functions.shared.discord.fields import Fields

_ROUTE: Final = f"POST {endpoints.WEBHOOK_EVENTS_PATH}"
_PING: Final = 0
_EVENT: Final = 1
_AUTHORIZED: Final = "APPLICATION_AUTHORIZED"
_GUILD_INSTALL: Final = 0
_BOT_SCOPE: Final = "bot"


def parse(body: bytes, application_id: str) -> Installation | None:
    """Read a verified body.

    Returns:
        The installation that it tells of; None for a PING and for any other event.

    Raises:
        InvalidEvent: it is no webhook event, or one of another application.
    """
    try:
        return _installation(_envelope(body, application_id))
    except errors.UnexpectedPayload as error:
        raise errors.InvalidEvent(str(error)) from error


def _envelope(body: bytes, application_id: str) -> Fields:
    try:
        fields = Fields(json.loads(body), _ROUTE)
    except (ValueError, RecursionError) as error:
        raise errors.InvalidEvent("the body is not JSON") from error
    if fields.snowflake("application_id") != int(application_id):
        raise errors.InvalidEvent("the event belongs to another application")
    return fields


def _installation(envelope: Fields) -> Installation | None:
    kind = envelope.number("type")
    if kind == _PING:
        return None
    if kind != _EVENT:
        raise errors.InvalidEvent("unknown type of webhook event")
    event = envelope.child("event")
    if event.text("type") != _AUTHORIZED:
        return None
    data = event.child("data")
    if data.optional_number("integration_type") != _GUILD_INSTALL or not data.has("guild"):
        return None
    if _BOT_SCOPE not in data.texts("scopes"):
        return None
    return Installation(
        user=_user(data.child("user")),
        guild=_guild(data.child("guild")),
        at=event.optional_instant("timestamp"),
    )


def _user(fields: Fields) -> models.User:
    return models.User(
        id=models.UserId(fields.snowflake("id")),
        username=fields.text("username"),
        global_name=fields.optional_text("global_name"),
        avatar=fields.optional_text("avatar"),
    )


def _guild(fields: Fields) -> models.InstalledGuild:
    owner_id = fields.optional_snowflake("owner_id")
    return models.InstalledGuild(
        id=models.GuildId(fields.snowflake("id")),
        name=fields.text("name"),
        icon=fields.optional_text("icon"),
        owner_id=None if owner_id is None else models.UserId(owner_id),
    )
