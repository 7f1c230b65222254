"""From an interaction to the command that answers it.

Whatever goes wrong on the way, the invoker gets a sentence; Discord would otherwise show that the
application did not respond.
"""

import importlib
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from functions.interactions import replies
from functions.interactions.interaction import Interaction, InteractionType
from functions.interactions.parts import Parts
from functions.shared import apologies, commands, errors, models, texts

_log = logging.getLogger("discord_clip_saver.interactions")

_PACKAGE: Final = "functions.interactions.commands"

_FUNCTIONS: Final = {
    InteractionType.APPLICATION_COMMAND: "respond",
    InteractionType.MESSAGE_COMPONENT: "respond_to_click",
    InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE: "complete",
    InteractionType.MODAL_SUBMIT: "respond_to_form",
}
"""What a command's module may define, by what somebody did."""

_MODULES: Final = {
    name: module for command in commands.COMMANDS for name, module in command.modules.items()
}
_COMMANDS: Final = {
    module: command for command in commands.COMMANDS for module in command.modules.values()
}
"""Each module's command, which says who may use it."""
_NAMING_A_COMMAND: Final = frozenset(
    {InteractionType.APPLICATION_COMMAND, InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE}
)
"""The others have a custom_id, which begins with the module."""

_EVERYDAY: Final = (errors.Paused, errors.UnknownGuild, errors.UnknownChannel)
"""Errors that tell the invoker what to do and the operator nothing."""

Respond = Callable[[Interaction, Parts], Awaitable[replies.Reply]]


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Answer any interaction but a PING."""
    words = texts.of(interaction.locale)
    try:
        parts.environment.require_running()
        reason = _refusal(interaction, words)
        if reason is None:
            return await _function(interaction)(interaction, parts)
    except _EVERYDAY as error:
        _log.info("Command %s: %s", interaction.name, error)
        reason = apologies.sentence(error, words)
    except errors.ClipSaverError as error:
        _log.error("Command %s failed: %s", interaction.name, error)
        parts.metrics.add("InteractionsFailed", 1)
        reason = apologies.sentence(error, words)
    except Exception as error:  # noqa: BLE001 -- the invoker gets an answer whatever it was
        _log.exception("Command %s failed", interaction.name)
        parts.metrics.add("InteractionsFailed", 1)
        reason = apologies.sentence(error, words)
    return _told(interaction, reason)


def _module(interaction: Interaction) -> str:
    """The module that is asked for, which there need not be."""
    if interaction.type in _NAMING_A_COMMAND:
        return _MODULES.get(interaction.name, "")
    return interaction.name


def _refusal(interaction: Interaction, words: texts.Texts) -> str | None:
    """Why the invoker gets no further, if so; the permissions are those that Discord signed."""
    command = _COMMANDS.get(_module(interaction))
    if command is None:
        names_a_command = interaction.type in _NAMING_A_COMMAND
        return words.unknown_command if names_a_command else words.outdated_component
    if interaction.guild_id is None:
        return words.servers_only
    if command.permissions == models.Permission.MANAGE_GUILD and not interaction.by_manager:
        return words.needs_manage_server
    return None


def _function(interaction: Interaction) -> Respond:
    # Imported here, because a command brings the database driver with it.
    module = importlib.import_module(f"{_PACKAGE}.{_module(interaction)}")
    found: Respond = getattr(module, _FUNCTIONS[interaction.type], _outdated)
    return found


async def _outdated(interaction: Interaction, parts: Parts) -> replies.Reply:
    """A component, a form or an option that this release no longer has."""
    del parts
    return _told(interaction, texts.of(interaction.locale).outdated_component)


def _told(interaction: Interaction, reason: str) -> replies.Reply:
    if interaction.type is InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE:
        # Suggestions have no room for an explanation; the command itself will give it.
        return replies.choices([])
    return replies.sentence(reason)
