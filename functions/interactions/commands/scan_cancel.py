"""`/scan cancel`: history is left alone from now on; new messages go on being read."""

from functions.interactions import replies
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.interactions.scanning import view
from functions.shared import texts
from functions.shared.db import guild_scans, processed_interactions


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Cancel the open scan, once, and show what there is."""
    words, outcome = texts.of(interaction.locale), ""
    async with parts.database.transaction() as transaction:
        if await processed_interactions.record(transaction, interaction.number):
            was_open = await guild_scans.cancel(transaction, view.guild_of(interaction))
            outcome = words.scan_canceled_now if was_open else words.scan_nothing_to_cancel
        return await view.show(transaction, interaction, parts, outcome)


respond_to_click = respond
