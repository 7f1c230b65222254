"""A database with a damaged page, and what is saved of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest

from clipsaver.local.postgres import SUPERUSER, Postgres
from functions.deploy import migrations
from functions.operations.recovery import (
    errors,
    journal,
    manifest,
    restore,
    source,
    tables,
    tolerant,
)
from tests import factories
from tests.factories import HERE, Rows
from tests.integration.recovery import stage

_PAGE: Final = 8192
_CLIPS: Final = 500
_DATABASE: Final = "damaged"
_HIDDEN: Final = [1, 2, 3]
"""On pages that can be read."""
_HIDDEN_AND_LOST: Final = 4
_DAMAGED: Final = 2
_TOLD: Final = f"hidden cannot be read: clips, page {_DAMAGED}: "
_READ: Final = {
    "guild_id": HERE,
    "channel_id": HERE + 1,
    "first_message_id": 0,
    "last_message_id": _CLIPS,
}


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A server of this module's own: its files are tampered with."""
    with Postgres(request.config.getoption("--postgres-binaries")) as server:
        server.create_database(_DATABASE)
        migrations.upgrade(server.url(_DATABASE))
        yield server


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a full backup is from before members hid clips, and what they had decided later on."""
    return tmp_path_factory.mktemp("backups")


@pytest.fixture(scope="module")
def url(server: Postgres, backups: Path) -> str:
    """A database whose table of clips has one page of garbage."""
    url = server.url(_DATABASE)
    with factories.open_rows(url) as rows:
        rows.two_guilds()
        rows.intent("kept")
        rows.insert("scan_coverage", **_READ)
        clips = iter(range(1, _CLIPS + 1))
        while _last_page(rows) < _DAMAGED:
            stage.clip(rows, next(clips))
        stage.take(url, backups)
        _hide(rows, _HIDDEN_AND_LOST)
        # Names of backups count seconds.
        rows.sql("SELECT pg_sleep(1.1)")
        stage.take(url, backups, "log")
        for message_id in clips:
            stage.clip(rows, message_id)
        for message_id in _HIDDEN:
            _hide(rows, message_id)
        lost = "ctid >= '(2,0)' AND ctid < '(3,0)'"
        assert _hidden(rows, lost) == [_HIDDEN_AND_LOST]
    with psycopg.connect(server.url(_DATABASE, SUPERUSER), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        found = connection.execute("SELECT pg_relation_filepath('clips')").fetchone()
    assert found is not None
    server.stop()
    with (server.data / found[0]).open("r+b") as file:
        file.seek(_DAMAGED * _PAGE)
        file.write(b"\xde\xad" * (_PAGE // 2))
    server.start()
    return url


def _last_page(rows: Rows) -> int:
    (found,) = rows.sql("SELECT pg_relation_size('clips') / %s - 1 AS page", _PAGE)
    return int(found["page"])


def _hide(rows: Rows, message_id: int) -> None:
    rows.sql("UPDATE clips SET hidden_at = now() WHERE message_id = %s", message_id)


def _hidden(rows: Rows, where: str = "true") -> list[int]:
    hidden = f"SELECT message_id FROM clips WHERE hidden_at IS NOT NULL AND {where} ORDER BY 1"
    found = rows.sql(hidden)
    return [row["message_id"] for row in found]


@pytest.fixture
def only_full(url: str, backups: Path, tmp_path: Path) -> Path:
    """A place where the full backup is, and no journal that was written before the damage."""
    return shutil.copytree(backups, tmp_path / "only", ignore=shutil.ignore_patterns("*-log"))


def test_an_ordinary_backup_says_what_to_do_instead(url: str, tmp_path: Path) -> None:
    with pytest.raises(errors.ProgramFailed, match="backup --tolerant"):
        stage.take(url, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_all_but_the_damaged_page_is_saved_and_restored(
    url: str, server: Postgres, tmp_path: Path
) -> None:
    taken = stage.take(url, tmp_path, "tolerant")
    (told,) = (each for each in taken.manifest.lost if each.startswith("clips, page"))
    assert told.startswith("clips, page 2: ")
    saved = taken.manifest.rows["clips"]
    assert _CLIPS * 0.5 < saved < _CLIPS
    assert (taken.manifest.rows["bot_guilds"], taken.manifest.rows["install_intents"]) == (2, 1)
    with stage.new_database(server) as empty:
        report = stage.restore(empty, taken.folder)
        with factories.open_rows(empty) as rows:
            assert len(stage.clips(rows)) == saved == report.rows["clips"]
            assert len(rows.of_guild(HERE)["bot_channels"]) == 2
            # What was lost is found again, for nothing counts as read.
            assert rows.count("scan_coverage") == 0
            # It goes on as any other database: numbers continue, and rules hold.
            stage.clip(rows, _CLIPS + 1)


def test_rows_whose_parents_were_lost_are_left_out(
    url: str, server: Postgres, tmp_path: Path
) -> None:
    taken = stage.take(url, tmp_path, "tolerant")
    channels = taken.folder / "tables" / "bot_channels.csv"
    heading, _, *rest = channels.read_text().splitlines(keepends=True)
    assert heading.startswith("channel_id,guild_id,")
    channels.write_text("".join((heading, *rest)))
    files = taken.manifest.files | {"tables/bot_channels.csv": manifest.checksum(channels)}
    taken.manifest.model_copy(update={"files": files}).write(taken.folder)
    with stage.new_database(server) as empty:
        report = stage.restore(empty, taken.folder)
    assert report.rows["bot_channels"] == 3
    assert report.rows["clips"] == 0


def test_what_people_decided_is_saved_but_for_the_damaged_page(url: str, tmp_path: Path) -> None:
    taken = stage.take(url, tmp_path, "tolerant")
    decided = journal.load(taken.folder)
    assert sorted(row["message_id"] for row in decided.parts["hidden"]) == _HIDDEN
    assert len(decided.parts["guilds"]) == 2
    (told,) = decided.lost["hidden"]
    assert told.startswith(_TOLD)
    assert told in taken.manifest.lost
    assert decided.lost.keys() == {"hidden"}


def test_a_schema_that_was_moved_aside_is_read_as_tolerantly(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SCHEMA public RENAME TO replaced_by_hand")
        try:
            decided = journal.read(connection, "replaced_by_hand", is_tolerant=True)
        finally:
            connection.execute("ALTER SCHEMA replaced_by_hand RENAME TO public")
    assert sorted(row["message_id"] for row in decided.parts["hidden"]) == _HIDDEN
    assert decided.lost.keys() == {"hidden"}


def test_a_restore_repeats_which_decisions_the_backups_it_draws_on_lack(
    url: str, server: Postgres, only_full: Path
) -> None:
    for _ in range(2):
        with factories.open_rows(url) as rows:
            rows.sql("SELECT pg_sleep(1.1)")
        stage.take(url, only_full, "tolerant")
    with stage.new_database(server) as empty, source.fetched(str(only_full)) as found:
        assert found.manifest.kind == "full"
        report = stage.restore(empty, found.folder, decided=found.decided)
        with factories.open_rows(empty) as rows:
            assert _hidden(rows) == _HIDDEN
    (told,) = report.lost
    assert told.startswith(_TOLD)


def test_what_a_journal_lacks_of_a_part_comes_from_the_one_before(
    url: str, server: Postgres, backups: Path, tmp_path: Path
) -> None:
    place = shutil.copytree(backups, tmp_path / "place")
    stage.take(url, place, "tolerant")
    with stage.new_database(server) as empty, source.fetched(str(place)) as found:
        report = stage.restore(empty, found.folder, decided=found.decided)
        with factories.open_rows(empty) as rows:
            assert _hidden(rows) == [*_HIDDEN, _HIDDEN_AND_LOST]
    # What was decided between the two is lost all the same.
    (told,) = report.lost
    assert told.startswith(_TOLD)


def test_clips_that_are_found_again_are_hidden_again(
    url: str, server: Postgres, backups: Path, tmp_path: Path
) -> None:
    place = shutil.copytree(backups, tmp_path / "place")
    taken = stage.take(url, place, "tolerant")
    with stage.new_database(server) as empty:
        stage.restore(empty, taken.folder)
        with factories.open_rows(empty) as rows:
            assert _hidden(rows) == _HIDDEN
            # A later journal knows nothing of the clip that was lost.
            rows.sql("SELECT pg_sleep(1.1)")
            stage.take(empty, place, "log")
            stage.clip(rows, _HIDDEN_AND_LOST)
            restore.redo(empty, source.decided(str(taken.folder)), taken.manifest.taken_at)
            assert _hidden(rows) == [*_HIDDEN, _HIDDEN_AND_LOST]


def test_a_table_whose_file_is_gone_is_told_as_lost(url: str) -> None:
    def read(_: object) -> int:
        raise psycopg.errors.UndefinedFile("could not open file")

    gone = tables.Table(name="gone", columns=[], key=[], parents=[], pages=0)
    with psycopg.connect(url) as connection:
        found = tolerant.in_pieces(connection, gone, read)
    assert found == (0, ["gone: could not open file"])
