"""Suggestions while an option is typed; Discord takes them at once or not at all."""

import asyncio
import logging
from typing import Final

from functions.interactions import replies
from functions.interactions.catalogue import views
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.shared import errors, models, snowflakes

_log = logging.getLogger("discord_clip_saver.interactions")

_SECONDS: Final = 1.5
"""What is left of Discord's three on a bad day goes to the way here and back."""
_LONGEST_CHOICE: Final = 100


async def games(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Games of clips that the invoker may see; none if that is not found out in time."""
    # Only here: they bring the database driver and the HTTP client with them.
    from functions.shared.catalogue.access_reader import KnownMember  # noqa: PLC0415
    from functions.shared.catalogue.pages import Catalogue, Request  # noqa: PLC0415

    assert interaction.guild_id is not None  # noqa: S101 -- the dispatcher refuses direct messages
    member = models.Member(interaction.user_id, interaction.role_ids, interaction.timed_out_until)
    known = KnownMember(member, snowflakes.made_at(interaction.number))
    request = Request(interaction.guild_id, known, views.channel_of(interaction))
    typed = interaction.options.get(interaction.focused or "", "")
    try:
        async with asyncio.timeout(_SECONDS):
            catalogue = Catalogue(parts.discord, parts.database, parts.access)
            names = await catalogue.games(request, typed)
    except TimeoutError:
        _log.info("No suggestions: not found out in time")
        names = []
    except (errors.DiscordError, errors.DatabaseError, errors.OutdatedAccess) as error:
        _log.warning("No suggestions: %s", error)
        names = []
    return replies.choices([(name, name) for name in names if len(name) <= _LONGEST_CHOICE])
