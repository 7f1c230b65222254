"""Discord's word on who may see what, remembered for half a minute at most.

The clock is the wall's, because a frozen Lambda environment's other clock may have stood still.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from functions.shared import errors
from functions.shared.catalogue.access import Snapshot
from functions.shared.discord.client import DiscordClient
from functions.shared.models import ChannelId, GuildId, Member, UserId

FRESH_SECONDS: Final = 30.0
"""How long what was read is remembered."""
CURRENT_SECONDS: Final = 60.0
"""How long ago it may have been read when something is shown that depends on it."""
_MOST_GUILDS: Final = 16
"""A guild with 500 channels of ten overwrites each takes about a megabyte."""
_MOST_MEMBERSHIPS: Final = 4_096

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Known(Generic[V]):
    """What Discord says; `as_of` is when it was asked, in seconds since the epoch."""

    value: V
    as_of: float


@dataclass(frozen=True, slots=True)
class KnownMember:
    """What Discord signed about a member with an interaction, and when."""

    member: Member
    as_of: datetime


class AccessReader:
    """Reads guilds, members and memberships of private threads.

    Args:
        discord: Discord, as the bot.
        clock: Seconds since the epoch.
    """

    def __init__(self, discord: DiscordClient, clock: Callable[[], float] = time.time) -> None:
        self._discord = discord
        self._clock = clock
        self._snapshots: _Memory[GuildId, Snapshot] = _Memory(_MOST_GUILDS, clock)
        self._memberships: _Memory[tuple[ChannelId, UserId], bool] = _Memory(
            _MOST_MEMBERSHIPS, clock
        )

    def is_current(self, as_of: float) -> bool:
        """Whether what was read then may still be acted upon."""
        return 0 <= self._clock() - as_of <= CURRENT_SECONDS

    async def snapshot(self, guild_id: GuildId) -> Known[Snapshot]:
        """A guild as it was at most half a minute ago; two requests if it was not read since.

        Raises:
            DiscordError: it could not be read.
        """
        known = self._snapshots.get(guild_id)
        if known is not None:
            return known
        asked_at = self._clock()
        guild, channels = await asyncio.gather(
            self._discord.get_guild(guild_id), self._discord.list_channels(guild_id)
        )
        read = Snapshot(guild, {channel.id: channel for channel in channels})
        return self._snapshots.put(guild_id, Known(read, asked_at))

    async def member(self, guild_id: GuildId, known: KnownMember) -> Known[Member | None]:
        """A member as they were at most half a minute ago; None for somebody who left.

        Raises:
            DiscordError: they had to be read again, and could not be.
        """
        asked_at, signed_at = self._clock(), known.as_of.timestamp()
        if 0 <= asked_at - signed_at < FRESH_SECONDS:
            return Known(known.member, signed_at)
        try:
            member = await self._discord.get_member(guild_id, known.member.user_id)
        except errors.NotFound:
            return Known(None, asked_at)
        return Known(member, asked_at)

    async def joined(
        self, user_id: UserId, thread_ids: Iterable[ChannelId]
    ) -> Known[frozenset[ChannelId]]:
        """Those of some private threads that a user is a member of; in doubt they are not."""
        asked, asked_at = list(dict.fromkeys(thread_ids)), self._clock()
        answers = await asyncio.gather(*(self._is_member(each, user_id) for each in asked))
        joined = frozenset(
            each for each, answer in zip(asked, answers, strict=True) if answer.value
        )
        return Known(joined, min([asked_at, *(answer.as_of for answer in answers)]))

    async def _is_member(self, thread_id: ChannelId, user_id: UserId) -> Known[bool]:
        known = self._memberships.get((thread_id, user_id))
        if known is not None:
            return known
        asked_at = self._clock()
        try:
            await self._discord.get_thread_member(thread_id, user_id)
        except errors.NotFound:
            is_member = False
        except errors.Unauthorized:
            raise
        except errors.DiscordError:
            return Known(value=False, as_of=asked_at)
        else:
            is_member = True
        return self._memberships.put((thread_id, user_id), Known(is_member, asked_at))


class _Memory(Generic[K, V]):
    """A bounded number of values, each for half a minute from when it was asked for."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[K, Known[V]] = OrderedDict()

    def get(self, key: K) -> Known[V] | None:
        known = self._kept.get(key)
        # A clock that was set back makes the age unknown.
        if known is None or 0 <= self._clock() - known.as_of < FRESH_SECONDS:
            return known
        del self._kept[key]
        return None

    def put(self, key: K, known: Known[V]) -> Known[V]:
        self._kept[key] = known
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return known
