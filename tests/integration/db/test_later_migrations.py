"""The migrations after the first, on a database that people already use."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from clipsaver.local.postgres import Postgres
from functions.deploy import migrations
from functions.shared import release
from functions.shared.db import channels, guild_settings, guilds
from tests import factories
from tests.factories import ELSEWHERE, HERE, Rows

FIRST = "0001"
_OF_THE_FIRST = (
    "bot_guilds", "guild_settings", "bot_channels", "bot_channel_scan_runs", "install_intents",
    "users", "leases", "job_runs",
)  # fmt: skip


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    """A database of the first release, with an index and a key that an operator added."""
    name = "of_the_first_release"
    postgres.create_database(name)
    migrations.upgrade(postgres.url(name), FIRST)
    with factories.open_rows(postgres.url(name)) as rows:
        fill(rows)
    yield postgres.url(name)
    postgres.drop_database(name)


def fill(rows: Rows) -> None:
    rows.insert("users", discord_user_id=1)
    for guild_id in (HERE, ELSEWHERE):
        rows.guild(guild_id, owner_user_id=1, synced_at=datetime(2026, 11, 1, tzinfo=UTC))
        rows.channel(guild_id, guild_id + 1, is_reading=True, last_message_id=5)
        rows.scan_run(guild_id + 1, status="succeeded")
    rows.intent("a state", user_id=1)
    rows.insert("job_runs", job="sync")
    rows.sql("""UPDATE guild_settings SET settings = settings || '{"their_key": [1]}'""")
    rows.sql("CREATE INDEX their_index ON bot_channels (name)")


Tables = dict[str, list[dict[str, object]]]


def everything(rows: Rows) -> Tables:
    return {table: rows.sql(f"SELECT * FROM {table} ORDER BY 1") for table in _OF_THE_FIRST}


def as_before(now: Tables, before: Tables) -> Tables:
    """The rows of now, without the columns that there were none of before."""
    return {
        table: [{key: row[key] for key in old} for row, old in zip(now[table], olds, strict=True)]
        for table, olds in before.items()
    }


def test_every_row_and_the_operators_index_stay(url: str) -> None:
    with factories.open_rows(url) as rows:
        before = everything(rows)
        migrations.upgrade(url)
        assert as_before(everything(rows), before) == before
        assert rows.sql("SELECT 1 FROM pg_indexes WHERE indexname = 'their_index'")
        assert rows.count("clips") == rows.count("setting_changes") == 0
        migrations.upgrade(url)
        assert as_before(everything(rows), before) == before


async def test_code_of_the_first_release_is_still_served(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(release, "SCHEMA", FIRST)
    database = factories.make_database(url)
    async with database.transaction() as transaction:
        assert await guilds.select_sync_order(transaction)
    migrations.upgrade(url)
    await database.close()
    caplog.set_level(logging.WARNING, "discord_clip_saver")
    async with database.transaction() as transaction:
        assert await guilds.select_sync_order(transaction)
        written = await channels.upsert_channels(
            transaction, HERE, [factories.stored_channel(HERE + 1, name="renamed")]
        )
        assert written == 1
        assert await guild_settings.select_settings(transaction, HERE)
        assert await guild_settings.insert_defaults(transaction, HERE, {}) is False
    await database.close()
    (record,) = caplog.records
    assert "newer than this release's 0001" in record.getMessage()


def test_what_is_recorded_goes_with_its_guild_or_its_channel(url: str) -> None:
    migrations.upgrade(url)
    with factories.open_rows(url) as rows:
        for guild_id in (HERE, ELSEWHERE):
            rows.insert("setting_changes", guild_id=guild_id, key="prefix")
            rows.insert(
                "setting_changes", guild_id=guild_id, channel_id=guild_id + 1, key="is_reading"
            )
            rows.insert(
                "clips",
                guild_id=guild_id,
                channel_id=guild_id + 1,
                message_id=1,
                attachment_id=1,
                filename="clip.mp4",
            )
        elsewhere = rows.of_guild(ELSEWHERE)
        rows.sql("DELETE FROM bot_channels WHERE channel_id = %s", HERE + 1)
        left = rows.of_guild(HERE)
        assert [row["key"] for row in left["setting_changes"]] == ["prefix"]
        assert left["clips"] == []
        rows.sql("DELETE FROM bot_guilds WHERE guild_id = %s", HERE)
        assert not any(rows.of_guild(HERE).values())
        assert rows.of_guild(ELSEWHERE) == elsewhere


def test_rows_can_be_added_by_hand_with_little_more_than_their_keys(url: str) -> None:
    migrations.upgrade(url)
    with factories.open_rows(url) as rows:
        rows.insert("processed_interactions", interaction_id=1)
        change = rows.insert("setting_changes", guild_id=HERE, key="prefix")
        assert change["changed_at"] is not None
        assert change["undone_at"] is None
