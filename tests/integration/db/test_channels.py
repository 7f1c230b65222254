"""Channels of one guild, beside another's that must not move."""

from datetime import UTC, datetime

from functions.shared import models
from functions.shared.db import channels
from functions.shared.db.connection import Database
from tests import factories
from tests.factories import ELSEWHERE, HERE, Rows, stored_channel

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def test_a_channel_is_stored_as_it_was_given(database: Database, rows: Rows) -> None:
    rows.two_guilds()
    elsewhere = rows.of_guild(ELSEWHERE)
    given = models.StoredChannel(
        channel_id=models.ChannelId(7),
        name="clips 🎬",
        type="forum",
        parent_id=models.ChannelId(6),
        position=3,
        is_nsfw=True,
        is_reading=True,
        last_message_id=models.MessageId(175_928_847_299_117_063),
        state="hidden",
        permissions=2**53 - 1,
        probed_at=datetime(2026, 5, 4, 3, 2, 1, 42, tzinfo=UTC),
    )
    async with database.transaction() as transaction:
        assert await channels.upsert_channels(transaction, HERE, [given]) == 1
        assert given in await channels.select_channels(transaction, HERE)
        assert given not in await channels.select_channels(transaction, ELSEWHERE)
    (row,) = rows.sql("SELECT * FROM bot_channels WHERE channel_id = 7")
    # Discord's own example of a snowflake, and the instant that it holds.
    assert row["last_activity_at"] == datetime(2016, 4, 30, 11, 18, 25, 796_000, tzinfo=UTC)
    assert rows.of_guild(ELSEWHERE) == elsewhere


async def test_a_changed_channel_keeps_what_belongs_to_people(
    database: Database, rows: Rows
) -> None:
    rows.two_guilds()
    rows.channel(
        HERE,
        7,
        is_reading=False,
        settings={"own": 1},
        message_count=5,
        last_scanned_at=LONG_AGO,
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
        state_changed_at=LONG_AGO,
    )
    async with database.transaction() as transaction:
        changed = stored_channel(7, name="renamed", is_reading=True)
        assert await channels.upsert_channels(transaction, HERE, [changed]) == 1
    (row,) = rows.sql("SELECT * FROM bot_channels WHERE channel_id = 7")
    assert (row["name"], row["is_reading"], row["settings"]) == ("renamed", False, {"own": 1})
    assert (row["message_count"], row["last_scanned_at"]) == (5, LONG_AGO)
    assert row["created_at"] == row["state_changed_at"] == LONG_AGO
    assert row["updated_at"] > LONG_AGO


async def test_a_change_of_state_is_dated(database: Database, rows: Rows) -> None:
    rows.two_guilds()
    rows.channel(HERE, 7, state_changed_at=LONG_AGO)
    async with database.transaction() as transaction:
        await channels.upsert_channels(transaction, HERE, [stored_channel(7, state="hidden")])
    (row,) = rows.sql("SELECT * FROM bot_channels WHERE channel_id = 7")
    assert row["state_changed_at"] > LONG_AGO


async def test_a_channel_of_another_guild_is_left_alone(database: Database, rows: Rows) -> None:
    rows.two_guilds()
    elsewhere = rows.of_guild(ELSEWHERE)
    foreign, own = stored_channel(ELSEWHERE + 1, name="taken"), stored_channel(7)
    async with database.transaction() as transaction:
        assert await channels.upsert_channels(transaction, HERE, [foreign, own]) == 1
    assert rows.of_guild(ELSEWHERE) == elsewhere
    assert rows.sql("SELECT 1 FROM bot_channels WHERE channel_id = 7 AND guild_id = %s", HERE)


async def test_channels_are_counted_by_state(database: Database, rows: Rows) -> None:
    rows.two_guilds()
    rows.channel(HERE, 7, is_reading=True)
    rows.channel(HERE, 8, state="hidden", is_reading=True)
    async with database.transaction() as transaction:
        assert await channels.count_channels_by_state(transaction, HERE) == [
            channels.StateCount("hidden", channels=1, reading=1),
            channels.StateCount("visible", channels=3, reading=1),
        ]


async def test_channels_are_deleted_in_batches(database: Database, rows: Rows) -> None:
    rows.guild(HERE)
    rows.guild(ELSEWHERE)
    for offset in range(5):
        rows.channel(HERE, 10 + offset)
        rows.channel(ELSEWHERE, 20 + offset)
    elsewhere = rows.of_guild(ELSEWHERE)
    async with database.transaction() as transaction:
        deleted = [await channels.delete_channels(transaction, HERE, 2) for _ in range(4)]
    assert deleted == [2, 2, 1, 0]
    assert rows.of_guild(ELSEWHERE) == elsewhere


async def test_channels_with_scan_runs_are_not_deleted(database: Database, rows: Rows) -> None:
    rows.two_guilds()
    rows.channel(HERE, 7)
    async with database.transaction() as transaction:
        assert await channels.delete_channels(transaction, HERE, 100) == 1
    assert len(rows.of_guild(HERE)["bot_channels"]) == 2


async def test_a_channel_that_somebody_holds_is_not_waited_for(
    database: Database, database_url: str, rows: Rows
) -> None:
    rows.guild(HERE)
    rows.channel(HERE, 7)
    rows.channel(HERE, 8)
    with factories.open_rows(database_url) as other, other.connection.transaction():
        other.sql("SELECT FROM bot_channels WHERE channel_id = 7 FOR UPDATE")
        async with database.transaction(within=0.5) as transaction:
            assert await channels.delete_channels(transaction, HERE, 100) == 1


async def test_a_channels_threads_are_switched_with_it(database: Database, rows: Rows) -> None:
    rows.two_guilds()
    for channel_id, kind, parent_id in (
        (HERE + 70, "forum", HERE + 60),
        (HERE + 71, "public_thread", HERE + 70),
        (HERE + 72, "text", HERE + 70),
    ):
        rows.insert(
            "bot_channels",
            channel_id=channel_id, guild_id=HERE, name="x", type=kind, parent_id=parent_id,
        )  # fmt: skip
    async with database.transaction() as transaction:
        await channels.set_is_reading(
            transaction, models.GuildId(HERE), models.ChannelId(HERE + 70), is_reading=True
        )
    found = rows.sql("SELECT channel_id - %s AS number FROM bot_channels WHERE is_reading", HERE)
    assert {70, 71} <= {row["number"] for row in found}
    assert 72 not in {row["number"] for row in found}
