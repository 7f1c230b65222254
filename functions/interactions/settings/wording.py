"""How settings read: their names, values, sources, and why a value cannot be. Pure."""

from typing import Any, Final

from functions.interactions.settings import keys
from functions.shared import texts

_LONGEST_QUOTATION: Final = 100


def label(key: str, words: texts.Texts) -> str:
    """What a setting is about."""
    return str(getattr(words, f"setting_{key}"))


def shown(value: Any, words: texts.Texts) -> str:  # noqa: ANN401 -- a setting's value is JSON
    """A value as it stands between backticks."""
    if isinstance(value, bool):
        return words.on if value else words.off
    return _quotable(str(value))


def source(value: keys.Value, words: texts.Texts) -> str:
    """Where a value comes from."""
    return {
        "default": words.settings_from_default,
        "guild": words.settings_from_guild,
        "parent": words.settings_from_parent,
        "channel": words.settings_from_channel,
    }[value.source]


def complaint(key: str, entered: str, bounds: keys.Bounds, words: texts.Texts) -> str:
    """Why what was entered is no value of a setting, and what would be."""
    sentence = {
        "switch": words.settings_bad_switch,
        "number": words.settings_bad_number,
        "text": words.settings_bad_length,
    }[bounds.kind]
    quoted = _quotable(entered[:_LONGEST_QUOTATION])
    return sentence.format(key=key, value=quoted, least=bounds.least, most=bounds.most)


def _quotable(text: str) -> str:
    """The text with backticks that do not end the quotation around it."""
    return text.replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}")
