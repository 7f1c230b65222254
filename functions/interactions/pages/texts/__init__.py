"""What the pages say, one module per language, each with every sentence.

`{named}` parts are filled in with `str.format`; the names are the same in every language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final

from functions.interactions.install.outcome import Outcome

LANGUAGES: Final = ("en", "de")


@dataclass(frozen=True, slots=True)
class Notice:
    """A page of few words.

    Attributes:
        heading: What happened.
        text: What that means, and what to do now; a paragraph each.
    """

    heading: str
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """Something said in a word, and then in a sentence."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of data: whose it is, what of it is kept, why, and how long."""

    subject: str
    what: str
    why: str
    how_long: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Every sentence, in one language. A sentence that is missing fails at import."""

    language: str
    add_to_discord: str
    start_again: str
    home: str
    privacy: str
    footer: str

    # The landing page
    landing_title: str
    landing_description: str
    landing_heading: str
    landing_lead: str
    landing_reassurance: str
    landing_sample_question: str
    landing_sample_answer: str
    features_heading: str
    features: tuple[Point, ...]
    steps_heading: str
    steps: tuple[Point, ...]
    permissions_heading: str
    permissions_lead: str
    permissions: tuple[Point, ...]

    # The privacy page
    privacy_lead: str
    kept_heading: str
    kept_why: str
    kept_how_long: str
    kept: tuple[Kept, ...]
    copies: Kept
    archive_days: str
    archive_for_ever: str
    never_kept_heading: str
    never_kept: tuple[str, ...]
    cookie_heading: str
    cookie: str
    deletion_heading: str
    deletion: tuple[str, ...]
    deletion_copies: str
    contact_heading: str
    contact: str
    contact_unknown: str

    # After an install
    installed_heading: str
    installed_syncing: str
    installed_waiting: str
    next_heading: str
    next_steps: tuple[Point, ...]
    back_to_discord: str
    notices: Mapping[Outcome, Notice]


@cache
def of(language: str) -> Texts:
    """The texts in one of `LANGUAGES`."""
    texts: Texts = import_module(f"{__name__}.{language}").TEXTS
    return texts
