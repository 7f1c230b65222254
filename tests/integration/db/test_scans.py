"""The ledger of scans: what is asked for, proven and spent, and for one guild alone."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from functions.shared import errors, models
from functions.shared.db import guild_scans, scan_coverage, scan_requests, scan_runs, scan_work
from functions.shared.db.connection import Database
from tests.factories import ELSEWHERE, HERE, Rows

CHANNEL = models.ChannelId(HERE + 500)
READABLE = 66560
INTERVALS = some.lists(
    some.tuples(some.integers(0, 60), some.integers(0, 60)).map(
        lambda ends: (min(ends), max(ends))
    ),
    max_size=6,
)


@pytest.fixture
def channel(rows: Rows) -> models.ChannelId:
    """A channel that is read, in a guild beside another."""
    rows.two_guilds()
    rows.insert(
        "bot_channels",
        channel_id=CHANNEL, guild_id=HERE, name="clips", is_reading=True, permissions=READABLE,
        last_message_id=CHANNEL + 1_000,
    )  # fmt: skip
    return CHANNEL


async def test_a_scan_is_asked_for_once_until_it_is_over(
    database: Database, rows: Rows, channel: models.ChannelId
) -> None:
    async with database.transaction() as transaction:
        first = await guild_scans.request(transaction, HERE, models.UserId(5), with_nsfw=True)
        second = await guild_scans.request(transaction, HERE, models.UserId(6), with_nsfw=True)
    assert (first.status, first.is_open) == ("queued", True)
    assert rows.sql("SELECT requested_by FROM guild_scans") == [{"requested_by": 5}]
    assert second.id == first.id
    # Three pages at least, and one of each channel that is read.
    assert first.predicted_requests is not None
    assert first.predicted_requests >= 3 + 1
    rows.sql("UPDATE guild_scans SET status = 'succeeded'")
    async with database.transaction() as transaction:
        third = await guild_scans.request(transaction, HERE, None, with_nsfw=True)
    assert third.id != first.id


async def test_no_scan_of_an_unknown_guild_can_be_asked_for(database: Database) -> None:
    with pytest.raises(errors.UnknownGuild):
        async with database.transaction() as transaction:
            await guild_scans.request(transaction, models.GuildId(99), None, with_nsfw=True)


async def test_a_scan_is_canceled_with_its_channels_and_in_its_guild_alone(
    database: Database, rows: Rows, channel: models.ChannelId
) -> None:
    async with database.transaction() as transaction:
        await guild_scans.request(transaction, HERE, None, with_nsfw=True)
        await guild_scans.request(transaction, ELSEWHERE, None, with_nsfw=True)
        await scan_runs.begin(
            transaction, HERE, channel, "history", after_message_id=0, before_message_id=9
        )
        assert await guild_scans.cancel(transaction, HERE)
        assert not await guild_scans.cancel(transaction, HERE)
    statuses = rows.sql("SELECT guild_id, status::text FROM guild_scans")
    assert {row["guild_id"]: row["status"] for row in statuses} == {
        HERE: "canceled",
        ELSEWHERE: "queued",
    }
    found = rows.sql(
        "SELECT status::text FROM bot_channel_scan_runs WHERE channel_id = %s", channel
    )
    assert [row["status"] for row in found] == ["canceled"]


async def test_a_page_of_the_search_counts_once(
    database: Database, rows: Rows, channel: models.ChannelId
) -> None:
    start = guild_scans.SearchPosition("video", 9, 0, None)
    then = guild_scans.SearchPosition("video", 9, 25, 3)
    async with database.transaction() as transaction:
        scan = await guild_scans.request(transaction, HERE, None, with_nsfw=True)
        await guild_scans.start(
            transaction, HERE, scan,
            predicted_requests=4, total_results=30, total_messages=50, before_message_id=9,
        )  # fmt: skip
        assert await guild_scans.advance(transaction, HERE, scan.id, start, then, 25)
        assert not await guild_scans.advance(transaction, HERE, scan.id, start, then, 25)
    (row,) = rows.sql("SELECT results_seen, result_offset FROM guild_scans")
    assert row == {"results_seen": 25, "result_offset": 25}


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(added=INTERVALS)
async def test_intervals_that_touch_become_one(
    database: Database, rows: Rows, channel: models.ChannelId, added: list[tuple[int, int]]
) -> None:
    rows.sql("DELETE FROM scan_coverage")
    async with database.transaction() as transaction:
        for first, last in added:
            await scan_coverage.add_interval(transaction, HERE, channel, first, last)
    found = rows.sql(
        "SELECT first_message_id AS first, last_message_id AS last FROM scan_coverage ORDER BY 1"
    )
    reached = [each for row in found for each in range(row["first"], row["last"] + 1)]
    assert reached == sorted({each for first, last in added for each in range(first, last + 1)})
    assert all(one["last"] + 1 < two["first"] for one, two in pairwise(found))


@pytest.mark.parametrize(
    ("covered", "share"),
    [([], 0.0), ([(0, 1_000)], 1.0), ([(500, 1_000)], 0.5), ([(0, 250), (750, 1_000)], 0.5)],
)
async def test_the_share_of_history_that_is_proven_is_told(
    database: Database,
    channel: models.ChannelId,
    covered: list[tuple[int, int]],
    share: float,
) -> None:
    async with database.transaction() as transaction:
        for first, last in covered:
            start = channel + first if first else 0
            await scan_coverage.add_interval(transaction, HERE, channel, start, channel + last)
        progress = await guild_scans.progress(transaction, HERE, with_nsfw=True)
    (told,) = [each for each in progress.channels if each.channel_id == channel]
    assert told.share == pytest.approx(share, abs=0.01)
    reaches_newest = bool(covered) and covered[-1][1] == 1_000
    assert (told.proven_since is not None) == reaches_newest


async def test_the_progress_of_another_guild_is_not_told(
    database: Database, channel: models.ChannelId
) -> None:
    async with database.transaction() as transaction:
        await scan_requests.add_requests(transaction, HERE, 7)
        told = await guild_scans.progress(transaction, ELSEWHERE, with_nsfw=True)
    assert told.scan is None
    assert told.requests_today == 0
    assert channel not in {each.channel_id for each in told.channels}


async def test_a_days_requests_are_counted_and_given_back(
    database: Database, rows: Rows, channel: models.ChannelId
) -> None:
    rows.sql("INSERT INTO scan_requests VALUES (%s, current_date - 40, 5)", HERE)
    rows.sql("INSERT INTO scan_requests VALUES (%s, current_date - 2, 5)", HERE)
    async with database.transaction() as transaction:
        await scan_requests.add_requests(transaction, HERE, 100)
        await scan_requests.add_requests(transaction, HERE, -60)
        assert await scan_requests.count_today(transaction, HERE) == 40
    assert len(rows.sql("SELECT day FROM scan_requests")) == 2


async def test_one_reading_runs_for_a_channel_at_a_time(
    database: Database, rows: Rows, channel: models.ChannelId
) -> None:
    async def begin() -> Any:
        async with database.transaction() as transaction:
            return await scan_runs.begin(
                transaction, HERE, channel, "history", after_message_id=0, before_message_id=9
            )

    first = await begin()
    with pytest.raises(errors.DatabaseError):
        await begin()
    async with database.transaction() as transaction:
        assert await scan_runs.requeue_running(transaction, ELSEWHERE) == 0
        assert await scan_runs.requeue_running(transaction, HERE) >= 1
    assert await begin() == first


async def test_a_list_of_threads_is_as_old_as_its_beginning(
    database: Database, rows: Rows, channel: models.ChannelId
) -> None:
    async def unlisted() -> dict[int, scan_work.UnlistedChannel]:
        async with database.transaction() as transaction:
            found = await scan_work.select_unlisted(
                transaction, HERE, with_nsfw=False, batch_size=99
            )
        return {each.channel_id: each for each in found}

    begun_at = (await unlisted())[channel].begun_at
    async with database.transaction() as transaction:
        await scan_work.set_listing(transaction, HERE, channel, "cursor", begun_at)
    interrupted = (await unlisted())[channel]
    assert (interrupted.cursor, interrupted.begun_at) == ("cursor", begun_at)
    async with database.transaction() as transaction:
        await scan_work.set_listed(transaction, HERE, channel, begun_at)
    assert channel not in await unlisted()
    # What happened while it was read is on none of its pages.
    rows.sql(
        "UPDATE bot_channels SET archived_threads_read_at = %s - interval '2 days',"
        " last_activity_at = %s - interval '2 days' + interval '1 ms'",
        begun_at, begun_at,
    )  # fmt: skip
    again = (await unlisted())[channel]
    assert (again.cursor, again.read_at) == (None, begun_at - timedelta(days=2))
    assert again.begun_at > begun_at


async def test_only_channels_that_are_open_and_on_have_work(
    database: Database, rows: Rows, channel: models.ChannelId
) -> None:
    async def unread() -> set[int]:
        async with database.transaction() as transaction:
            found = await scan_work.select_unproven(
                transaction, HERE, with_nsfw=False, batch_size=99
            )
        return {each.channel_id for each in found}

    assert channel in await unread()
    for change in (
        "is_reading = false",
        "permissions = 1024",
        "permissions = NULL",
        "state = 'hidden'",
        "is_nsfw = true",
        "type = 'forum'",
        "type = 'voice'",
        "last_message_id = NULL",
    ):
        rows.sql(f"UPDATE bot_channels SET {change} WHERE channel_id = %s", channel)
        assert channel not in await unread(), change
        rows.sql(
            "UPDATE bot_channels SET is_reading = true, permissions = 66560, state = 'visible',"
            " is_nsfw = false, type = 'text', last_message_id = 9 WHERE channel_id = %s",
            channel,
        )
