"""Discord users that something here refers to: owners and installers."""

from datetime import datetime
from typing import Final

from functions.shared import models
from functions.shared.db import queries
from functions.shared.db.connection import Transaction

_SQL: Final = queries.load("users")


async def insert_user_id(transaction: Transaction, user_id: models.UserId) -> None:
    """Make sure that a user has a row to refer to."""
    await transaction.execute(_SQL["insert_user_id"], user_id=user_id)


async def upsert_user(transaction: Transaction, user: models.User, at: datetime | None) -> None:
    """Store a user as they were at an instant, None for now; newer knowledge of them stays."""
    await transaction.execute(
        _SQL["upsert_user"],
        user_id=user.id,
        username=user.username,
        global_name=user.global_name,
        avatar=user.avatar,
        at=at,
    )
