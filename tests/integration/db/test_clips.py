"""What is taken into the catalogue of clips, and what never is."""

import asyncio
from dataclasses import replace

import pytest

from functions.shared import models
from functions.shared.db import clip_opt_outs, clips, own_clips
from functions.shared.db.connection import Database
from tests.factories import ELSEWHERE, HERE, Rows, make_database

CHANNEL = models.ChannelId(10)
AUTHOR = models.UserId(5)
MESSAGE = models.Message(
    id=models.MessageId(1 << 40),
    channel_id=CHANNEL,
    author_id=AUTHOR,
    author_name="Ada",
    content="What a save",
    attachments=(
        models.Attachment(id=1, filename="first.mp4", size=1, is_spoiler=True),
        models.Attachment(id=2, filename="second.mp4", size=1),
    ),
    is_forward=False,
)
POSTED = (MESSAGE, MESSAGE.attachments)


@pytest.fixture(autouse=True)
def two_guilds(rows: Rows) -> None:
    for guild_id in (HERE, ELSEWHERE):
        rows.guild(guild_id)
    rows.channel(HERE, CHANNEL)
    rows.channel(ELSEWHERE, 20)


async def insert(database: Database, *, keep_text: bool = True) -> frozenset[int]:
    async with database.transaction() as transaction:
        new = await clips.insert_clips(transaction, HERE, [POSTED], keep_text=keep_text)
    assert all(message_id == MESSAGE.id for message_id, _ in new)
    return frozenset(attachment_id for _, attachment_id in new)


@pytest.mark.parametrize(("keep_text", "stored"), [(True, "What a save"), (False, None)])
async def test_the_text_of_a_message_is_kept_where_that_is_wanted(
    database: Database, rows: Rows, *, keep_text: bool, stored: str | None
) -> None:
    assert await insert(database, keep_text=keep_text) == {1, 2}
    found = rows.sql("SELECT message_text, is_spoiler, document FROM clips ORDER BY attachment_id")
    assert [row["message_text"] for row in found] == [stored, stored]
    assert [row["is_spoiler"] for row in found] == [True, False]
    assert ("save" in found[0]["document"]) is keep_text
    assert await insert(database) == frozenset()


async def test_what_was_deleted_does_not_come_back(database: Database, rows: Rows) -> None:
    buried = {"channel_id": CHANNEL, "message_id": MESSAGE.id, "reason": "message_deleted"}
    rows.insert("clip_tombstones", guild_id=HERE, attachment_id=1, **buried)
    rows.insert("clip_tombstones", guild_id=ELSEWHERE, attachment_id=2, **buried)
    assert await insert(database) == {2}


async def test_nothing_is_kept_of_who_opted_out_here(database: Database, rows: Rows) -> None:
    rows.insert("clip_opt_outs", guild_id=ELSEWHERE, user_id=AUTHOR)
    assert await insert(database) == {1, 2}
    rows.sql("DELETE FROM clips")
    rows.insert("clip_opt_outs", guild_id=HERE, user_id=AUTHOR)
    assert await insert(database) == frozenset()


async def test_a_clip_that_is_being_deleted_is_not_saved_at_the_same_moment(
    database: Database, database_url: str, rows: Rows
) -> None:
    await insert(database)
    author = own_clips.Author(HERE, AUTHOR)
    other = make_database(database_url)
    async with other.transaction() as transaction:
        assert await own_clips.bury(transaction, author) == 2
        saving = asyncio.create_task(insert(database))
        await asyncio.sleep(0.2)
        assert not saving.done()
    assert await saving == frozenset()
    assert rows.count("clips") == 0
    await other.close()


async def test_who_opts_out_waits_for_what_is_being_saved(
    database: Database, database_url: str, rows: Rows
) -> None:
    other = make_database(database_url)

    async def leave() -> None:
        async with other.transaction() as transaction:
            await clip_opt_outs.insert_opt_out(transaction, HERE, AUTHOR)
            await own_clips.bury(transaction, own_clips.Author(HERE, AUTHOR))

    async with database.transaction() as transaction:
        await clips.insert_clips(transaction, HERE, [POSTED], keep_text=True)
        leaving = asyncio.create_task(leave())
        await asyncio.sleep(0.2)
        assert not leaving.done()
    await leaving
    assert rows.count("clips") == 0
    await other.close()


async def test_many_messages_of_a_transaction_take_the_lock_once(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "discord_clip_saver.db")
    async with database.transaction() as transaction:
        for number in range(3):
            message = replace(MESSAGE, id=models.MessageId(MESSAGE.id + number))
            await clips.insert_clips(
                transaction, HERE, [(message, message.attachments)], keep_text=True
            )
    assert caplog.text.count("Database operation: lock_for_saving") == 1
    assert caplog.text.count("Database operation: insert_clips") == 3
    caplog.clear()
    await insert(database)
    assert "Database operation: lock_for_saving" in caplog.text


async def test_the_clips_of_many_messages_are_saved_at_once(
    database: Database, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "discord_clip_saver.db")
    rows.channel(HERE, 11)
    other_author = models.UserId(6)
    rows.insert("clip_opt_outs", guild_id=HERE, user_id=other_author)
    rows.insert(
        "clip_tombstones",
        guild_id=HERE, channel_id=11, message_id=7, attachment_id=1, reason="message_deleted",
    )  # fmt: skip
    of_another = replace(MESSAGE, id=models.MessageId(8), author_id=other_author)
    there = replace(MESSAGE, id=models.MessageId(7), channel_id=models.ChannelId(11))
    elsewhere = replace(MESSAGE, id=models.MessageId(9), channel_id=models.ChannelId(20))
    nowhere = replace(MESSAGE, id=models.MessageId(9), channel_id=models.ChannelId(99))
    posted = [
        (message, message.attachments)
        for message in (MESSAGE, of_another, there, elsewhere, nowhere, MESSAGE)
    ]
    async with database.transaction() as transaction:
        new = await clips.insert_clips(transaction, HERE, posted, keep_text=True)
    assert new == {(MESSAGE.id, 1), (MESSAGE.id, 2), (7, 2)}
    assert caplog.text.count("Database operation: insert_clips") == 1
    found = rows.sql("SELECT channel_id, message_id, attachment_id FROM clips")
    assert {tuple(row.values()) for row in found} == {
        (CHANNEL, MESSAGE.id, 1),
        (CHANNEL, MESSAGE.id, 2),
        (11, 7, 2),
    }
