"""The settings file and guilds' own settings: what is kept, what is reported, what stops."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from functions.shared import errors, settings
from functions.shared.settings import GuildSettings

SHIPPED = settings.DEFAULT_SETTINGS_PATH
SECTIONS = settings._SECTIONS
DEFAULTS = GuildSettings()
BOUNDED = [
    (section, key, float(limit))
    for section, model in SECTIONS.items()
    for key, field in model.model_fields.items()
    for bound in field.metadata
    for limit in (getattr(bound, "ge", None), getattr(bound, "le", None))
    if limit is not None
]
"""Section, key and limit of every number, the lower before the upper."""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "own.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_shipped_file_equals_the_defaults_of_the_code(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    assert settings.load() == settings.load(write("{}"))
    assert caplog.records == []


def test_the_shipped_file_has_every_key_and_no_other() -> None:
    shipped = yaml.safe_load(SHIPPED.read_text())
    assert {section: set(keys) for section, keys in shipped.items()} == {
        section: set(model.model_fields) for section, model in SECTIONS.items()
    }


def comments() -> dict[str, str]:
    """What the shipped file says above each key, or above the group that the key is in."""
    found: dict[str, str] = {}
    comment, above = "", ""
    for line in SHIPPED.read_text().splitlines():
        key = re.match(r" *(\w+):", line)
        if key:
            found[key[1]] = comment
        elif line.lstrip().startswith("#"):
            comment = line if not above.lstrip().startswith("#") else f"{comment}\n{line}"
        else:
            comment = ""
        above = line
    return found


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_and_key_is_explained(section: str) -> None:
    explained = comments()
    assert explained[section]
    for key in SECTIONS[section].model_fields:
        assert explained[key], key


@pytest.mark.parametrize(("section", "key", "bound"), BOUNDED)
def test_every_bound_is_told(section: str, key: str, bound: float) -> None:
    told = [float(number) for number in re.findall(r"[\d.]*\d", comments()[key])]
    assert bound in told


@pytest.mark.parametrize(("section", "key", "bound"), BOUNDED)
def test_a_value_at_its_bound_is_taken_and_one_beyond_is_not(
    write: Write, section: str, key: str, bound: float
) -> None:
    model = SECTIONS[section]
    (low, high) = (limit for _, name, limit in BOUNDED if name == key)
    beyond = bound - 1 if bound == low else bound + 1
    assert low < high
    loaded = settings.load(write(f"{section}: {{{key}: {bound:g}}}"))
    assert getattr(section_of(loaded, model), key) == bound
    with pytest.raises(errors.ConfigurationError, match=f"{section}.{key}: Input should be"):
        settings.load(write(f"{section}: {{{key}: {beyond:g}}}"))


def section_of(loaded: settings.Settings, model: type) -> object:
    (found,) = (
        part
        for part in (getattr(loaded, name) for name in loaded.__dataclass_fields__)
        if isinstance(part, model)
    )
    return found


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("guild_settings_defaults", "prefix", "5"),
        ("guild_settings_defaults", "prefix", '""'),
        ("guild_settings_defaults", "prefix", '"123456"'),
        ("guild_settings_defaults", "prefix", ""),
        ("guild_settings_defaults", "auto_scan", '"yes"'),
        ("guild_settings_defaults", "auto_scan", "1"),
        ("guild_settings_defaults", "max_file_size_mb", '"100"'),
        ("guild_settings_defaults", "max_file_size_mb", "100.5"),
        ("guild_settings_defaults", "max_file_size_mb", "true"),
        ("database_settings_defaults", "batch_size", "[1]"),
        ("database_settings_defaults", "install_intent_purge_cron", "every day"),
        ("database_settings_defaults", "install_intent_purge_cron", '"* * * *"'),
        ("database_settings_defaults", "install_intent_purge_cron", '"@daily *"'),
        ("sync_settings_defaults", "sync_rate_share", '"0.5"'),
        ("sync_settings_defaults", "sync_rate_share", "true"),
        ("sync_settings_defaults", "sync_rate_share", ".nan"),
        ("sync_settings_defaults", "sync_active_threads", "2"),
    ],
)
def test_a_wrong_value_stops_and_is_told_with_its_key(
    write: Write, section: str, key: str, value: str
) -> None:
    path = write(f"{section}:\n  {key}: {value}\n")
    with pytest.raises(errors.ConfigurationError, match=rf"^own.yml: {section}\.{key}: ") as told:
        settings.load(path)
    assert str(path) in str(told.value)


@pytest.mark.parametrize("line", ["@daily", " */5 8-18 * * MON-FRI ", "0 9 * * 5#2"])
def test_the_purge_takes_a_crontab_line_or_a_macro(write: Write, line: str) -> None:
    loaded = settings.load(
        write(f'database_settings_defaults: {{install_intent_purge_cron: "{line}"}}')
    )
    assert loaded.database.install_intent_purge_cron == line


def test_a_whole_number_is_a_share_too(write: Write) -> None:
    loaded = settings.load(write("sync_settings_defaults: {sync_rate_share: 1}"))
    assert loaded.sync.sync_rate_share == 1.0


def test_everything_that_is_wrong_is_told_at_once(write: Write) -> None:
    path = write("""
        guild_settings_defaults: [prefix]
        database_settings_defaults: {batch_size: 0, slow_statement_ms: fast}
        sync_settings_defaults: {sync_rate_share: 2}
    """)
    with pytest.raises(errors.ConfigurationError) as told:
        settings.load(path)
    for name in (
        "guild_settings_defaults must hold keys and values",
        "database_settings_defaults.batch_size: ",
        "database_settings_defaults.slow_statement_ms: ",
        "sync_settings_defaults.sync_rate_share: ",
    ):
        assert name in str(told.value)


def test_what_is_left_out_keeps_its_default(write: Write) -> None:
    loaded = settings.load(write("guild_settings_defaults: {prefix: '?'}\nsync_settings_defaults:"))
    assert loaded.guild == DEFAULTS.model_copy(update={"prefix": "?"})
    assert (loaded.database, loaded.sync) == (settings.load().database, settings.load().sync)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}"])
def test_an_empty_file_means_the_defaults(write: Write, text: str) -> None:
    assert settings.load(write(text)) == settings.load()


@pytest.mark.parametrize(
    ("text", "name", "nearest"),
    [
        ("guild_setings_defaults: {}", "guild_setings_defaults", "guild_settings_defaults"),
        (
            "guild_settings_defaults: {prefx: 1}",
            "guild_settings_defaults.prefx",
            "guild_settings_defaults.prefix",
        ),
        (
            "sync_settings_defaults: {batch_size: 1}",
            "sync_settings_defaults.batch_size",
            "database_settings_defaults.batch_size",
        ),
        ("prefix: '?'", "prefix", "guild_settings_defaults.prefix"),
    ],
)
def test_an_unknown_name_is_reported_with_the_nearest_known_one(
    write: Write, caplog: pytest.LogCaptureFixture, text: str, name: str, nearest: str
) -> None:
    assert settings.load(write(text)) == settings.load()
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    told = f"own.yml: unknown key {name} is ignored; did you mean {nearest}?"
    assert record.getMessage() == told


def test_a_name_like_no_other_is_reported_as_it_is(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    settings.load(write("7: x\nguild_settings_defaults: {7: x}"))
    first, second = (record.getMessage() for record in caplog.records)
    assert first == "own.yml: unknown key 7 is ignored"
    assert second == "own.yml: unknown key guild_settings_defaults.7 is ignored"


@pytest.mark.parametrize(
    "text", ["a: [", "a: b: c", "\t- x", "a: !!python/object:os.system {}", "a: 2020-13-45"]
)
def test_what_is_not_yaml_stops(write: Write, text: str) -> None:
    path = write(text)
    with pytest.raises(errors.ConfigurationError, match=f"{re.escape(str(path))}: is not YAML"):
        settings.load(path)


def test_what_is_not_text_stops(tmp_path: Path) -> None:
    path = tmp_path / "own.yml"
    path.write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(errors.ConfigurationError, match=r"own\.yml: is not YAML"):
        settings.load(path)


@pytest.mark.parametrize("text", ["- prefix", "prefix", "7", "true"])
def test_what_holds_no_sections_stops(write: Write, text: str) -> None:
    with pytest.raises(errors.ConfigurationError, match=r"own\.yml: must hold sections"):
        settings.load(write(text))


def test_a_missing_file_stops_and_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(errors.ConfigurationError, match=r"missing\.yml.* DEFAULT_SETTINGS_PATH"):
        settings.load(tmp_path / "missing.yml")
    with pytest.raises(errors.ConfigurationError, match="cannot be read"):
        settings.load(tmp_path)


def test_a_guilds_own_settings_win_over_the_defaults() -> None:
    stored = {"prefix": "?", "auto_scan": False, "max_file_size_mb": 5}
    read, problems = GuildSettings.from_stored(stored, DEFAULTS)
    assert read == GuildSettings(prefix="?", auto_scan=False, max_file_size_mb=5)
    assert problems == {}


def test_an_invalid_value_is_reported_and_has_the_operators_default() -> None:
    defaults = GuildSettings(prefix="$", max_file_size_mb=7)
    stored = {"prefix": 5, "auto_scan": False, "max_file_size_mb": 10**9, "unknown": object()}
    read, problems = GuildSettings.from_stored(stored, defaults)
    assert read == GuildSettings(prefix="$", auto_scan=False, max_file_size_mb=7)
    assert problems.keys() == {"prefix", "max_file_size_mb"}
    assert problems["max_file_size_mb"] == "Input should be less than or equal to 500"


def test_unknown_keys_are_somebody_elses() -> None:
    stored = {"new_key": "value"}
    assert GuildSettings.from_stored(stored, DEFAULTS) == (DEFAULTS, {})
    assert stored == {"new_key": "value"}


def test_a_guild_without_settings_has_the_defaults() -> None:
    assert GuildSettings.from_stored(None, DEFAULTS) == (DEFAULTS, {})


@pytest.mark.parametrize("stored", [[], "text", 7, True])
def test_what_is_no_object_is_reported_and_means_the_defaults(stored: object) -> None:
    read, problems = GuildSettings.from_stored(stored, DEFAULTS)
    assert (read, problems) == (DEFAULTS, {"settings": "must be a JSON object"})


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*GuildSettings.model_fields, "other"]), JSON))
def test_whatever_is_stored_can_be_read(stored: dict[str, Any]) -> None:
    read, problems = GuildSettings.from_stored(stored, DEFAULTS)
    for key in GuildSettings.model_fields:
        taken = key in stored and key not in problems
        assert getattr(read, key) == (stored if taken else DEFAULTS.model_dump())[key]
