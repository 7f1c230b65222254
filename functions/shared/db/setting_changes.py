"""The record of settings changes: who, when, from what to what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from functions.shared import models
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("setting_changes")


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One change; a value of None means that the key was not set.

    Attributes:
        channel_id: None for a setting of the whole guild.
        changed_by: None for the operator.
    """

    id: int
    channel_id: models.ChannelId | None
    channel_name: str | None
    key: str
    old_value: Any
    new_value: Any
    changed_by: models.UserId | None
    changed_at: datetime
    undone_at: datetime | None


async def insert_change(
    transaction: Transaction,
    guild_id: models.GuildId,
    channel_id: models.ChannelId | None,
    key: str,
    values: tuple[object | None, object | None],
    changed_by: models.UserId | None,
) -> None:
    """Record a change from the first of the values to the second."""
    old, new = (None if value is None else Jsonb(value) for value in values)
    await transaction.execute(
        _SQL["insert_change"],
        guild_id=guild_id,
        channel_id=channel_id,
        key=key,
        old_value=old,
        new_value=new,
        changed_by=changed_by,
    )


async def select_last_change(
    transaction: Transaction, guild_id: models.GuildId, channel_id: models.ChannelId | None
) -> SettingChange | None:
    """The newest change of the guild (or of one channel) that was not undone."""
    return await transaction.one(
        SettingChange, _SQL["select_last_change"], guild_id=guild_id, channel_id=channel_id
    )


async def mark_undone(
    transaction: Transaction,
    guild_id: models.GuildId,
    change_id: int,
    undone_by: models.UserId | None,
) -> None:
    """Note that a change was undone, and by whom; None for the operator."""
    await transaction.execute(
        _SQL["mark_undone"], guild_id=guild_id, change_id=change_id, undone_by=undone_by
    )


async def select_changes(
    transaction: Transaction, guild_id: models.GuildId, batch_size: int
) -> list[SettingChange]:
    """The newest changes of a guild and its channels."""
    return await transaction.all(
        SettingChange, _SQL["select_changes"], guild_id=guild_id, batch_size=batch_size
    )
