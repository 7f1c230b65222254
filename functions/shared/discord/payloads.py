"""From Discord's JSON to the values of `functions.shared.models`.

Every function takes a decoded JSON value and the route it came from, and raises
`errors.UnexpectedPayload` with that route if something required is absent or of the wrong type.
"""

from typing import Final

from functions.shared import errors, models
from functions.shared.discord.fields import Fields
from functions.shared.models import ChannelId, GuildId, MessageId, RoleId, UserId

_ROLE_OVERWRITE: Final = 0
_MEMBER_OVERWRITE: Final = 1


def items(document: object, route: str) -> list[object]:
    """Return the list that an answer consists of."""
    if not isinstance(document, list):
        raise errors.UnexpectedPayload("the answer is not a list", route=route)
    return document


def guild_entry(document: object, route: str) -> models.GuildEntry:
    """Read an entry of the bot's guild list (Discord docs, User, Get Current User Guilds)."""
    fields = Fields(document, route)
    return models.GuildEntry(
        id=GuildId(fields.snowflake("id")),
        name=fields.text("name"),
        icon=fields.optional_text("icon"),
        permissions=fields.permissions("permissions"),
    )


def guild(document: object, route: str) -> models.Guild:
    """Read a guild with its roles (Discord docs, Guild)."""
    fields = Fields(document, route)
    return models.Guild(
        id=GuildId(fields.snowflake("id")),
        name=fields.text("name"),
        icon=fields.optional_text("icon"),
        owner_id=UserId(fields.snowflake("owner_id")),
        roles=tuple(
            models.Role(RoleId(role.snowflake("id")), role.permissions("permissions"))
            for role in fields.children("roles")
        ),
        nsfw_level=fields.optional_number("nsfw_level"),
    )


def channel(document: object, route: str, guild_id: GuildId | None = None) -> models.Channel:
    """Read a channel or a thread (Discord docs, Channel).

    Args:
        document: The channel's JSON value.
        route: Where it came from.
        guild_id: The guild that was asked for its channels; without it, the channel must name one.
    """
    fields = Fields(document, route)
    parent_id = fields.optional_snowflake("parent_id")
    last_message_id = fields.optional_snowflake("last_message_id")
    return models.Channel(
        id=ChannelId(fields.snowflake("id")),
        guild_id=guild_id or GuildId(fields.snowflake("guild_id")),
        type=models.channel_type_name(fields.number("type")),
        name=fields.text("name"),
        parent_id=None if parent_id is None else ChannelId(parent_id),
        position=fields.optional_number("position"),
        is_nsfw=fields.is_true("nsfw"),
        last_message_id=None if last_message_id is None else MessageId(last_message_id),
        overwrites=_overwrites(fields),
    )


def active_threads(document: object, route: str, guild_id: GuildId) -> list[models.Channel]:
    """Read the active threads of a guild (Discord docs, Guild, List Active Guild Threads)."""
    threads = Fields(document, route).documents("threads")
    return [channel(thread, route, guild_id) for thread in threads]


def member(document: object, route: str) -> models.Member:
    """Read a guild member (Discord docs, Guild, Guild Member Object)."""
    fields = Fields(document, route)
    return models.Member(
        user_id=UserId(fields.child("user").snowflake("id")),
        role_ids=tuple(RoleId(role_id) for role_id in fields.snowflakes("roles")),
        timed_out_until=fields.optional_instant("communication_disabled_until"),
    )


def user(document: object, route: str) -> models.User:
    """Read a user (Discord docs, User)."""
    fields = Fields(document, route)
    return models.User(
        id=UserId(fields.snowflake("id")),
        username=fields.text("username"),
        global_name=fields.optional_text("global_name"),
        avatar=fields.optional_text("avatar"),
    )


def application(document: object, route: str) -> models.Application:
    """Read the bot's own application (Discord docs, Application)."""
    fields = Fields(document, route)
    bot_user_id = fields.child("bot").snowflake("id") if fields.has("bot") else None
    return models.Application(
        id=fields.snowflake("id"),
        name=fields.text("name"),
        flags=fields.optional_number("flags") or 0,
        bot_user_id=None if bot_user_id is None else UserId(bot_user_id),
        interactions_endpoint_url=fields.optional_text("interactions_endpoint_url"),
        event_webhooks_url=fields.optional_text("event_webhooks_url"),
        event_webhooks_status=fields.optional_number("event_webhooks_status"),
        redirect_uris=_texts(fields, "redirect_uris"),
        event_webhooks_types=_texts(fields, "event_webhooks_types"),
        verify_key=fields.optional_text("verify_key"),
    )


def command(document: object, route: str) -> dict[str, object]:
    """Return an application command as it came: commands are compared, never stored."""
    if not isinstance(document, dict):
        raise errors.UnexpectedPayload("a command is not an object", route=route)
    return document


def _texts(fields: Fields, name: str) -> tuple[str, ...]:
    return fields.texts(name) if fields.has(name) else ()


def _overwrites(fields: Fields) -> tuple[models.Overwrite, ...]:
    """Read the overwrites of a channel; threads have none, and unknown kinds bind nobody."""
    if not fields.has("permission_overwrites"):
        return ()
    overwrites = []
    for overwrite in fields.children("permission_overwrites"):
        kind = overwrite.number("type")
        if kind in (_ROLE_OVERWRITE, _MEMBER_OVERWRITE):
            overwrites.append(
                models.Overwrite(
                    id=overwrite.snowflake("id"),
                    kind="member" if kind == _MEMBER_OVERWRITE else "role",
                    allow=overwrite.permissions("allow"),
                    deny=overwrite.permissions("deny"),
                )
            )
    return tuple(overwrites)
