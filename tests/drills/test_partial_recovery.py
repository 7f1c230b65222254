"""One guild is damaged, the others are served: found, restored from a backup, found sound."""

from collections.abc import Iterator

import pytest

from functions.operations import verification
from tests import factories
from tests.drills.conftest import Timed, Verb
from tests.factories import ELSEWHERE, HERE, Rows
from tests.integration.recovery import stage


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    with factories.open_rows(database_url) as rows:
        rows.two_guilds()
        for guild_id in (HERE, ELSEWHERE):
            stage.clip(rows, 1, guild_id)
        rows.sql("UPDATE bot_channel_scan_runs SET status = 'succeeded'")
        yield rows


async def _warnings(url: str) -> set[str]:
    database = factories.make_database(url)
    found = await verification.verify(database, 30)
    await database.close()
    return {each.check for each in found if each.level != "ok"} - {"amcheck", "page checksums"}


async def test_a_corrupted_settings_row_is_found_and_mended(
    rows: Rows, database_url: str, timed: Timed, clipsaver: Verb
) -> None:
    clipsaver(database_url, "backup", "--to", "backups", "--without-secret")
    before = rows.of_guild(HERE)
    rows.sql("UPDATE guild_settings SET settings = '\"\\u00e9\"' WHERE guild_id = %s", HERE)
    assert await _warnings(database_url) == {"settings not objects"}
    elsewhere = rows.of_guild(ELSEWHERE)
    with timed("Partial recovery: a corrupted settings row", minutes=15):
        clipsaver(database_url, "restore", "backups", "--guild", str(HERE), "--only", "settings")
        assert await _warnings(database_url) == set()
    assert rows.of_guild(HERE) == before
    assert rows.of_guild(ELSEWHERE) == elsewhere


def test_a_guild_with_its_channels_comes_back(
    rows: Rows, database_url: str, timed: Timed, clipsaver: Verb
) -> None:
    clipsaver(database_url, "backup", "--to", "backups", "--without-secret")
    before = rows.of_guild(HERE)
    elsewhere = rows.of_guild(ELSEWHERE)
    rows.sql("DELETE FROM bot_guilds WHERE guild_id = %s", HERE)
    with timed("Partial recovery: a guild with its channels", minutes=15):
        clipsaver(database_url, "restore", "backups", "--guild", str(HERE))
    assert rows.of_guild(HERE) == before
    assert rows.of_guild(ELSEWHERE) == elsewhere
