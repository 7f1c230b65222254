"""From an interaction to the command that answers it.

Whatever goes wrong on the way, the invoker gets a sentence; Discord would otherwise show that the
application did not respond.
"""

import importlib
import logging
from typing import Final, Protocol, cast

from functions.interactions import replies
from functions.interactions.interaction import Interaction, InteractionType
from functions.interactions.parts import Parts
from functions.shared import commands, errors

_log = logging.getLogger("discord_clip_saver.interactions")

_MODULES: Final = {
    commands.STATUS.name: "functions.interactions.commands.status",
}


class Command(Protocol):
    """A module of this package."""

    async def respond(self, interaction: Interaction, parts: Parts) -> replies.Reply:
        """Answer the interaction."""


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Answer any interaction but a PING."""
    match interaction.type:
        case InteractionType.APPLICATION_COMMAND:
            return await _run_command(interaction, parts)
        case InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE:
            return replies.NO_CHOICES
        case _:
            return replies.sentence("This button is from an older version; run the command again.")


async def _run_command(interaction: Interaction, parts: Parts) -> replies.Reply:
    module = _MODULES.get(interaction.name)
    if module is None:
        return replies.sentence(
            "I do not know this command. It may be older than the bot; "
            "restart Discord to refresh the list."
        )
    try:
        # Imported here, because a command brings the database driver with it.
        command = cast("Command", importlib.import_module(module))
        return await command.respond(interaction, parts)
    except errors.SchemaMismatch as error:
        _log.error("Command %s failed: %s", interaction.name, error)
        return replies.sentence("Clip Saver is being updated. Please try again in a few minutes.")
    except errors.DatabaseError as error:
        _log.error("Command %s failed: %s", interaction.name, error)
        return replies.sentence(
            "I cannot reach my database at the moment. Nothing was changed; "
            "please try again in a minute."
        )
    except errors.ConfigurationError as error:
        _log.error("Command %s failed: %s", interaction.name, error)
        return replies.sentence(
            "I am not fully set up yet. Whoever runs this bot finds what is missing at /ready."
        )
    except Exception:  # noqa: BLE001 -- the invoker gets an answer whatever it was
        _log.exception("Command %s failed", interaction.name)
        return replies.sentence("Something went wrong on my side. It has been logged.")
