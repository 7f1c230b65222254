"""The local stack on a copy of a backup: `make dev DUMP=...`."""

from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from clipsaver.local import dev
from clipsaver.recovery import scratch
from functions.operations.recovery import errors
from functions.operations.recovery import manifest as manifests
from tests.factories import HERE, Rows
from tests.integration.recovery import stage


@pytest.mark.parametrize("form", ["backup", "place", "file"])
def test_a_backup_its_place_and_a_bare_dump_will_do(
    rows: Rows, database_url: str, empty_url: str, tmp_path: Path, form: str
) -> None:
    rows.intent("on-the-way")
    taken = stage.take(database_url, tmp_path)
    sources = {
        "backup": taken.folder,
        "place": tmp_path,
        "file": taken.folder / manifests.DUMP,
    }
    scratch.fill(empty_url, str(sources[form]))
    with psycopg.connect(empty_url) as connection:
        counts = "SELECT (SELECT count(*) FROM clips), (SELECT count(*) FROM install_intents)"
        assert connection.execute(counts.encode()).fetchone() == (4, 0)


def test_nothing_is_at_a_place_that_does_not_exist(empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(errors.BackupMissing):
        scratch.fill(empty_url, str(tmp_path / "nowhere"))


def test_the_local_stack_serves_the_copy_and_takes_no_server_of_it_for_left(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    taken = stage.take(database_url, tmp_path)
    with ExitStack() as started:
        shown = dev._serve_local("ERROR", 0, str(taken.folder), started)
        with psycopg.connect(shown["PostgreSQL"]) as connection:
            found = connection.execute("SELECT name, state FROM bot_guilds").fetchall()
    assert (f"Guild {HERE}", "present") in found
    assert ("Arcade", "present") in found
