"""What proves to another service who we are, and may be replaced while an environment is warm.

Discord's clients and the database hold one of these in place of a text, and know nothing of where
it comes from: they ask for the value when they need it, and for a newer one when it was refused.
"""

from dataclasses import dataclass, field
from typing import Protocol


class Credential(Protocol):
    """A token, a password, or a URL with a password in it."""

    async def current(self) -> str:
        """The value to use now.

        Raises:
            ConfigurationError: there is none, or it cannot be read.
        """

    async def renewed(self, refused: str) -> str:
        """The value after one was refused: another try is worth it only if they differ.

        Args:
            refused: The value that was used.
        """


@dataclass(frozen=True, slots=True)
class Fixed:
    """A credential that stays as it is."""

    value: str = field(repr=False)

    async def current(self) -> str:
        """The value, always the same."""
        return self.value

    async def renewed(self, refused: str) -> str:
        """Nothing newer than what was refused."""
        return refused


def of(value: str | Credential) -> Credential:
    """A credential; a plain text is one that stays as it is."""
    return Fixed(value) if isinstance(value, str) else value
