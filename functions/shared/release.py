"""Which release this is, and which database schema it was written for."""

from typing import Final

RELEASE: Final = "0.1.0"
"""Semantic version of the code; `pyproject.toml` reads it from here."""

SCHEMA: Final = "0005"
"""The newest migration this release needs, as named in `migrations/versions`."""
