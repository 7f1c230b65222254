"""What somebody may see while one page is made for them."""

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from functions.shared.catalogue.access import Access
from functions.shared.catalogue.access_reader import Known
from functions.shared.db.clip_search import FoundClip, Scope
from functions.shared.models import ChannelId


@dataclass(slots=True)
class Visit:
    """What somebody may see, which shrinks as private threads and closed channels are met.

    Attributes:
        as_of: When the oldest was read of what it rests on, in seconds since the epoch.
        joined_ids: Private threads that they are in, of those that were asked for.
    """

    access: Access
    scope: Scope
    as_of: float
    joined: Callable[[Sequence[ChannelId]], Awaitable[Known[frozenset[ChannelId]]]]
    joined_ids: frozenset[ChannelId] = frozenset()

    async def allowed(self, clips: Sequence[FoundClip]) -> list[FoundClip]:
        """Those of some clips that may be shown; private threads are asked for their members."""
        closed = await self.ask([clip.channel_id for clip in clips])
        return [clip for clip in clips if clip.channel_id not in closed]

    async def ask(self, channel_ids: Sequence[ChannelId]) -> frozenset[ChannelId]:
        """Ask for the members of the private threads among some channels; those that are closed."""
        asked = [each for each in channel_ids if each in self.access.private_ids]
        joined = await self.joined(asked)
        self.as_of = min(self.as_of, joined.as_of)
        self.joined_ids |= joined.value
        closed = frozenset(asked) - joined.value
        self.close(closed)
        return closed

    def close_unasked(self) -> None:
        """Search private threads no more of which nobody knows whether they are in."""
        self.close(self.access.private_ids - self.joined_ids)

    def close(self, channel_ids: frozenset[ChannelId]) -> None:
        """Search some channels no more."""
        if channel_ids:
            left = [each for each in self.scope.channel_ids if each not in channel_ids]
            self.scope = dataclasses.replace(self.scope, channel_ids=left)
