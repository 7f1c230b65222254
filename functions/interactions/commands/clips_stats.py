"""`/clips stats`: how many clips somebody may see, whose they are, and of which games."""

from functions.interactions import replies
from functions.interactions.catalogue import views
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.shared import searches
from functions.shared.searches import Search


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Hand the counting over; the numbers are edited into this reply."""
    await views.hand_over(interaction, parts, "stats", searches.pack(Search()))
    return replies.THINKING
