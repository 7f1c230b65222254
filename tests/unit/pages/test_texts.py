import dataclasses
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from functions.interactions.install.outcome import Outcome
from functions.interactions.pages import texts


def sentences(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every sentence with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from sentences(item, f"{path}/{key}")
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from sentences(item, f"{path}/{number}")
    else:
        for field in dataclasses.fields(value):
            yield from sentences(getattr(value, field.name), f"{path}/{field.name}")


def names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_every_end_of_an_install_has_its_page_in_every_language() -> None:
    for language in texts.LANGUAGES:
        assert texts.of(language).notices.keys() | {Outcome.INSTALLED} == set(Outcome)


def test_the_languages_say_the_same_about_the_same() -> None:
    english, german = (dict(sentences(texts.of(language))) for language in ("en", "de"))
    assert english.keys() == german.keys()
    assert {path: names(told) for path, told in english.items()} == {
        path: names(told) for path, told in german.items()
    }


def test_no_sentence_is_empty_or_left_in_the_other_language() -> None:
    english, german = (dict(sentences(texts.of(language))) for language in ("en", "de"))
    same = {path for path, told in english.items() if told == german[path]}
    # A German clip is a clip, and how long something is kept is filled in.
    archived = {f"/kept/{number}/how_long" for number in (0, 1, 3, 5)}
    assert same <= {"/kept/2/subject", *archived}
    assert all(told.strip() == told != "" for told in (*english.values(), *german.values()))
