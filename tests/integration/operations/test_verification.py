"""`verify` on a real database that somebody has tampered with."""

from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest

from functions.operations import verification
from functions.operations.finding import Finding
from functions.shared.db.connection import Database
from tests import factories
from tests.factories import ELSEWHERE, HERE, Rows


@pytest.fixture
def rows(superuser_url: str) -> Iterator[Rows]:
    """As the superuser, who can break what others cannot."""
    with factories.open_rows(superuser_url) as rows:
        rows.two_guilds()
        yield rows


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = factories.make_database(database_url)
    yield database
    await database.close()


async def found(database: Database) -> dict[str, Finding]:
    return {each.check: each for each in await verification.verify(database, 30)}


async def test_a_sound_database_has_nothing_to_mend_but_what_its_role_may_not_see(
    rows: Rows, database: Database
) -> None:
    findings = await found(database)
    not_ok = {name for name, each in findings.items() if each.level != "ok"}
    assert not_ok <= {"amcheck", "page checksums"}
    assert all(each.fix for each in findings.values() if each.level != "ok")
    assert "ON ALL FUNCTIONS IN SCHEMA public TO clipsaver;" in findings["amcheck"].fix


async def test_orphans_and_broken_checks_are_found_by_the_catalogue(
    rows: Rows, database: Database
) -> None:
    rows.sql("SET session_replication_role = replica")
    rows.sql("DELETE FROM bot_channels WHERE channel_id = %s", HERE + 1)
    rows.sql("SET session_replication_role = origin")
    rows.sql("ALTER TABLE bot_channels DROP CONSTRAINT bot_channels_state_check")
    rows.sql("UPDATE bot_channels SET state = 'lost' WHERE channel_id = %s", ELSEWHERE + 1)
    rows.sql(
        "ALTER TABLE bot_channels ADD CONSTRAINT bot_channels_state_check"
        " CHECK (state IN ('visible', 'hidden')) NOT VALID"
    )
    told = [
        each.told for each in await verification.verify(database, 30) if each.check == "constraints"
    ]
    assert told == [
        "bot_channel_scan_runs_channel_id_fkey of bot_channel_scan_runs: 2 rows",
        "bot_channels_state_check of bot_channels: 1 rows",
    ]


BREAKING: Final = {
    "settings not objects": (
        "UPDATE guild_settings SET settings = '[]' WHERE guild_id = %(guild)s"
    ),
    "channel settings not objects": (
        "UPDATE bot_channels SET settings = '7' WHERE channel_id = %(channel)s"
    ),
    "guilds without settings": ("DELETE FROM guild_settings WHERE guild_id = %(guild)s"),
    "clips elsewhere": (
        "INSERT INTO clips (guild_id, channel_id, message_id, attachment_id, filename)"
        " VALUES (%(other)s, %(channel)s, 1, 1, 'a.mp4')"
    ),
    "coverage elsewhere": ("INSERT INTO scan_coverage VALUES (%(other)s, %(channel)s, 1, 2)"),
    "coverage overlapping": (
        "INSERT INTO scan_coverage"
        " VALUES (%(guild)s, %(channel)s, 1, 5), (%(guild)s, %(channel)s, 5, 9)"
    ),
    "buried clips": (
        "WITH clip AS (INSERT INTO clips (guild_id, channel_id, message_id, attachment_id,"
        " filename) VALUES (%(guild)s, %(channel)s, 1, 1, 'a.mp4'))"
        " INSERT INTO clip_tombstones VALUES (%(guild)s, %(channel)s, 1, 1, 'message_deleted')"
    ),
    "stale channel runs": (
        "UPDATE bot_channel_scan_runs SET status = 'running', updated_at = now() - interval"
        " '2 hours' WHERE id = (SELECT id FROM bot_channel_scan_runs LIMIT 1)"
    ),
    "stale guild scans": (
        "INSERT INTO guild_scans (guild_id, status, updated_at)"
        " VALUES (%(guild)s, 'running', now() - interval '2 days')"
    ),
    "invalid indexes": (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_clips_posted'::regclass"
    ),
}


@pytest.mark.parametrize("rule", BREAKING)
async def test_each_rule_notices_what_breaks_it(rows: Rows, database: Database, rule: str) -> None:
    assert (await found(database))[rule].level == "ok"
    names = {"guild": HERE, "channel": HERE + 1, "other": ELSEWHERE}
    rows.connection.execute(BREAKING[rule].encode(), names)
    noticed = (await found(database))[rule]
    assert noticed.level == "warning"
    assert noticed.told.startswith("1 ")
    assert noticed.fix


def test_every_rule_is_tried() -> None:
    assert set(BREAKING) == {name.replace("_", " ") for name in verification.RULES}


async def test_amcheck_compares_indexes_with_tables_where_it_may(
    rows: Rows, superuser_url: str
) -> None:
    rows.sql("CREATE EXTENSION amcheck")
    database = factories.make_database(superuser_url)
    sound = (await found(database))["amcheck"]
    # Without its file's content, the index of the channels is no B-tree any more.
    rows.sql("CREATE TABLE scratch (id bigint PRIMARY KEY)")
    rows.sql("INSERT INTO scratch SELECT generate_series(1, 100)")
    rows.sql("UPDATE pg_class SET relfilenode = 0 WHERE oid = 'scratch_pkey'::regclass")
    broken = (await found(database))["amcheck"]
    await database.close()
    assert sound.level == "ok"
    assert broken.level == "failure"
    assert broken.told.startswith("scratch_pkey: ")
