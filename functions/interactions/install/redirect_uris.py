"""Where Discord would send a browser back to, as the operator has registered it there."""

import time
from typing import Final

from functions.interactions.parts import Parts
from functions.shared import errors

_KEPT_SECONDS: Final = 120.0
_DISCORD_SECONDS: Final = 3.0


class RedirectURIs:
    """The redirect URIs registered with Discord, asked for once in two minutes."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known: tuple[str, ...] = ()
        self._asked_at = -_KEPT_SECONDS

    async def require(self, uri: str) -> None:
        """Make sure that Discord would send a browser back to this address.

        Raises:
            ConfigurationError: it is not registered, or there is no bot token to ask with.
            DiscordError: Discord did not tell.
        """
        if time.monotonic() - self._asked_at >= _KEPT_SECONDS:
            discord = self._parts.discord
            with discord.until(time.monotonic() + _DISCORD_SECONDS):
                self._known = (await discord.get_application()).redirect_uris
            self._asked_at = time.monotonic()
        if uri not in self._known:
            raise errors.ConfigurationError(
                f"{uri} is not registered: paste it into the developer portal, OAuth2, Redirects"
            )
