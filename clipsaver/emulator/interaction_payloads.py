"""What Discord sends with an interaction (Discord docs, Interaction Object)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from clipsaver.emulator import permissions
from clipsaver.emulator.channels import Channel
from clipsaver.emulator.command_rules import SUB_COMMAND, SUB_COMMAND_GROUP
from clipsaver.emulator.guilds import Member, Role
from clipsaver.emulator.messages import Attachment
from clipsaver.emulator.payloads import channels, messages, people
from clipsaver.emulator.people import User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clipsaver.emulator.commands import Declaration
    from clipsaver.emulator.guilds import Guild
    from clipsaver.emulator.interaction_record import Interaction
    from clipsaver.emulator.messages import Message
    from clipsaver.emulator.world import World

Payload = dict[str, Any]
OptionValue = str | int | float | bool | User | Member | Role | Channel | Attachment

_UPLOAD_LIMITS: Final = {0: 10_485_760, 1: 10_485_760, 2: 52_428_800, 3: 104_857_600}
_FULL_CHANNEL_FIELDS: Final = ("permission_overwrites", "bitrate", "user_limit", "rtc_region")


def envelope(interaction: Interaction, data: Payload, *, locale: str) -> Payload:
    """The whole payload around an interaction's data."""
    world, channel = interaction.world, interaction.channel
    guild = channel.guild
    invoker = guild.member(interaction.user)
    bot = guild.bot_member
    payload: Payload = {
        "id": str(interaction.id),
        "application_id": str(world.application.id),
        "type": interaction.type,
        "data": data,
        "guild": {
            "id": str(guild.id),
            "locale": guild.preferred_locale,
            "features": list(guild.features),
        },
        "guild_id": str(guild.id),
        "channel": channel_in(world, channel, invoker) | {"guild_id": str(guild.id)},
        "channel_id": str(channel.id),
        "member": people.member(invoker)
        | {"permissions": str(permissions.in_channel(invoker, channel))},
        "token": interaction.token,
        "version": 1,
        "app_permissions": str(permissions.in_channel(bot, channel) if bot else 0),
        "locale": locale,
        "guild_locale": guild.preferred_locale,
        "entitlements": [],
        "authorizing_integration_owners": owners(guild, interaction.user),
        "context": 0,
        "attachment_size_limit": _UPLOAD_LIMITS[guild.premium_tier],
    }
    if interaction.source is not None:
        payload["message"] = messages.full(world, interaction.source)
    return payload


def ping(world: World) -> Payload:
    """A PING as it comes when an endpoint is saved: with a user, but no data and no locale."""
    return {
        "app_permissions": "0",
        "application_id": str(world.application.id),
        "authorizing_integration_owners": {},
        "entitlements": [],
        "id": str(world.mint.next()),
        "token": "ping",
        "type": 1,
        "user": people.user(world.application.owner),
        "version": 1,
    }


def owners(guild: Guild, user: User) -> dict[str, str]:
    """Where the application is installed: in this guild, or else only for its user."""
    return {"0": str(guild.id)} if guild.bot_member else {"1": str(user.id)}


def channel_in(world: World, channel: Channel, invoker: Member) -> Payload:
    """A channel as interactions carry it: partial, with the permissions of both sides."""
    full = channels.channel(channel, viewer=world.application.bot)
    bot = channel.guild.bot_member
    return {
        **{key: value for key, value in full.items() if key not in _FULL_CHANNEL_FIELDS},
        "permissions": str(permissions.in_channel(invoker, channel)),
        "app_permissions": str(permissions.in_channel(bot, channel) if bot else 0),
    }


class Resolved:
    """Collects the objects that options and selects name by id."""

    def __init__(self, world: World, guild: Guild, invoker: Member) -> None:
        self._world = world
        self._guild = guild
        self._invoker = invoker
        self._maps: dict[str, Payload] = {}

    def add(self, value: OptionValue) -> str | int | float | bool:
        """Note an object; its id, or a plain value as it is."""
        match value:
            case User():
                return self._add_user(value)
            case Member():
                return self._add_user(value.user)
            case Role():
                return self._put("roles", value.id, people.role(value))
            case Channel():
                shown = channel_in(self._world, value, self._invoker)
                return self._put("channels", value.id, shown)
            case Attachment():
                return self._add_upload(value)
            case _:
                return value

    def add_message(self, message: Message) -> str:
        """Note a message with all of its content, whatever intents the application has."""
        return self._put("messages", message.id, messages.full(self._world, message))

    def into(self, data: Payload) -> Payload:
        """The data with what was noted, if anything was."""
        return data | ({"resolved": self._maps} if self._maps else {})

    def _add_user(self, user: User) -> str:
        member = self._guild.members.get(user.id)
        if member is not None:
            allowed = str(permissions.in_guild(self._guild, member))
            shown = people.partial_member(member) | {"permissions": allowed}
            self._put("members", user.id, shown)
        return self._put("users", user.id, people.user(user))

    def _add_upload(self, attachment: Attachment) -> str:
        attachment.id = attachment.id or self._world.mint.next()
        attachment.ephemeral = True
        application_id = self._world.application.id
        self._world.uploads[attachment.id] = attachment
        shown = messages.attachment(self._world, application_id, attachment)
        return self._put("attachments", attachment.id, shown)

    def _put(self, kind: str, object_id: int, payload: Payload) -> str:
        self._maps.setdefault(kind, {})[str(object_id)] = payload
        return str(object_id)


def command_options(
    declaration: Declaration,
    path: list[str],
    given: Mapping[str, OptionValue],
    resolved: Resolved,
    *,
    focused: str | None = None,
) -> list[Payload]:
    """Options as nested below groups and subcommands.

    Args:
        declaration: The command, or the group or subcommand that `path` has led to.
        path: Names of group and subcommand that are still to go.
        given: Values by option name; objects stand for their ids.
        resolved: Where objects are noted.
        focused: The option that the user is typing in; only for autocompletion.

    Raises:
        KeyError: when no such subcommand or option is declared.
    """
    declared = {option["name"]: option for option in declaration.get("options") or ()}
    if path:
        nested = declared[path[0]]
        options = command_options(nested, path[1:], given, resolved, focused=focused)
        return [{"name": path[0], "type": nested["type"], "options": options}]
    entries = []
    for name, value in given.items():
        option = declared[name]
        if option["type"] in (SUB_COMMAND, SUB_COMMAND_GROUP):
            raise KeyError(name)
        entry = {"name": name, "type": option["type"], "value": resolved.add(value)}
        entries.append(entry | ({"focused": True} if name == focused else {}))
    return entries
