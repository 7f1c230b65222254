"""Reconciling one guild: read Discord, read what is stored, make a plan, write it.

Reading Discord holds no lock and no transaction. Writing takes the guild's row for itself and
checks that the plan still fits: a guild that another run has synced in the meantime is left to that
run, so an older answer of Discord never overwrites a newer one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from functions.shared import errors, models, settings
from functions.shared.db import channels, guild_settings, guilds, users
from functions.shared.db.connection import Database, Transaction
from functions.shared.discord import codes
from functions.shared.discord.client import DiscordClient
from functions.shared.reconcile import diff
from functions.shared.reconcile.observation import Observation, ProbeOutcome, Stored

_log = logging.getLogger("discord_clip_saver.sync")

T = TypeVar("T")

MEMBER_KEPT_FOR: Final = timedelta(hours=23)
"""The guild's owner and age restriction, and the bot's roles, are read again at least daily."""

Fence = Callable[[Transaction], Awaitable[None]]
"""Raises LeaseLost inside a transaction whose run may no longer write."""


@dataclass(frozen=True, slots=True)
class MemberReading:
    """A guild with its owner and roles, and the bot as a member of it, read just now."""

    guild: models.Guild
    member: models.Member


@dataclass(frozen=True, slots=True)
class Reconciler:
    """The parts that reconciling a guild needs.

    Attributes:
        bot_user_id: The bot's own user.
        defaults: What a new guild gets.
        with_threads: Whether active threads are asked for.
    """

    discord: DiscordClient
    database: Database
    bot_user_id: models.UserId
    defaults: settings.GuildSettings
    with_threads: bool

    async def read_member(self, guild_id: models.GuildId) -> MemberReading:
        """Read what decides the bot's permissions in a guild.

        Raises:
            NotFound: the bot is not in it (10004 for the guild, 10007 for the member).
            DiscordError: Discord did not tell.
        """
        guild, member = await asyncio.gather(
            self.discord.get_guild(guild_id), self.discord.get_member(guild_id, self.bot_user_id)
        )
        return MemberReading(guild, member)

    async def plan(
        self,
        entry: models.GuildEntry,
        reading: MemberReading | None = None,
        *,
        refresh_member: bool = False,
    ) -> diff.GuildPlan:
        """Read both sides and compare them; nothing is written.

        Args:
            entry: The guild as the bot's guild list has it.
            reading: The guild's owner, roles and the bot's member, where the caller has just read
                them; otherwise they are read when they may have changed.
            refresh_member: Read them even if nothing says that they changed.

        Raises:
            DiscordError: Discord did not tell enough to decide anything.
            DatabaseError: the stored side could not be read.
        """
        (listed, threads), stored = await asyncio.gather(
            self._list_channels(entry.id),
            _again_if_connection_lost(lambda: self._read_stored(entry.id)),
        )
        now = datetime.now(UTC)
        if reading is None and (refresh_member or _member_is_due(entry, listed, stored.guild, now)):
            reading = await self.read_member(entry.id)
        observation = Observation(
            guild_id=entry.id,
            name=entry.name,
            icon=entry.icon,
            owner_id=reading.guild.owner_id if reading else None,
            permissions=entry.permissions,
            member=reading.member if reading else self._stored_member(stored.guild),
            member_was_read=reading is not None,
            channels=tuple(listed),
            threads=None if threads is None else tuple(threads),
            nsfw_level=reading.guild.nsfw_level if reading else None,
        )
        due = diff.probes_due(observation, stored.channels, now)
        outcomes = await asyncio.gather(*(self._probe(channel_id) for channel_id in due))
        return diff.diff(observation, stored, dict(zip(due, outcomes, strict=True)), now)

    async def apply(self, plan: diff.GuildPlan, fence: Fence) -> None:
        """Write a plan in one transaction.

        Raises:
            GuildBusy: another run is writing this guild, or has since the plan was made.
            LeaseLost: this run may no longer write.
            DatabaseError: nothing was written.
        """
        has_new_settings = await _again_if_connection_lost(lambda: self._write(plan, fence))
        if has_new_settings:
            _log.info("Applied default guild settings for guild %s", plan.guild.guild_id)
        for change in plan.channels:
            if change.lost_access:
                _log.warning(
                    "Missing permissions for channel %s",
                    change.row.channel_id,
                    extra={"guild_id": str(plan.guild.guild_id)},
                )

    async def _write(self, plan: diff.GuildPlan, fence: Fence) -> bool:
        """Write a plan; whether the guild got the default settings."""
        async with self.database.transaction() as transaction:
            await fence(transaction)
            await self._write_guild(transaction, plan)
            if plan.channels:
                rows = [change.row for change in plan.channels]
                await channels.upsert_channels(transaction, plan.guild.guild_id, rows)
            return plan.lacks_settings and await self._insert_default_settings(
                transaction, plan.guild.guild_id
            )

    async def _write_guild(self, transaction: Transaction, plan: diff.GuildPlan) -> None:
        guild_id = plan.guild.guild_id
        if plan.based_on is None:
            await guilds.insert_guild(transaction, guild_id, plan.guild.name)
        locked = await guilds.lock_guild(transaction, guild_id)
        if locked is None or locked.synced_at != plan.based_on:
            raise errors.GuildBusy(f"Guild {guild_id} is being synced by another run")
        if plan.member_was_read and plan.guild.owner_user_id is not None:
            await users.insert_user_id(transaction, plan.guild.owner_user_id)
        await guilds.update_guild(transaction, plan.guild, member_was_read=plan.member_was_read)

    async def _list_channels(
        self, guild_id: models.GuildId
    ) -> tuple[list[models.Channel], list[models.Channel] | None]:
        if not self.with_threads:
            return await self.discord.list_channels(guild_id), None
        listed, threads = await asyncio.gather(
            self.discord.list_channels(guild_id), self.discord.list_active_threads(guild_id)
        )
        return listed, threads

    async def _read_stored(self, guild_id: models.GuildId) -> Stored:
        async with self.database.transaction() as transaction:
            guild = await guilds.select_guild(transaction, guild_id)
            stored = tuple(await channels.select_channels(transaction, guild_id))
            given = await guild_settings.select_settings(transaction, guild_id)
        if given is None:
            return Stored(guild, stored, self.defaults, has_settings=False)
        own, problems = settings.GuildSettings.from_stored(given, self.defaults)
        for key, problem in problems.items():
            _log.warning("Guild %s: setting %s is not used: %s", guild_id, key, problem)
        return Stored(guild, stored, own, has_settings=True)

    def _stored_member(self, stored: models.StoredGuild | None) -> models.Member:
        if stored is None:
            return models.Member(self.bot_user_id, ())
        roles = tuple(stored.bot_role_ids or ())
        return models.Member(self.bot_user_id, roles, stored.timed_out_until)

    async def _probe(self, channel_id: models.ChannelId) -> ProbeOutcome:
        try:
            return await self.discord.get_channel(channel_id)
        except errors.Forbidden:
            return "hidden"
        except errors.NotFound as error:
            return "deleted" if error.code == codes.UNKNOWN_CHANNEL else "no answer"
        except (errors.Unauthorized, errors.InvalidRequestBudget):
            raise
        except errors.DiscordError:
            return "no answer"

    async def _insert_default_settings(
        self, transaction: Transaction, guild_id: models.GuildId
    ) -> bool:
        try:
            async with transaction.savepoint():
                given = self.defaults.model_dump()
                return await guild_settings.insert_defaults(transaction, guild_id, given)
        except errors.DatabaseError as error:
            _log.warning(
                "Skipping default settings for guild %s", guild_id, extra={"reason": str(error)}
            )
            return False


async def _again_if_connection_lost(transact: Callable[[], Awaitable[T]]) -> T:
    """Run a transaction, and once more if it lost its connection.

    A database that is gone is found out by the second attempt. A commit whose answer was lost is
    found out, too: the guild is then no longer as the plan was based on.
    """
    try:
        return await transact()
    except errors.DatabaseUnavailable as error:
        _log.warning("A transaction is repeated: %s", error)
        return await transact()


def _member_is_due(
    entry: models.GuildEntry,
    listed: Sequence[models.Channel],
    stored: models.StoredGuild | None,
    now: datetime,
) -> bool:
    """Whether what the guild itself tells, or the bot's roles, may have changed since last read."""
    if stored is None or stored.member_read_at is None or stored.state == "left":
        return True
    if stored.nsfw_level is None:
        return True
    if (entry.name, entry.icon, entry.permissions) != (
        stored.name,
        stored.icon,
        stored.permissions,
    ):
        return True
    if diff.overwrites_hash(listed) != stored.overwrites_hash:
        return True
    return now - stored.member_read_at >= MEMBER_KEPT_FOR
