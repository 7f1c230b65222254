"""Users, as Discord knows them outside any guild."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class User:
    """Somebody, or a bot."""

    id: int
    username: str
    global_name: str | None = None
    avatar: str | None = None
    bot: bool = False
    discriminator: str = "0"
    locale: str = "en-US"

    @property
    def mention(self) -> str:
        """How a message addresses them."""
        return f"<@{self.id}>"
