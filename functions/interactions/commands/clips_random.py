"""`/clips random`: any clip that somebody may see, and another one with a click."""

from functions.interactions import replies
from functions.interactions.catalogue import suggestions, views
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.shared import searches, texts


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Hand the draw over; the clip is edited into this reply."""
    search = views.search_of(interaction.options)
    await views.hand_over(interaction, parts, "random", searches.pack(search))
    return replies.THINKING


async def respond_to_click(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Draw again."""
    packed = views.packed_in(interaction)
    if packed is None:
        return replies.sentence(texts.of(interaction.locale).outdated_component)
    await views.hand_over(interaction, parts, "random", packed)
    return replies.UPDATING


async def complete(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Suggest games."""
    return await suggestions.games(interaction, parts)
