"""What Discord's own clients let a user do; nothing else is ever sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clipsaver.emulator import component_rules, permissions
from clipsaver.emulator.command_rules import SUB_COMMAND, SUB_COMMAND_GROUP
from clipsaver.emulator.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clipsaver.emulator.channels import Channel
    from clipsaver.emulator.commands import Command, Declaration
    from clipsaver.emulator.guilds import Guild, Member
    from clipsaver.emulator.interaction_payloads import OptionValue
    from clipsaver.emulator.interaction_record import Interaction
    from clipsaver.emulator.messages import Message
    from clipsaver.emulator.people import User


class NotOffered(LookupError):
    """Discord's own clients would not let this user do that here: nothing was sent."""


def offered_command(
    guild: Guild, user: User, name: str, kind: int, *, overridden: bool = False
) -> Command:
    """The command that a user of a guild sees under a name.

    Args:
        guild: Where.
        user: Who.
        name: The command's name, without subcommands.
        kind: Its type.
        overridden: Whether the guild's admins opened it to everybody.

    Raises:
        NotOffered: when there is none, or not for this user.
    """
    command = guild.world.application.commands.offered(guild.id, name, kind)
    if command is None:
        raise NotOffered(f"there is no command {name} in {guild.name}")
    needed = command.declaration["default_member_permissions"]
    granted = permissions.in_guild(guild, guild.member(user))
    if needed is None or overridden or granted == permissions.ALL:
        return command
    # No bits at all stands for administrators only, until admins override it.
    if not int(needed) or granted & int(needed) != int(needed):
        raise NotOffered(f"{user.username} lacks the permissions that {name} asks for")
    return command


def check_required(
    declaration: Declaration, path: list[str], given: Mapping[str, OptionValue]
) -> None:
    """Check that every required option is given.

    Raises:
        NotOffered: when one is missing, or a subcommand is.
    """
    declared = declaration
    for step in path:
        nested = {option["name"]: option for option in declared.get("options") or ()}
        declared = nested.get(step, {})
    for option in declared.get("options") or ():
        if option["type"] in (SUB_COMMAND, SUB_COMMAND_GROUP):
            raise NotOffered(f"{declaration['name']} needs a subcommand")
        if option.get("required") and option["name"] not in given:
            raise NotOffered(f"{declaration['name']} needs the option {option['name']}")


def first_channel(member: Member) -> Channel:
    """The first channel in which a member can use commands.

    Raises:
        NotOffered: when there is none.
    """
    needed = permissions.bits((Permission.VIEW_CHANNEL, Permission.USE_APPLICATION_COMMANDS))
    for channel in member.guild.channels.values():
        if channel.has_messages and permissions.effective(member, channel) & needed == needed:
            return channel
    raise NotOffered(f"{member.user.username} can use commands in no channel")


def message_with(interaction: Interaction, custom_id: str) -> Message:
    """The message of an interaction that has this component.

    Raises:
        NotOffered: when none has.
    """
    for message in (interaction.message, *interaction.followups):
        if message is not None and any(
            each.get("custom_id") == custom_id
            for each in component_rules.walk([*message.components])
        ):
            return message
    raise NotOffered(f"nothing there has the custom id {custom_id}")


def component_of(message: Message, custom_id: str) -> component_rules.Component:
    """A message's component, which can be used.

    Raises:
        NotOffered: when there is none, or it is disabled.
    """
    for component in component_rules.walk([*message.components]):
        if component.get("custom_id") == custom_id:
            if component.get("disabled"):
                raise NotOffered(f"{custom_id} is disabled")
            return component
    raise NotOffered(f"the message has no component {custom_id}")
