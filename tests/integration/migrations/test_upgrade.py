"""Running the migrations: again, two at once, against a busy server, with what people added."""

import asyncio
import importlib.util
import re
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import exc

from clipsaver.local import migrations
from clipsaver.local.postgres import Postgres
from functions.shared import release
from functions.shared.db import schema
from tests import factories
from tests.factories import Rows

ROOT = Path(__file__).parents[3]
MIGRATIONS = ROOT / "migrations"
VERSIONS = sorted((MIGRATIONS / "versions").glob("*.py"))
LOCK_TIMEOUT = "4s"
MIGRATE = "import sys; from clipsaver.local import migrations; migrations.upgrade(sys.argv[1])"
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


class Migrations:
    """A copy of the migrations that waits for no lock, to which a test may add one."""

    def __init__(self, folder: Path) -> None:
        (folder / "versions").mkdir()
        assert f'"{LOCK_TIMEOUT}"' in (MIGRATIONS / "env.py").read_text()
        for source in (MIGRATIONS / "env.py", MIGRATIONS / "alembic.ini", *VERSIONS):
            text = source.read_text().replace(f'"{LOCK_TIMEOUT}"', '"200ms"')
            (folder / source.relative_to(MIGRATIONS)).write_text(text)
        self.configuration = folder / "alembic.ini"
        self._added = folder / "versions" / "9999_added.py"

    def add(self, statements: str) -> None:
        self._added.write_text(
            "from alembic import op\n"
            f"revision, down_revision = '9999', {release.SCHEMA!r}\n"
            "branch_labels = depends_on = None\n"
            "oldest_release = '0.1.0'\n"
            f"def upgrade():\n    op.get_bind().exec_driver_sql({statements!r})\n"
        )


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: Rows) -> Iterator[Migrations]:
    copied = Migrations(tmp_path)
    monkeypatch.setattr(migrations, "_CONFIGURATION", copied.configuration)
    yield copied
    rows.sql("UPDATE alembic_version SET version_num = %s", release.SCHEMA)


@pytest.fixture
def fresh(empty_database_url: str) -> Iterator[Rows]:
    """The empty database, seen by its owner."""
    with factories.open_rows(empty_database_url) as found:
        yield found


def test_migrating_again_changes_nothing(empty_database_url: str, fresh: Rows) -> None:
    migrations.upgrade(empty_database_url)
    before = fresh.sql(CATALOGUE)
    migrations.upgrade(empty_database_url)
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


def test_the_second_waits_for_the_first(
    rows: Rows, migrated_url: str, impatient: Migrations
) -> None:
    """Longer than a migration may wait for a table."""
    impatient.add("SELECT 1")
    with factories.open_rows(migrated_url) as first:
        first.sql("BEGIN")
        first.sql("SELECT pg_advisory_xact_lock(4839203113)")
        end = threading.Timer(0.5, first.sql, ["COMMIT"])
        end.start()
        started = time.monotonic()
        migrations.upgrade(migrated_url)
        assert time.monotonic() - started >= 0.5
        end.join()
    assert rows.sql("SELECT 1 FROM schema_revisions WHERE revision = '9999'")


def test_a_migration_that_would_wait_fails_and_leaves_nothing(
    rows: Rows, migrated_url: str, impatient: Migrations
) -> None:
    impatient.add("ALTER TABLE users ADD half text; ALTER TABLE bot_guilds ADD late text")
    before = rows.sql(CATALOGUE)
    with factories.open_rows(migrated_url) as other, other.connection.transaction():
        other.sql("SELECT 1 FROM bot_guilds")
        started = time.monotonic()
        with pytest.raises(exc.OperationalError, match="lock timeout"):
            migrations.upgrade(migrated_url)
        assert time.monotonic() - started < 5
    assert rows.sql(CATALOGUE) == before


def test_what_operators_added_survives(
    rows: Rows, migrated_url: str, impatient: Migrations
) -> None:
    rows.guild(1)
    rows.sql("""UPDATE guild_settings SET settings = '{"own_key": 1}'""")
    rows.sql("CREATE INDEX idx_own ON bot_channels (name)")
    impatient.add("CREATE TABLE another (id bigint PRIMARY KEY)")
    try:
        migrations.upgrade(migrated_url)
        assert rows.count("another") == 0
        assert rows.sql("SELECT settings FROM guild_settings") == [{"settings": {"own_key": 1}}]
        assert rows.sql("SELECT 1 FROM pg_indexes WHERE indexname = 'idx_own'")
    finally:
        rows.sql("DROP TABLE IF EXISTS another; DROP INDEX idx_own")


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
