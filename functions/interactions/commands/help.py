"""`/help`: what the bot does, and its commands."""

from functions.interactions import replies
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.shared import commands, texts


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Show the commands that the invoker may use, in their language."""
    del parts
    words = texts.of(interaction.locale)
    listed = [
        entry
        for command in commands.COMMANDS
        if command.permissions is None or interaction.by_manager
        for entry in command.shown_entries(interaction.locale)
    ]
    return replies.panel(words.help_title, f"{words.help_intro}\n\n{words.help_privacy}", listed)
