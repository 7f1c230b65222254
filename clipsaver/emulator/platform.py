"""What belongs to one running local Discord, in one place for its routes."""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from clipsaver.emulator.faults import Faults
    from clipsaver.emulator.guilds import Guild
    from clipsaver.emulator.interaction_book import InteractionBook
    from clipsaver.emulator.rate_limits import RateLimits
    from clipsaver.emulator.request_log import RequestLog
    from clipsaver.emulator.search_index import SearchIndex
    from clipsaver.emulator.webhook_events import WebhookEvents
    from clipsaver.emulator.world import World

_RENDERINGS_KEPT: Final = 4096


class Latency:
    """How long Discord takes; nothing unless a benchmark asks for it.

    Attributes:
        between: Least and most seconds, evenly distributed.
    """

    def __init__(self, between: tuple[float, float] = (0.0, 0.0)) -> None:
        self.between = between
        self._random = random.Random(0)  # noqa: S311 -- repeatable, and no secret.

    async def wait(self) -> None:
        """Take that long."""
        low, high = self.between
        if high > 0:
            await asyncio.sleep(self._random.uniform(low, high))


class Renderings:
    """Rendered lists of guilds, each kept until its guild changes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], tuple[int, bytes]] = OrderedDict()

    def get(self, kind: str, guild: Guild, render: Callable[[], bytes]) -> bytes:
        """The kept rendering of this revision of the guild, or a new one."""
        key = (kind, guild.id)
        # Read before rendering: a change in between must make the result old, not new.
        revision = guild.revision
        kept = self._kept.get(key)
        if kept is not None and kept[0] == revision:
            return kept[1]
        rendered = render()
        self._kept[key] = (revision, rendered)
        self._kept.move_to_end(key)
        if len(self._kept) > _RENDERINGS_KEPT:
            self._kept.popitem(last=False)
        return rendered


@dataclass(slots=True)
class Platform:
    """The parts of a running local Discord."""

    world: World
    rate_limits: RateLimits
    faults: Faults
    requests: RequestLog
    latency: Latency
    renderings: Renderings
    interactions: InteractionBook
    search: SearchIndex
    webhook_events: WebhookEvents
