"""Running the migrations: again, two at once, against a busy server, with what people added."""

import asyncio
import importlib.util
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from clipsaver.local.postgres import Postgres
from functions.deploy import migrations
from functions.shared import errors, release
from functions.shared.db import schema
from tests import factories
from tests.factories import Rows
from tests.integration.migrations.scripts import Scripts

ROOT = Path(__file__).parents[3]
VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))
MIGRATE = "import sys; from functions.deploy import migrations; migrations.upgrade(sys.argv[1])"
CATALOGUE = """
    SELECT 'relation', oid::text, relname::text, relfilenode::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'revision', revision, oldest_release, applied_at::text FROM schema_revisions
    ORDER BY 1, 2, 3
"""


def script(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def fresh(empty_database_url: str) -> Iterator[Rows]:
    """The empty database, seen by its owner."""
    with factories.open_rows(empty_database_url) as found:
        yield found


def test_migrating_again_changes_nothing(empty_database_url: str, fresh: Rows) -> None:
    told = migrations.upgrade(empty_database_url)
    revisions = [path.stem[:4] for path in VERSIONS]
    assert told == f"Applied migrations {', '.join(revisions)}: the schema is {revisions[-1]}."
    before = fresh.sql(CATALOGUE)
    told = migrations.upgrade(empty_database_url)
    assert told == f"The schema is {revisions[-1]}; there was nothing to migrate."
    assert fresh.sql(CATALOGUE) == before
    assert len(before) > 20


def test_the_newest_revision_is_the_one_that_the_release_needs(rows: Rows) -> None:
    found = rows.sql("SELECT revision, oldest_release FROM schema_revisions")
    schema.check({row["revision"]: row["oldest_release"] for row in found})
    assert max(row["revision"] for row in found) == release.SCHEMA == script(VERSIONS[-1]).revision


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_every_migration_says_which_release_can_live_with_it(path: Path) -> None:
    module = script(path)
    assert path.stem.startswith(f"{module.revision}_")
    assert re.fullmatch(r"\d+\.\d+\.\d+", module.oldest_release)


def test_an_ordinary_owner_may_migrate(empty_database_url: str, fresh: Rows) -> None:
    (owner,) = fresh.sql(
        "SELECT usesuper OR usecreatedb AS mighty FROM pg_user WHERE usename = current_user"
    )
    assert owner["mighty"] is False
    migrations.upgrade(empty_database_url)
    owners = fresh.sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert [row["tableowner"] for row in owners] == ["clipsaver"]


async def test_two_at_once_do_not_collide(empty_database_url: str) -> None:
    async def migrate() -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            MIGRATE,
            empty_database_url,
            cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )
        _, told = await process.communicate()
        return process.returncode, told.decode()

    for outcome in await asyncio.gather(migrate(), migrate()):
        assert outcome == (0, "")


def test_a_migration_that_would_wait_fails_and_leaves_nothing(
    rows: Rows, migrated_url: str, scripts: Scripts
) -> None:
    scripts.add("ALTER TABLE users ADD half text; ALTER TABLE bot_guilds ADD late text")
    before = rows.sql(CATALOGUE)
    with factories.open_rows(migrated_url) as other, other.connection.transaction():
        other.sql("SELECT 1 FROM bot_guilds")
        started = time.monotonic()
        with pytest.raises(
            errors.DatabaseTimeout, match=r"Migration 9999 waited 4 s for a lock .* tries it again"
        ):
            migrations.upgrade(migrated_url)
        assert time.monotonic() - started < 5
    assert rows.sql(CATALOGUE) == before


def test_what_operators_added_survives(rows: Rows, migrated_url: str, scripts: Scripts) -> None:
    rows.guild(1)
    rows.sql("""UPDATE guild_settings SET settings = '{"own_key": 1}'""")
    rows.sql("CREATE INDEX idx_own ON bot_channels (name)")
    scripts.add("CREATE TABLE another (id bigint PRIMARY KEY)")
    try:
        migrations.upgrade(migrated_url)
        assert rows.count("another") == 0
        assert rows.sql("SELECT settings FROM guild_settings") == [{"settings": {"own_key": 1}}]
        assert rows.sql("SELECT 1 FROM pg_indexes WHERE indexname = 'idx_own'")
    finally:
        rows.sql("DROP TABLE IF EXISTS another; DROP INDEX idx_own")


@pytest.mark.session
def test_the_url_is_read_as_the_functions_read_it(postgres: Postgres, superuser_url: str) -> None:
    database = superuser_url.rpartition("/")[2]
    with factories.open_rows(superuser_url) as superuser:
        superuser.sql("""CREATE ROLE "o'dd +@ö" LOGIN SUPERUSER PASSWORD 'a%b+c@d e/ö'""")
        try:
            migrations.upgrade(
                f"postgres://o'dd%20+%40%C3%B6:a%25b+c%40d%20e%2F%C3%B6"
                f"@/{database}?host=127.0.0.1&port={postgres.port}"
            )
        finally:
            superuser.sql("""DROP ROLE "o'dd +@ö" """)
