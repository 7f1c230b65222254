"""Guilds and their settings, beside another guild that must not move."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.shared import models
from functions.shared.db import guild_settings, guilds, users
from functions.shared.db.connection import Database
from tests import factories
from tests.factories import ELSEWHERE, HERE, Rows, ago

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
OWNER = models.UserId(53_908_232_506_183_680)
DAYS = 30


def at_hand(**fields: Any) -> models.StoredGuild:
    plain = models.StoredGuild(
        guild_id=HERE,
        name="1337 Krew",
        icon="8342729096ea3675442027381ff50dfe",
        owner_user_id=OWNER,
        state="present",
        permissions=36_953_089,
        bot_role_ids=[models.RoleId(1), models.RoleId(2)],
        timed_out_until=None,
        member_read_at=None,
        overwrites_hash="abc",
        nsfw_level=0,
        synced_at=None,
    )
    return dataclasses.replace(plain, **fields)


async def test_a_guild_is_added_once(database: Database, rows: Rows) -> None:
    async with database.transaction() as transaction:
        assert await guilds.insert_guild(transaction, HERE, "First")
        assert not await guilds.insert_guild(transaction, HERE, "Second")
    (row,) = rows.sql("SELECT * FROM bot_guilds")
    assert (row["guild_id"], row["name"], row["state"]) == (HERE, "First", "present")


async def test_an_update_stores_what_discord_says(database: Database, rows: Rows) -> None:
    rows.two_guilds()
    elsewhere = rows.of_guild(ELSEWHERE)
    async with database.transaction() as transaction:
        await users.insert_user_id(transaction, OWNER)
        await users.insert_user_id(transaction, OWNER)
        await guilds.update_guild(transaction, at_hand(), member_was_read=True)
        stored = await guilds.select_guild(transaction, HERE)
    assert stored is not None
    assert stored.synced_at is not None
    assert stored.member_read_at is not None
    assert dataclasses.replace(stored, synced_at=None, member_read_at=None) == at_hand()
    assert rows.of_guild(ELSEWHERE) == elsewhere


async def test_what_was_not_read_this_time_stays(database: Database, rows: Rows) -> None:
    rows.insert("users", discord_user_id=OWNER)
    rows.guild(HERE, owner_user_id=OWNER, member_read_at=LONG_AGO, state_changed_at=LONG_AGO)
    async with database.transaction() as transaction:
        unread = at_hand(owner_user_id=None)
        await guilds.update_guild(transaction, unread, member_was_read=False)
    (row,) = rows.sql("SELECT * FROM bot_guilds")
    assert (row["owner_user_id"], row["member_read_at"]) == (OWNER, LONG_AGO)
    assert row["state_changed_at"] == LONG_AGO
    assert row["last_seen_at"] > row["joined_at"]


async def test_leaving_and_returning_are_dated(database: Database, rows: Rows) -> None:
    rows.two_guilds()
    rows.sql("UPDATE bot_guilds SET state_changed_at = %s", LONG_AGO)
    elsewhere = rows.of_guild(ELSEWHERE)

    async with database.transaction() as transaction:
        turn = await guilds.select_sync_turn(transaction, HERE)
        assert turn is not None
        assert await guilds.mark_left(transaction, turn)
        assert not await guilds.mark_left(transaction, turn)
    (left,) = rows.of_guild(HERE)["bot_guilds"]
    async with database.transaction() as transaction:
        returned = at_hand(owner_user_id=None)
        await guilds.update_guild(transaction, returned, member_was_read=False)
    (back,) = rows.of_guild(HERE)["bot_guilds"]

    assert (left["state"], back["state"]) == ("left", "present")
    assert LONG_AGO < left["state_changed_at"] < back["state_changed_at"]
    assert rows.of_guild(ELSEWHERE) == elsewhere


async def test_a_guild_never_seen_is_none(database: Database) -> None:
    async with database.transaction() as transaction:
        assert await guilds.select_sync_turn(transaction, HERE) is None
        assert await guilds.select_guild(transaction, HERE) is None
        assert await guilds.lock_guild(transaction, HERE) is None


async def test_one_locks_a_guild_at_a_time_and_nobody_waits(
    database: Database, database_url: str, rows: Rows
) -> None:
    rows.two_guilds()
    other = factories.make_database(database_url)
    async with database.transaction() as ours, other.transaction(within=0.5) as theirs:
        assert await guilds.lock_guild(ours, HERE) is not None
        assert await guilds.lock_guild(theirs, HERE) is None
        assert await guilds.lock_guild(theirs, ELSEWHERE) is not None
    async with other.transaction() as theirs:
        assert await guilds.lock_guild(theirs, HERE) is not None
    await other.close()


async def test_the_oldest_synced_guild_is_first(database: Database, rows: Rows) -> None:
    rows.guild(1, synced_at=ago(hours=1))
    rows.guild(2, synced_at=ago(hours=2), state="left")
    rows.guild(3)
    async with database.transaction() as transaction:
        order = await guilds.select_sync_order(transaction)
    assert [(turn.guild_id, turn.state) for turn in order] == [
        (3, "present"),
        (2, "left"),
        (1, "present"),
    ]


async def test_only_guilds_left_longer_than_they_are_kept_are_expired(
    database: Database, rows: Rows
) -> None:
    rows.guild(1, state="left", state_changed_at=ago(days=DAYS, hours=1))
    rows.guild(2, state="left", state_changed_at=ago(days=DAYS - 1))
    rows.guild(3, state_changed_at=LONG_AGO)
    rows.guild(4, state="left", state_changed_at=LONG_AGO)
    rows.guild(5, state="left", state_changed_at=LONG_AGO)
    async with database.transaction() as transaction:
        first = await guilds.select_expired_guilds(transaction, DAYS, 2, models.GuildId(0))
        then = await guilds.select_expired_guilds(transaction, DAYS, 2, first[-1])
        assert await guilds.count_expired_guilds(transaction, DAYS) == 3
    assert (first, then) == ([1, 4], [5])


async def test_only_a_left_guild_without_channels_is_deleted(
    database: Database, rows: Rows
) -> None:
    rows.guild(1, state="left")
    rows.guild(2)
    rows.guild(3, state="left")
    rows.channel(3, 30)
    async with database.transaction() as transaction:
        deleted = [
            await guilds.delete_left_guild(transaction, models.GuildId(guild_id))
            for guild_id in (1, 2, 3, 4)
        ]
    assert deleted == [True, False, False, False]
    assert rows.count("bot_guilds") == rows.count("guild_settings") == 2


async def test_defaults_are_for_guilds_without_settings(database: Database, rows: Rows) -> None:
    rows.two_guilds()
    rows.sql("DELETE FROM guild_settings WHERE guild_id = %s", HERE)
    elsewhere = rows.of_guild(ELSEWHERE)
    async with database.transaction() as transaction:
        assert await guild_settings.select_settings(transaction, HERE) is None
        assert await guild_settings.insert_defaults(transaction, HERE, {"prefix": "?"})
        assert not await guild_settings.insert_defaults(transaction, HERE, {"prefix": "!"})
        assert not await guild_settings.insert_defaults(transaction, ELSEWHERE, {"prefix": "?"})
        assert await guild_settings.select_settings(transaction, HERE) == {"prefix": "?"}
    assert rows.of_guild(ELSEWHERE) == elsewhere


@pytest.mark.parametrize("stored", ["[1, 2]", '"text"', '{"unknown": [1], "prefix": 7}'])
async def test_settings_come_as_they_are_stored(
    database: Database, rows: Rows, stored: str
) -> None:
    rows.guild(HERE)
    rows.sql("UPDATE guild_settings SET settings = %s::jsonb", stored)
    async with database.transaction() as transaction:
        found = await guild_settings.select_settings(transaction, HERE)
    assert found == rows.sql("SELECT settings FROM guild_settings")[0]["settings"]
