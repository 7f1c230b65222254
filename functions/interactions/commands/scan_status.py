"""`/scan status`: how far looking through this server's history is."""

from functions.interactions import replies
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.interactions.scanning import view


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Show it, as the database knows it now."""
    async with parts.database.transaction() as transaction:
        return await view.show(transaction, interaction, parts)


respond_to_click = respond
