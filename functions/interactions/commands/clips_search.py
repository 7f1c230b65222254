"""`/clips search`: clips by words, people, games, days, page by page.

What somebody may see and whether a clip is still there takes longer than Discord waits, so a job
finds it out. Only the names of games are suggested at once.
"""

from functions.interactions import replies
from functions.interactions.catalogue import suggestions, views
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.shared import searches, texts


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Hand the search over; its first page is edited into this reply."""
    words = texts.of(interaction.locale)
    try:
        search = views.search_of(interaction.options)
    except views.NoDate as error:
        return replies.sentence(words.gallery_bad_date.format(value=error.shown))
    await views.hand_over(interaction, parts, "search", searches.pack(search))
    return replies.THINKING


async def respond_to_click(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Another page: authorised as if it were a new search, which it is."""
    packed = views.packed_in(interaction)
    if packed is None:
        return replies.sentence(texts.of(interaction.locale).outdated_component)
    await views.hand_over(interaction, parts, "search", packed)
    return replies.UPDATING


async def complete(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Suggest games."""
    return await suggestions.games(interaction, parts)
