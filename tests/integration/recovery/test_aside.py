"""What a restore replaces is never lost, whatever becomes of the restore."""

import re
import time
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from functions.deploy import migrations
from functions.operations.recovery import aside, errors, guild, journal, places, programs, restore
from functions.operations.recovery.manifest import Kind
from functions.shared import errors as product_errors
from tests.factories import HERE, Rows
from tests.integration.recovery import stage
from tests.integration.recovery.stage import Taken

_PAGE: Final = Path(__file__).parents[3] / "docs" / "operations.md"


class Killed(BaseException):
    """The process is no more: nothing that it would have done happens."""


@pytest.fixture
def taken(rows: Rows, database_url: str, tmp_path: Path) -> Taken:
    return stage.take(database_url, tmp_path)


def _restore_and_die(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *, at: str) -> None:
    """A restore that is killed when it comes to a step."""

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(restore if at == "load" else journal, at, die)
        patched.setattr(aside, "_put_back", lambda *_: None)
        with pytest.raises(Killed):
            stage.restore(url, folder, replace=True)


def _schemas(rows: Rows) -> list[str]:
    found = rows.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replaced%' ORDER BY 1")
    return [row["nspname"] for row in found]


def test_nobody_migrates_what_a_killed_restore_has_left_empty(
    rows: Rows, database_url: str, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    _restore_and_die(database_url, taken.folder, monkeypatch, at="load")
    (left,) = _schemas(rows)
    with pytest.raises(product_errors.RestoreCutOff, match=left):
        migrations.upgrade(database_url)
    # The schemas of restores are named by the second.
    rows.sql("SELECT pg_sleep(1.1)")
    stage.restore(database_url, taken.folder, replace=True)
    assert "nothing to migrate" in migrations.upgrade(database_url)


def test_what_was_there_is_back_at_once_when_the_time_is_over(
    rows: Rows, database_url: str, tmp_path: Path
) -> None:
    stage.slow_index(rows, seconds=60)
    taken = stage.take(database_url, tmp_path)
    before = rows.of_guild(HERE)
    started = time.monotonic()
    with pytest.raises(errors.ProgramFailed, match="all the time there is"):
        stage.restore(database_url, taken.folder, replace=True, seconds=3)
    assert time.monotonic() - started < 30
    assert rows.of_guild(HERE) == before
    assert _schemas(rows) == []


def test_decisions_that_do_not_fit_leave_everything_as_it_was(
    rows: Rows, taken: Taken, database_url: str
) -> None:
    stage.bury(rows, 1)
    before = rows.of_guild(HERE)
    unfit = journal.Journal({"opt_outs": [{"guild_id": None, "user_id": 7, "created_at": None}]})
    with pytest.raises(product_errors.DatabaseError, match="guild_id"):
        stage.restore(database_url, taken.folder, replace=True, decided=unfit)
    assert rows.of_guild(HERE) == before
    assert _schemas(rows) == []


def test_what_is_decided_until_the_tables_move_is_done_again(
    rows: Rows, taken: Taken, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_away = aside.move_away

    def decide_first(connection: Any) -> str:
        stage.bury(rows, 1)
        return move_away(connection)

    monkeypatch.setattr(aside, "move_away", decide_first)
    stage.restore(database_url, taken.folder, replace=True)
    assert stage.clips(rows) == [2, 3]


@pytest.mark.parametrize("step", ["load", "void", "apply"])
def test_the_next_restore_knows_what_was_decided_before_one_that_was_killed(
    rows: Rows, taken: Taken, database_url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    stage.bury(rows, 1)
    _restore_and_die(database_url, taken.folder, monkeypatch, at=step)
    rows.sql("SELECT pg_sleep(1.1)")
    stage.restore(database_url, taken.folder, replace=True)
    assert stage.clips(rows) == [2, 3]
    # A later one has no need of it: who is saved again by then may have wanted that.
    rows.sql("DELETE FROM clip_tombstones")
    rows.sql("SELECT pg_sleep(1.1)")
    stage.restore(database_url, taken.folder, replace=True)
    assert stage.clips(rows) == [1, 2, 3]


@pytest.mark.parametrize("step", ["load", "apply"])
def test_all_is_put_back_by_hand_as_the_runbook_says(
    rows: Rows, taken: Taken, database_url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    stage.bury(rows, 1)
    before = rows.of_guild(HERE)
    _restore_and_die(database_url, taken.folder, monkeypatch, at=step)
    (left,) = _schemas(rows)
    found = re.search(r"```sql\n(BEGIN;.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(re.sub(r"replaced_\d+_\d+", left, found[1]).encode())
    assert rows.of_guild(HERE) == before
    assert _schemas(rows) == []
    assert stage.restore(database_url, taken.folder, replace=True).redone["clips_deleted"] == 1


def test_nothing_else_is_done_while_a_restore_is_under_way(
    rows: Rows,
    taken: Taken,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = []
    load = restore.load

    def meanwhile(*given: Any) -> Any:
        for other in (
            lambda: stage.restore(database_url, taken.folder, replace=True),
            lambda: stage.take(database_url, tmp_path / "next", "log"),
            lambda: guild.restore_guild(database_url, taken.source(), HERE),
        ):
            with pytest.raises(errors.Busy, match="wait for its end"):
                other()
            refused.append(other)
        return load(*given)

    monkeypatch.setattr(restore, "load", meanwhile)
    stage.restore(database_url, taken.folder, replace=True)
    assert len(refused) == 3
    monkeypatch.undo()
    rows.sql("SELECT pg_sleep(1.1)")
    stage.restore(database_url, taken.folder, replace=True)


@pytest.mark.parametrize("kind", ["full", "tolerant", "log"])
@pytest.mark.parametrize(
    "step",
    [(journal, "write"), (places.Folder, "put")],
    ids=["while it is gathered", "while it is put away"],
)
def test_no_restore_begins_while_a_backup_is_made(
    rows: Rows,
    taken: Taken,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: Kind,
    step: tuple[Any, str],
) -> None:
    before = rows.of_guild(HERE)
    do = getattr(*step)

    def meanwhile(*given: Any) -> Any:
        with pytest.raises(errors.Busy, match="wait for its end"):
            stage.restore(database_url, taken.folder, replace=True)
        monkeypatch.undo()
        # Backups do not keep each other waiting.
        stage.take(database_url, tmp_path / "beside", "log")
        return do(*given)

    monkeypatch.setattr(*step, meanwhile)
    stage.take(database_url, tmp_path / "next", kind)
    assert getattr(*step) is do
    assert rows.of_guild(HERE) == before
    stage.restore(database_url, taken.folder, replace=True)


def test_a_long_backup_outlives_the_servers_patience_with_idle_transactions(
    rows: Rows, taken: Taken, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = rows.connection.info.dbname
    rows.sql(
        f'ALTER ROLE CURRENT_USER IN DATABASE "{database}"'
        " SET idle_in_transaction_session_timeout = '1s'"
    )
    run = programs.run

    def slowly(*given: Any, **how: Any) -> str:
        told = run(*given, **how)
        if any("--snapshot" in str(each) for each in given):
            time.sleep(2)
            with pytest.raises(errors.Busy):
                stage.restore(database_url, taken.folder, replace=True)
        return told

    monkeypatch.setattr(programs, "run", slowly)
    assert stage.take(database_url, tmp_path / "next").manifest.rows["clips"] == 4
