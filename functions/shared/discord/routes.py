"""The calls of Discord's REST API that Clip Saver makes.

A route is a method and a path template. Its text never holds a value, so it may stand in logs,
errors and metrics even where the path of a call carries an interaction's token.
"""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path template such as `/guilds/{guild_id}/channels`.

    Attributes:
        method: The HTTP method in capitals.
        template: The path below the API's base URL, with its parameters in braces.
        major: The parameters whose values have rate limits of their own: a guild's id, a channel's,
            or a webhook's id and token (Discord docs, Rate Limits).
        with_bot_token: False where the token of an interaction in the path is the authority. Such
            routes are also exempt from the global rate limit (Discord docs, Rate Limits).
    """

    method: str
    template: str
    major: tuple[str, ...] = ()
    with_bot_token: bool = True

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def is_idempotent(self) -> bool:
        """Whether a repeat does no harm; Discord's PATCH sets fields to the values it is given."""
        return self.method != "POST"

    def compile(self, **parameters: int | str) -> "CompiledRoute":
        """Fill in every parameter of the template; values are escaped for the path."""
        values = {name: quote(str(value), safe="") for name, value in parameters.items()}
        return CompiledRoute(
            self, self.template.format_map(values), tuple(values[name] for name in self.major)
        )


@dataclass(frozen=True, slots=True)
class CompiledRoute:
    """A route with its values; only the route is shown, for the values may be secrets."""

    route: Route
    path: str = field(repr=False)
    major: tuple[str, ...] = field(repr=False)

    def __str__(self) -> str:
        return str(self.route)


GET_CURRENT_USER: Final = Route("GET", "/users/@me")
LIST_GUILDS: Final = Route("GET", "/users/@me/guilds")

GET_GUILD: Final = Route("GET", "/guilds/{guild_id}", ("guild_id",))
GET_MEMBER: Final = Route("GET", "/guilds/{guild_id}/members/{user_id}", ("guild_id",))
LIST_CHANNELS: Final = Route("GET", "/guilds/{guild_id}/channels", ("guild_id",))
LIST_ACTIVE_THREADS: Final = Route("GET", "/guilds/{guild_id}/threads/active", ("guild_id",))
SEARCH_MESSAGES: Final = Route("GET", "/guilds/{guild_id}/messages/search", ("guild_id",))

GET_CHANNEL: Final = Route("GET", "/channels/{channel_id}", ("channel_id",))
LIST_MESSAGES: Final = Route("GET", "/channels/{channel_id}/messages", ("channel_id",))
GET_MESSAGE: Final = Route("GET", "/channels/{channel_id}/messages/{message_id}", ("channel_id",))
LIST_PUBLIC_ARCHIVED_THREADS: Final = Route(
    "GET", "/channels/{channel_id}/threads/archived/public", ("channel_id",)
)
LIST_JOINED_PRIVATE_ARCHIVED_THREADS: Final = Route(
    "GET", "/channels/{channel_id}/users/@me/threads/archived/private", ("channel_id",)
)
GET_THREAD_MEMBER: Final = Route(
    "GET", "/channels/{channel_id}/thread-members/{user_id}", ("channel_id",)
)

GET_APPLICATION: Final = Route("GET", "/applications/@me")
UPDATE_APPLICATION: Final = Route("PATCH", "/applications/@me")
LIST_COMMANDS: Final = Route("GET", "/applications/{application_id}/commands")
OVERWRITE_COMMANDS: Final = Route("PUT", "/applications/{application_id}/commands")

EDIT_ORIGINAL: Final = Route(
    "PATCH",
    "/webhooks/{application_id}/{interaction_token}/messages/@original",
    ("application_id", "interaction_token"),
    with_bot_token=False,
)
