"""Guilds: `bot_guilds`, one row for every guild the bot is or was in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.shared import models
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("guilds")


@dataclass(frozen=True, slots=True)
class SyncTurn:
    """When a guild was last looked at: the oldest has the next turn.

    Attributes:
        last_seen_at: When the bot was last known to be in it, by a sync or by an install.
    """

    guild_id: models.GuildId
    state: models.GuildState
    synced_at: datetime | None
    member_read_at: datetime | None
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class _Id:
    guild_id: models.GuildId


async def select_sync_order(transaction: Transaction) -> list[SyncTurn]:
    """Every guild ever seen, oldest-synced first."""
    return await transaction.all(SyncTurn, _SQL["select_sync_order"])


async def select_sync_turn(transaction: Transaction, guild_id: models.GuildId) -> SyncTurn | None:
    """When one guild was last looked at; None if it was never seen."""
    return await transaction.one(SyncTurn, _SQL["select_sync_turn"], guild_id=guild_id)


async def select_guild(
    transaction: Transaction, guild_id: models.GuildId
) -> models.StoredGuild | None:
    """One guild, or None if it was never seen."""
    return await transaction.one(models.StoredGuild, _SQL["select_guild"], guild_id=guild_id)


async def insert_guild(transaction: Transaction, guild_id: models.GuildId, name: str) -> bool:
    """Add a guild seen for the first time; whether there was none."""
    return await transaction.execute(_SQL["insert_guild"], guild_id=guild_id, name=name) == 1


async def upsert_installed_guild(
    transaction: Transaction, guild: models.InstalledGuild, at: datetime | None
) -> bool:
    """Store a guild that the bot was added to at an instant, None for now.

    Returns:
        Whether that was news: what is stored may be newer.
    """
    written = await transaction.execute(
        _SQL["upsert_installed_guild"],
        guild_id=guild.id,
        name=guild.name,
        icon=guild.icon,
        owner_user_id=guild.owner_id,
        at=at,
    )
    return written == 1


async def lock_guild(
    transaction: Transaction, guild_id: models.GuildId
) -> models.StoredGuild | None:
    """Keep others from writing this guild until the transaction ends; None if another does."""
    return await transaction.one(models.StoredGuild, _SQL["lock_guild"], guild_id=guild_id)


async def update_guild(
    transaction: Transaction, guild: models.StoredGuild, *, member_was_read: bool
) -> None:
    """Store a guild that the bot is in; what is not known this time stays as it was."""
    await transaction.execute(
        _SQL["update_guild"],
        guild_id=guild.guild_id,
        name=guild.name,
        icon=guild.icon,
        owner_user_id=guild.owner_user_id,
        permissions=guild.permissions,
        bot_role_ids=guild.bot_role_ids,
        timed_out_until=guild.timed_out_until,
        member_was_read=member_was_read,
        overwrites_hash=guild.overwrites_hash,
        nsfw_level=guild.nsfw_level,
    )


async def mark_left(transaction: Transaction, turn: SyncTurn) -> bool:
    """Note that the bot is gone from a guild; False if it was written since `turn` was read."""
    written = await transaction.execute(
        _SQL["mark_left"],
        guild_id=turn.guild_id,
        synced_at=turn.synced_at,
        last_seen_at=turn.last_seen_at,
    )
    return written == 1


async def select_expired_guilds(
    transaction: Transaction, retention_days: int, batch_size: int, after: models.GuildId
) -> list[models.GuildId]:
    """Guilds left longer ago than they are kept: the next batch after this id, in their order."""
    found = await transaction.all(
        _Id,
        _SQL["select_expired_guilds"],
        retention_days=retention_days,
        batch_size=batch_size,
        after=after,
    )
    return [row.guild_id for row in found]


async def count_expired_guilds(transaction: Transaction, retention_days: int) -> int:
    """How many guilds were left longer ago than they are kept."""
    return int(await transaction.value(_SQL["count_expired_guilds"], retention_days=retention_days))


async def delete_left_guild(transaction: Transaction, guild_id: models.GuildId) -> bool:
    """Delete a guild that is left and has no channels; whether it was one."""
    return await transaction.execute(_SQL["delete_left_guild"], guild_id=guild_id) == 1
