"""`clipsaver settings`, as an operator types it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from clipsaver import cli
from functions.shared import errors
from tests import factories
from tests.factories import ELSEWHERE, HERE, Rows

CLIPS = HERE + 1
Run = Callable[..., Result]


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    with factories.open_rows(database_url) as rows:
        rows.two_guilds()
        rows.sql("UPDATE bot_guilds SET name = '[bold]Arcade' WHERE guild_id = %s", HERE)
        yield rows


@pytest.fixture
def run(database_url: str, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `clipsaver settings ...` on the test's database."""
    variables = {"DATABASE_URL": database_url, "LOG_LEVEL": "WARNING"}
    monkeypatch.setattr(cli, "operator_variables", lambda: variables)
    monkeypatch.setattr(cli.console, "width", 200)

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(cli.app, ["settings", *map(str, arguments)])

    return invoke


def lines(result: Result) -> list[list[str]]:
    """The cells of the tables that were printed."""
    assert result.exit_code == 0, result.output
    return [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in result.output.splitlines()
        if line.startswith("│")
    ]


def stored(rows: Rows, guild_id: int = HERE) -> Any:
    (row,) = rows.sql("SELECT settings FROM guild_settings WHERE guild_id = %s", guild_id)
    return row["settings"]


def recorded(rows: Rows) -> list[tuple[Any, ...]]:
    return rows.connection.execute(
        "SELECT channel_id, key, old_value, new_value, changed_by, undone_by,"
        " undone_at IS NOT NULL FROM setting_changes ORDER BY id"
    ).fetchall()


def test_show_lists_each_setting_with_its_value_and_source(run: Run, rows: Rows) -> None:
    rows.sql("""UPDATE guild_settings SET settings = '{"prefix": "[b]", "auto_scan": false}'""")
    result = run("show", HERE)
    assert "Settings of [bold]Arcade" in result.output
    assert lines(result) == [
        ["prefix", "[b]", "guild"],
        ["auto_scan", "off", "guild"],
        ["scan_nsfw", "off", "default"],
        ["max_file_size_mb", "100", "default"],
        ["keep_message_text", "on", "default"],
    ]


def test_set_changes_and_records_it_as_the_operators(run: Run, rows: Rows) -> None:
    elsewhere = rows.of_guild(ELSEWHERE)
    assert "max_file_size_mb was changed." in run("set", HERE, "max_file_size_mb", "50").output
    assert stored(rows) == {"prefix": "!", "max_file_size_mb": 50}
    assert recorded(rows) == [(None, "max_file_size_mb", None, 50, None, None, False)]
    assert "was that already" in run("set", HERE, "max_file_size_mb", "50").output
    assert len(recorded(rows)) == 1
    assert rows.of_guild(ELSEWHERE) == elsewhere


def test_a_channel_has_settings_of_its_own(run: Run, rows: Rows) -> None:
    run("set", HERE, "max_file_size_mb", "50")
    run("set", HERE, "max_file_size_mb", "20", "--channel", CLIPS)
    run("set", HERE, "is_reading", "on", "--channel", CLIPS)
    result = run("show", HERE, "--channel", CLIPS)
    assert f"Settings of #channel-{CLIPS}" in result.output
    assert lines(result)[:2] == [
        ["is_reading", "on", "channel"],
        ["max_file_size_mb", "20", "channel"],
    ]
    run("reset", HERE, "max_file_size_mb", "--channel", CLIPS)
    assert ["max_file_size_mb", "50", "guild"] in lines(run("show", HERE, "--channel", CLIPS))


def test_reset_and_restore_go_back(run: Run, rows: Rows) -> None:
    run("set", HERE, "prefix", "?")
    run("reset", HERE, "prefix")
    assert stored(rows) == {}
    assert "prefix is ? again." in run("restore", HERE).output
    assert stored(rows) == {"prefix": "?"}
    assert "prefix is ! again." in run("restore", HERE).output
    assert "There is no change to undo." in run("restore", HERE).output
    assert [row[4:] for row in recorded(rows)] == [(None, None, True)] * 2


def test_the_last_changes_are_shown_with_who_made_them(run: Run, rows: Rows) -> None:
    rows.insert("setting_changes", guild_id=HERE, key="scan_nsfw", changed_by=42)
    rows.insert("setting_changes", guild_id=ELSEWHERE, key="prefix", changed_by=43)
    run("set", HERE, "is_reading", "on", "--channel", CLIPS)
    run("restore", HERE, "--channel", CLIPS)
    newest, oldest = lines(run("show", HERE))[-2:]
    assert newest[1:] == [f"#channel-{CLIPS}", "is_reading", "off", "on", "operator", "undone"]
    assert oldest[1:] == ["", "scan_nsfw", "not set", "not set", "42", ""]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("set", HERE, "max_file_size_mb", "lots"), "must be a whole number from 1 to 500"),
        (("set", HERE, "auto_scan", "maybe"), "must be on or off"),
        (("set", HERE, "prefix", "far too long"), "must have 1 to 5 characters"),
        (("set", HERE, "colour", "red"), "There is no setting colour here; there are prefix"),
        (("set", HERE, "is_reading", "on"), "There is no setting is_reading here"),
        (("reset", HERE, "colour"), "There is no setting colour here"),
        (("reset", HERE, "is_reading", "--channel", CLIPS), "has no default to go back to"),
        (("show", "Arcade"), "Invalid value for 'GUILD'"),
        (("show", 1 << 63), "Invalid value for 'GUILD'"),
        (("show", 0), "Invalid value for 'GUILD'"),
    ],
)
def test_what_cannot_be_is_a_sentence_and_changes_nothing(
    run: Run, rows: Rows, arguments: tuple[object, ...], told: str
) -> None:
    before = rows.of_guild(HERE)
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.output.replace("│", " ").split())
    assert rows.of_guild(HERE) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("show",),
        ("set", "max_file_size_mb", "50"),
        ("reset", "max_file_size_mb"),
        ("restore",),
    ],
)
def test_a_server_or_channel_that_is_not_stored_is_an_error_of_ours(
    run: Run, rows: Rows, arguments: tuple[str, ...]
) -> None:
    before = rows.of_guild(ELSEWHERE)
    verb, *rest = arguments
    assert isinstance(run(verb, 7, *rest).exception, errors.UnknownGuild)
    of_another = run(verb, HERE, *rest, "--channel", ELSEWHERE + 1)
    assert isinstance(of_another.exception, errors.UnknownChannel)
    assert rows.of_guild(ELSEWHERE) == before


@pytest.mark.parametrize(
    "arguments",
    [("set", HERE, "prefix", "?"), ("reset", HERE, "prefix"), ("restore", HERE)],
)
def test_nothing_is_changed_while_paused(
    run: Run,
    rows: Rows,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[object, ...],
) -> None:
    rows.insert("setting_changes", guild_id=HERE, key="prefix", changed_by=42)
    before = rows.of_guild(HERE)
    paused = {"DATABASE_URL": database_url, "PAUSED": "true"}
    monkeypatch.setattr(cli, "operator_variables", lambda: paused)
    assert isinstance(run(*arguments).exception, errors.Paused)
    assert rows.of_guild(HERE) == before
    assert run("show", HERE).exit_code == 0


def test_a_missing_database_is_told_by_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "operator_variables", dict)
    result = run("show", HERE)
    assert isinstance(result.exception, errors.ConfigurationError)
    assert "DATABASE_URL is not set" in str(result.exception)
