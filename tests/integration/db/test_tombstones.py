"""What is buried: gone at once, and kept from coming back."""

from typing import Any

import pytest

from functions.shared.db import tombstones
from functions.shared.db.connection import Database
from functions.shared.models import ChannelId, MessageId
from tests.factories import ELSEWHERE, HERE, Rows

CHANNEL, MESSAGE = ChannelId(10), MessageId(100)


@pytest.fixture(autouse=True)
def two_guilds(rows: Rows) -> None:
    for guild_id, channel_id in ((HERE, CHANNEL), (ELSEWHERE, 20)):
        rows.guild(guild_id)
        rows.channel(guild_id, channel_id)
        for message_id, attachment_id in ((100, 1), (100, 2), (101, 3)):
            rows.insert(
                "clips",
                guild_id=guild_id,
                channel_id=channel_id,
                message_id=message_id,
                attachment_id=attachment_id,
                filename="clip.mp4",
            )


def left(rows: Rows, table: str) -> list[tuple[Any, ...]]:
    return [(row["message_id"], row["attachment_id"]) for row in rows.of_guild(HERE)[table]]


async def test_one_clip_is_buried_and_the_others_of_its_message_stay(
    database: Database, rows: Rows
) -> None:
    elsewhere = rows.of_guild(ELSEWHERE)
    gone = [(CHANNEL, MESSAGE, 1), (CHANNEL, MESSAGE, 9), (ChannelId(20), MESSAGE, 1)]
    async with database.transaction() as transaction:
        for expected in (1, 0):
            buried = await tombstones.bury_clips(transaction, HERE, gone, "attachment_removed")
            assert buried == expected
    assert left(rows, "clips") == [(100, 2), (101, 3)]
    # What was not saved yet is kept from being saved, too.
    assert left(rows, "clip_tombstones") == [(100, 1), (100, 1), (100, 9)]
    assert rows.of_guild(ELSEWHERE) == elsewhere


async def test_a_deleted_message_takes_all_its_clips_along(database: Database, rows: Rows) -> None:
    elsewhere = rows.of_guild(ELSEWHERE)
    async with database.transaction() as transaction:
        for expected in (2, 0):
            assert (
                await tombstones.bury_messages(transaction, HERE, [(CHANNEL, MESSAGE)]) == expected
            )
    assert left(rows, "clips") == [(101, 3)]
    assert left(rows, "clip_tombstones") == [(100, 1), (100, 2)]
    assert {row["reason"] for row in rows.of_guild(HERE)["clip_tombstones"]} == {"message_deleted"}
    assert rows.of_guild(ELSEWHERE) == elsewhere
