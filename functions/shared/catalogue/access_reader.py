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
"""What is shown was read at most a minute ago: the other half is what a page may take."""
_MOST_GUILDS: Final = 16
"""A guild with 500 channels of ten overwrites each takes about a megabyte."""
_MOST_MEMBERSHIPS: Final = 4_096

K = TypeVar("K")
V = TypeVar("V")


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

    async def snapshot(self, guild_id: GuildId) -> Snapshot:
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
        self._snapshots.put(guild_id, read, asked_at)
        return read

    async def member(self, guild_id: GuildId, known: KnownMember) -> Member | None:
        """A member as they were at most half a minute ago; None for somebody who left.

        Raises:
            DiscordError: they had to be read again, and could not be.
        """
        age = self._clock() - known.as_of.timestamp()
        if 0 <= age < FRESH_SECONDS:
            return known.member
        try:
            return await self._discord.get_member(guild_id, known.member.user_id)
        except errors.NotFound:
            return None

    async def joined(
        self, user_id: UserId, thread_ids: Iterable[ChannelId]
    ) -> frozenset[ChannelId]:
        """Those of some private threads that a user is a member of; in doubt they are not."""
        asked = list(dict.fromkeys(thread_ids))
        answers = await asyncio.gather(*(self._is_member(each, user_id) for each in asked))
        return frozenset(each for each, answer in zip(asked, answers, strict=True) if answer)

    async def _is_member(self, thread_id: ChannelId, user_id: UserId) -> bool:
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
            return False
        else:
            is_member = True
        self._memberships.put((thread_id, user_id), is_member, asked_at)
        return is_member


class _Memory(Generic[K, V]):
    """A bounded number of values, each for half a minute from when it was asked for."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        asked_at, value = kept
        # A clock that was set back makes the age unknown.
        if 0 <= self._clock() - asked_at < FRESH_SECONDS:
            return value
        del self._kept[key]
        return None

    def put(self, key: K, value: V, asked_at: float) -> None:
        self._kept[key] = asked_at, value
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
