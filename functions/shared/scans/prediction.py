"""How many requests to Discord a scan of a guild will take.

Discord's search tells how many messages there are without reading one, so that a scan can be priced
before it starts.
"""

from datetime import UTC, datetime
from typing import Final, NamedTuple

from functions.shared import models, snowflakes
from functions.shared.discord.client import MESSAGES_PER_PAGE, RESULTS_PER_PAGE, DiscordClient

QUESTIONS: Final = 2
"""Pages that a scan asks for only because they tell a total."""


class Totals(NamedTuple):
    """How many messages a guild has, as far as its search knows: all, and those to read first."""

    messages: int
    videos: int
    forwards: int

    @property
    def results(self) -> int:
        """What the search will bring."""
        return self.videos + self.forwards


async def ask(discord: DiscordClient, guild_id: models.GuildId, *, with_nsfw: bool) -> Totals:
    """Ask Discord how much there is, with a request for each number.

    Raises:
        IndexNotReady: Discord is still indexing the guild.
        Forbidden: the bot may not search it.
        DiscordError: Discord does not tell.
    """
    before = snowflakes.least_at(datetime.now(UTC))
    messages, videos, forwards = [
        await discord.search_messages(
            guild_id, has=has, before=before, offset=0, include_nsfw=with_nsfw
        )
        for has in (None, "video", "snapshot")
    ]
    return Totals(messages.total_results, videos.total_results, forwards.total_results)


def predicted_requests(totals: Totals, channels: int) -> int:
    """How many requests a scan will take: its questions, its results, and all of history."""
    pages = sum(
        max(1, -(-results // RESULTS_PER_PAGE)) for results in (totals.videos, totals.forwards)
    )
    return QUESTIONS + pages + -(-totals.messages // MESSAGES_PER_PAGE) + channels
