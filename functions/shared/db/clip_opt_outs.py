"""Who does not want what they post to be saved, guild by guild."""

from typing import Final

from functions.shared import models
from functions.shared.db import clips, queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("clip_opt_outs")


async def insert_opt_out(
    transaction: Transaction, guild_id: models.GuildId, user_id: models.UserId
) -> None:
    """Save nothing more of what a user posts; the clips there are stay."""
    await clips.lock_against_saving(transaction, guild_id)
    await transaction.execute(_SQL["insert_opt_out"], guild_id=guild_id, user_id=user_id)


async def delete_opt_out(
    transaction: Transaction, guild_id: models.GuildId, user_id: models.UserId
) -> None:
    """Save what a user posts from now on."""
    await transaction.execute(_SQL["delete_opt_out"], guild_id=guild_id, user_id=user_id)


async def is_opted_out(
    transaction: Transaction, guild_id: models.GuildId, user_id: models.UserId
) -> bool:
    """Whether a user wants nothing of theirs to be saved."""
    return bool(await transaction.value(_SQL["is_opted_out"], guild_id=guild_id, user_id=user_id))
