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
from functions.shared import commands, errors, models, texts

_log = logging.getLogger("discord_clip_saver.interactions")

_PACKAGE: Final = "functions.interactions.commands"

_FUNCTIONS: Final = {
    InteractionType.APPLICATION_COMMAND: "respond",
    InteractionType.MESSAGE_COMPONENT: "respond_to_click",
    InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE: "complete",
    InteractionType.MODAL_SUBMIT: "respond_to_form",
}
"""What a command's module may define, by what somebody did."""

_DECLARED: Final = {declaration.module: declaration for declaration in commands.COMMANDS} | {
    declaration.name: declaration for declaration in commands.COMMANDS
}

Respond = Callable[[Interaction, Parts], Awaitable[replies.Reply]]


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Answer any interaction but a PING."""
    words = texts.of(interaction.locale)
    is_typing = interaction.type is InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE
    try:
        refusal = _refusal(interaction, words)
        if refusal is None:
            return await _function(interaction)(interaction, parts)
    except errors.ClipSaverError as error:
        _log.error("Command %s failed: %s", interaction.name, error)
        refusal = _apology(error, words)
    except Exception:  # noqa: BLE001 -- the invoker gets an answer whatever it was
        _log.exception("Command %s failed", interaction.name)
        refusal = words.went_wrong
    # Suggestions have no room for an explanation; the command itself will give it.
    return replies.choices([]) if is_typing else replies.sentence(refusal)


def _refusal(interaction: Interaction, words: texts.Texts) -> str | None:
    """Why the invoker gets no further, if so; the permissions are those that Discord signed."""
    declaration = _DECLARED.get(interaction.name)
    if declaration is None:
        is_command = interaction.type is InteractionType.APPLICATION_COMMAND
        return words.unknown_command if is_command else words.outdated_component
    if interaction.guild_id is None:
        return words.servers_only
    wanted = declaration.permissions
    if wanted == models.Permission.MANAGE_GUILD and not interaction.by_manager:
        return words.needs_manage_server
    return None


def _function(interaction: Interaction) -> Respond:
    # Imported here, because a command brings the database driver with it.
    module = importlib.import_module(f"{_PACKAGE}.{_DECLARED[interaction.name].module}")
    found: Respond = getattr(module, _FUNCTIONS[interaction.type], _outdated)
    return found


async def _outdated(interaction: Interaction, parts: Parts) -> replies.Reply:
    """A component or a form that this release no longer has."""
    del parts
    return replies.sentence(texts.of(interaction.locale).outdated_component)


def _apology(error: errors.ClipSaverError, words: texts.Texts) -> str:
    sentences: tuple[tuple[type[errors.ClipSaverError], str], ...] = (
        (errors.SchemaMismatch, words.being_updated),
        (errors.DatabaseError, words.database_down),
        (errors.QueueUnavailable, words.queue_down),
        (errors.ConfigurationError, words.not_set_up),
        (errors.UnknownChannel, words.settings_unknown_channel),
        (errors.UnknownGuild, words.never_synced),
    )
    fitting = (sentence for kind, sentence in sentences if isinstance(error, kind))
    return next(fitting, words.went_wrong)
