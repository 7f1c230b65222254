"""`clipsaver backup`, `restore` and `unseal`, as an operator types them."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from clipsaver import cli
from clipsaver.local.sqs import JobQueueServer
from clipsaver.recovery import commands
from functions.operations.recovery import errors, restore
from tests import factories
from tests.factories import HERE, Rows

Run = Callable[..., Result]


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    with factories.open_rows(database_url) as rows:
        rows.two_guilds()
        yield rows


@pytest.fixture
def variables(database_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "LOG_LEVEL": "WARNING",
        "BOT_TOKEN": "not-a-token",
        "BACKUP_PASSPHRASE": "correct horse battery staple",
    }


@pytest.fixture
def run(variables: dict[str, str], rows: Rows, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setattr(commands, "operator_variables", lambda: variables)
    monkeypatch.setattr(commands.console, "width", 200)
    logger = logging.getLogger("discord_clip_saver")
    before = logger.handlers[:], logger.level, logger.propagate

    def invoke(*arguments: object, typed: str = "") -> Result:
        return CliRunner().invoke(cli.app, [str(each) for each in arguments], input=typed)

    yield invoke
    logger.handlers[:], logger.level, logger.propagate = before


@pytest.fixture
def place(run: Run, tmp_path: Path) -> Path:
    """Where one backup is."""
    place = tmp_path / "backups"
    taken = run("backup", "--to", place)
    assert taken.exit_code == 0, taken.output
    assert f"Backed up to {place}/" in taken.output
    return place


def _names(rows: Rows) -> list[str]:
    return [row["name"] for row in rows.sql("SELECT name FROM bot_guilds ORDER BY guild_id")]


def test_a_restore_replaces_only_once_that_is_confirmed(run: Run, rows: Rows, place: Path) -> None:
    rows.sql("UPDATE bot_guilds SET name = 'wrong'")
    refused = run("restore", place)
    assert isinstance(refused.exception, errors.DatabaseNotEmpty)
    declined = run("restore", place, "--replace", typed="n\n")
    assert declined.exit_code == 1
    assert _names(rows) == ["wrong", "wrong"]
    confirmed = run("restore", place, "--replace", typed="y\n")
    assert confirmed.exit_code == 0, confirmed.output
    assert "DROP SCHEMA replaced_" in confirmed.output
    assert _names(rows)[0] == f"Guild {HERE}"


def _next_second(rows: Rows) -> str:
    """The time, once the names of backups are later ones."""
    rows.sql("SELECT pg_sleep(1.1)")
    (found,) = rows.sql("SELECT clock_timestamp() AS now")
    return str(found["now"].isoformat())


def _lose_everything(rows: Rows) -> None:
    rows.sql("DROP SCHEMA public CASCADE")
    rows.sql("CREATE SCHEMA public")


@pytest.mark.parametrize("kind", [[], ["--log-only"], ["--tolerant"]], ids=str)
def test_the_newest_journal_is_applied_by_itself_whatever_backup_has_it(
    run: Run, rows: Rows, place: Path, kind: list[str]
) -> None:
    before = _next_second(rows)
    rows.insert("clip_opt_outs", guild_id=HERE, user_id=7)
    assert run("backup", "--to", place, *kind).exit_code == 0
    _lose_everything(rows)
    restored = run("restore", place, "--before", before)
    assert restored.exit_code == 0, restored.output
    assert rows.count("clip_opt_outs") == 1


def test_what_the_newest_journal_lacks_comes_from_the_one_before(
    run: Run, rows: Rows, place: Path
) -> None:
    before = _next_second(rows)
    rows.insert("clip_opt_outs", guild_id=HERE, user_id=7)
    assert run("backup", "--to", place, "--log-only").exit_code == 0
    rows.sql("INSERT INTO clip_opt_outs (guild_id, user_id) VALUES (%s, 8)", HERE)
    rows.sql("ALTER TABLE clip_tombstones RENAME COLUMN reason TO unreadable")
    _next_second(rows)
    assert run("backup", "--to", place, "--tolerant").exit_code == 0
    _lose_everything(rows)
    restored = run("restore", place, "--before", before)
    assert restored.exit_code == 0, restored.output
    assert rows.count("clip_opt_outs") == 2
    # What was decided since the one before is not known, whose rows ever are restored.
    assert "lost tombstones cannot be read: clip_tombstones: column" in restored.output
    for options in (("--decisions-since", before), ("--guild", HERE)):
        again = run("restore", place, *options)
        assert again.exit_code == 0, again.output
        assert "lost tombstones cannot be read: clip_tombstones: column" in again.output


def test_nothing_is_done_again_where_no_backup_is_later(run: Run, rows: Rows, place: Path) -> None:
    _lose_everything(rows)
    restored = run("restore", place)
    assert restored.exit_code == 0, restored.output
    assert "Done again" not in restored.output


def test_the_newest_from_before_a_mistake_is_restored_without_what_it_decided(
    run: Run, rows: Rows, place: Path
) -> None:
    mistake = _next_second(rows)
    rows.sql("UPDATE bot_guilds SET name = 'wrong'")
    change = "INSERT INTO setting_changes (guild_id, key, new_value) VALUES (%s, 'prefix', '\"?\"')"
    rows.sql(change, HERE)
    assert run("backup", "--to", place).exit_code == 0
    times = ("--before", mistake, "--decided-until", mistake)
    restored = run("restore", place, "--replace", "--yes", *times)
    assert restored.exit_code == 0, restored.output
    assert _names(rows)[0] == f"Guild {HERE}"
    assert rows.count("setting_changes") == 0


def test_decisions_alone_are_done_again_on_a_server_that_was_set_back(
    run: Run, rows: Rows, tmp_path: Path
) -> None:
    since = _next_second(rows)
    rows.insert("clip_opt_outs", guild_id=HERE, user_id=7)
    change = "INSERT INTO setting_changes (guild_id, key, new_value) VALUES (%s, 'prefix', '\"?\"')"
    rows.sql(change, HERE)
    assert run("backup", "--to", tmp_path / "incident", "--log-only").exit_code == 0
    for table in ("clip_opt_outs", "setting_changes"):
        rows.sql(f"DELETE FROM {table}")
    done = run("restore", tmp_path / "incident", "--decisions-since", since)
    assert done.exit_code == 0, done.output
    assert rows.count("clip_opt_outs") == 1
    (found,) = rows.sql("SELECT settings FROM guild_settings WHERE guild_id = %s", HERE)
    assert found["settings"]["prefix"] == "?"
    nowhere = run("restore", tmp_path / "nowhere", "--decisions-since", since)
    assert isinstance(nowhere.exception, errors.BackupMissing)


def test_a_time_that_is_none_is_refused(run: Run, place: Path) -> None:
    refused = run("restore", place, "--before", "yesterday")
    assert refused.exit_code == 2
    assert "2026-01-31T12:00Z" in refused.output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--only", "settings"], "name it with --guild ID"),
        (["--guild", HERE, "--replace"], "leave it out with --guild"),
        (["--decisions-since", "2026-01-31T12:00Z", "--guild", HERE], "leave out --guild"),
        (
            ["--decisions-since", "2026-01-31T12:00Z", "--before", "2026-01-31T12:00Z"],
            "leave out --before",
        ),
        (["--decisions-since", "2026-01-31T12:00Z", "--replace"], "leave out --replace"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    run: Run, rows: Rows, place: Path, options: list[object], told: str
) -> None:
    rows.sql("UPDATE bot_guilds SET name = 'later'")
    refused = run("restore", place, "--yes", *options)
    assert refused.exit_code == 2
    assert told in " ".join(refused.output.replace("│", " ").split())
    assert _names(rows) == ["later", "later"]


def test_decisions_alone_are_read_strictly(run: Run, place: Path) -> None:
    before = set(place.iterdir())
    refused = run("backup", "--to", place, "--log-only", "--tolerant")
    assert refused.exit_code == 2
    assert "leave out --tolerant" in " ".join(refused.output.replace("│", " ").split())
    assert set(place.iterdir()) == before


def test_whoever_interrupts_a_restore_is_told_what_became_of_it(
    run: Run, rows: Rows, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    rows.sql("UPDATE bot_guilds SET name = 'later'")
    monkeypatch.setattr(restore, "load", interrupt)
    interrupted = run("restore", place, "--replace", "--yes")
    assert interrupted.exit_code == 130
    assert "Interrupted; the database is as it was." in interrupted.output
    assert _names(rows) == ["later", "later"]


def test_one_guild_is_restored_while_the_others_are_served(
    run: Run, rows: Rows, place: Path
) -> None:
    rows.sql("DELETE FROM bot_channels")
    restored = run("restore", place, "--guild", HERE, "--only", "channels")
    assert restored.exit_code == 0, restored.output
    assert rows.count("bot_channels") == 2
    assert run("restore", place, "--guild", HERE, "--only", "icons").exit_code == 2


def test_the_secret_comes_out_with_the_passphrase_alone(
    run: Run, place: Path, tmp_path: Path, variables: dict[str, str]
) -> None:
    target = tmp_path / "secret.json"
    assert run("unseal", place, target).exit_code == 0
    assert json.loads(target.read_text())["BOT_TOKEN"] == "not-a-token"
    assert target.stat().st_mode & 0o077 == 0
    assert run("unseal", place, target).exit_code == 2
    variables["BACKUP_PASSPHRASE"] = "something else entirely"
    refused = run("unseal", place, tmp_path / "other.json")
    assert isinstance(refused.exception, errors.NotSealed)
    for file in place.rglob("*"):
        assert file.is_dir() or b"not-a-token" not in file.read_bytes()


def test_without_a_passphrase_nothing_is_written(
    run: Run, variables: dict[str, str], tmp_path: Path
) -> None:
    del variables["BACKUP_PASSPHRASE"]
    refused = run("backup", "--to", tmp_path / "backups")
    assert isinstance(refused.exception, errors.NotSealed)
    assert not (tmp_path / "backups").exists()
    assert run("backup", "--to", tmp_path / "backups", "--without-secret").exit_code == 0


def test_queued_jobs_of_the_database_that_was_replaced_are_dropped(
    run: Run, place: Path, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with JobQueueServer() as queue:
        for name, value in queue.variables.items():
            monkeypatch.setenv(name, value)
        variables["JOBS_QUEUE_URL"] = queue.url
        queue.client.send_message(QueueUrl=queue.url, MessageBody="{}")
        assert run("restore", place, "--replace", "--yes").exit_code == 0
        assert "Messages" not in queue.client.receive_message(QueueUrl=queue.url)
