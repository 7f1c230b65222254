"""Every language says the same, within Discord's limits."""

import dataclasses
import string

import pytest

from functions.interactions.settings import keys
from functions.shared import texts

LONGEST_CONTENT = 2000
LONGEST_OPTION = 100
LONGEST_LABEL = 45
LONGEST_BUTTON = 80
LONGEST_PLACEHOLDER = 150
LONGEST_LINE = 400
"""No sentence needs more; a panel of eight has to fit into an embed."""
NAMES = [field.name for field in dataclasses.fields(texts.Texts)]


def sentence(language: str, name: str) -> str:
    return str(getattr(texts.of(language), name))


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_takes_the_same_values_in_every_language(name: str) -> None:
    wanted = placeholders(sentence("en", name))
    assert "" not in wanted
    for language in texts.LANGUAGES:
        assert placeholders(sentence(language, name)) == wanted


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_sentence_says_something_and_fits(language: str) -> None:
    for name in NAMES:
        text = sentence(language, name)
        assert text == text.strip() != ""
        assert len(text) <= LONGEST_LINE


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_labels_fit_where_discord_shows_them(language: str) -> None:
    words = texts.of(language)
    for key in {*keys.GUILD_KEYS, *keys.CHANNEL_KEYS}:
        label = sentence(language, f"setting_{key}")
        # A select's description, an autocompletion's name with the key before it, a form's label.
        assert len(f"{key}: {label}") <= LONGEST_OPTION
        assert len(label) <= LONGEST_LABEL
    assert len(words.settings_edit_title) <= LONGEST_LABEL
    assert len(words.settings_choose) <= LONGEST_PLACEHOLDER
    for button in (words.sync_now, words.settings_undo):
        assert len(button) <= LONGEST_BUTTON
    for source in (words.settings_from_default, words.settings_from_guild):
        assert len(words.settings_empty_resets.format(inherited=source)) <= LONGEST_OPTION
    assert len(f"{words.help_intro}\n\n{words.help_privacy}") <= LONGEST_CONTENT


def test_every_language_has_sentences_of_its_own() -> None:
    shared = {name for name in NAMES if sentence("en", name) == sentence("de", name)}
    assert shared <= {"sync_change", "scan_channel_part"}


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de", "de"), ("en-US", "en"), ("en-GB", "en"), ("fr", "en"), ("", "en"), ("de-AT", "de"),
     ("../de", "en"), ("__init__", "en"), ("-", "en")],
)  # fmt: skip
def test_a_locale_has_its_language_or_english(locale: str, language: str) -> None:
    assert texts.of(locale) is texts.of(language)
