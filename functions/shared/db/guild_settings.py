"""A guild's own settings: the JSONB of `guild_settings`, which operators edit too."""

from typing import Any, Final

from psycopg.types.json import Jsonb

from functions.shared import models
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("guild_settings")


async def insert_defaults(
    transaction: Transaction, guild_id: models.GuildId, settings: dict[str, Any]
) -> bool:
    """Give a guild these settings if it has none; whether it had none."""
    inserted = await transaction.execute(
        _SQL["insert_defaults"], guild_id=guild_id, settings=Jsonb(settings)
    )
    return inserted == 1


async def select_settings(transaction: Transaction, guild_id: models.GuildId) -> object | None:
    """What is stored, unchecked and with unknown keys; None if the guild has no row."""
    found: object | None = await transaction.value(_SQL["select_settings"], guild_id=guild_id)
    return found


async def lock_settings(
    transaction: Transaction, guild_id: models.GuildId
) -> dict[str, Any] | None:
    """What is stored by key, and nobody else changes it until the end; None without a row."""
    found: dict[str, Any] | None = await transaction.value(_SQL["lock_settings"], guild_id=guild_id)
    return found


async def set_value(
    transaction: Transaction, guild_id: models.GuildId, key: str, value: object | None
) -> None:
    """Set one key of a guild's settings, or with None remove it."""
    if value is None:
        await transaction.execute(_SQL["remove_value"], guild_id=guild_id, key=key)
    else:
        await transaction.execute(_SQL["set_value"], guild_id=guild_id, key=key, value=Jsonb(value))
