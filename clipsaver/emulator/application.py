"""The application under development: its keys, its settings, its bot and whoever authorised it."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from nacl.signing import SigningKey

from clipsaver.emulator.commands import CommandBook

if TYPE_CHECKING:
    from clipsaver.emulator.guilds import Guild
    from clipsaver.emulator.people import User

MESSAGE_CONTENT_LIMITED: Final = 1 << 19
"""The flag that the developer portal's Message Content switch sets below the review threshold."""
MESSAGE_CONTENT: Final = (1 << 18) | MESSAGE_CONTENT_LIMITED
"""Either flag lets the bot read what others write (Discord docs, Application Flags)."""

EVENTS_DISABLED: Final = 1
EVENTS_ENABLED: Final = 2
EVENTS_DISABLED_BY_DISCORD: Final = 3


@dataclass(slots=True, eq=False)
class Grant:
    """One user's authorisation of the application, with its tokens."""

    user: User
    scopes: tuple[str, ...]
    expires_at: float
    access_token: str
    refresh_token: str | None = None
    guild: Guild | None = None


@dataclass(slots=True, eq=False)
class AuthorizationCode:
    """What a redirect carries back; used once, and soon."""

    code: str
    user: User
    scopes: tuple[str, ...]
    redirect_uri: str
    expires_at: float
    guild: Guild | None = None
    permissions: int = 0
    challenge: str | None = None


@dataclass(slots=True, eq=False)
class Application:
    """An application of Discord's developer portal.

    What only the portal can change there is changed here by assigning: `redirect_uris`,
    `bot_public`, `bot_token`, `client_secret`, `flags`.
    """

    id: int
    name: str
    owner: User
    bot: User
    description: str = ""
    bot_token: str = ""
    client_secret: str = ""
    signing_key: SigningKey = field(default_factory=SigningKey.generate)
    flags: int = MESSAGE_CONTENT_LIMITED
    redirect_uris: list[str] = field(default_factory=list)
    bot_public: bool = True
    bot_require_code_grant: bool = False
    interactions_endpoint_url: str | None = None
    event_webhooks_url: str | None = None
    event_webhooks_status: int = EVENTS_DISABLED
    event_webhooks_types: tuple[str, ...] = ()
    extras: dict[str, Any] = field(default_factory=dict)
    """Settings that nothing here acts upon: `tags`, `install_params`, ..., as they were sent."""
    commands: CommandBook = field(default_factory=CommandBook)
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bot_token = self.bot_token or new_bot_token(self.bot.id)
        self.client_secret = self.client_secret or secrets.token_urlsafe(24)

    @property
    def public_key(self) -> str:
        """The key that signatures are checked with, in hexadecimal."""
        return bytes(self.signing_key.verify_key).hex()

    @property
    def reads_content(self) -> bool:
        """Whether the Message Content intent is on."""
        return bool(self.flags & MESSAGE_CONTENT)

    def reset_token(self) -> str:
        """Reset the bot token, as the portal does: the old one is refused at once."""
        self.bot_token = new_bot_token(self.bot.id)
        return self.bot_token

    def grant_of(self, access_token: str, now: float) -> Grant | None:
        """The grant that a Bearer token belongs to, if it is alive."""
        for grant in self.grants:
            if grant.access_token == access_token and grant.expires_at > now:
                return grant
        return None


def new_bot_token(bot_id: int) -> str:
    """A token in the shape of Discord's: three parts, the first one the bot's id."""
    owner = base64.urlsafe_b64encode(str(bot_id).encode()).decode().rstrip("=")
    return f"{owner}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"
