"""A database with a damaged page, and what is saved of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest

from clipsaver.local.postgres import SUPERUSER, Postgres
from functions.deploy import migrations
from functions.operations.recovery import errors, manifest
from tests import factories
from tests.factories import HERE
from tests.integration.recovery import stage

_PAGE: Final = 8192
_CLIPS: Final = 500
_DATABASE: Final = "damaged"
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
def url(server: Postgres) -> str:
    """A database whose table of clips has one page of garbage."""
    url = server.url(_DATABASE)
    with factories.open_rows(url) as rows:
        rows.two_guilds()
        rows.intent("kept")
        rows.insert("scan_coverage", **_READ)
        for message_id in range(1, _CLIPS + 1):
            stage.clip(rows, message_id)
    with psycopg.connect(server.url(_DATABASE, SUPERUSER), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        found = connection.execute("SELECT pg_relation_filepath('clips')").fetchone()
    assert found is not None
    server.stop()
    with (server.data / found[0]).open("r+b") as file:
        file.seek(2 * _PAGE)
        file.write(b"\xde\xad" * (_PAGE // 2))
    server.start()
    return url


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
