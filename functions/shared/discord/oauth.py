"""OAuth2, as far as adding the bot to a guild needs it (Discord docs, OAuth2).

A user consents on a page of Discord's and comes back with a code. The code is worth a token once,
and soon; the token tells who the user is and is revoked as soon as that is known.
"""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import httpx

from functions.shared import credentials, errors, models
from functions.shared.discord import answers, payloads
from functions.shared.discord.fields import Fields
from functions.shared.discord.transport import USER_AGENT, translated_errors

BOT_PERMISSIONS: Final = (
    models.Permission.VIEW_CHANNEL
    | models.Permission.READ_MESSAGE_HISTORY
    | models.Permission.CONNECT
)
"""What the bot asks for: to see channels, to read them, and to read the chat of voice channels."""

_PLAIN_SCOPES: Final = ("bot", "applications.commands")
_SCOPES: Final = (*_PLAIN_SCOPES, "identify")
_TIMEOUT: Final = httpx.Timeout(5.0, connect=3.0)

_EXCHANGE: Final = "POST /oauth2/token"
_REVOKE: Final = "POST /oauth2/token/revoke"
_WHO: Final = "GET /users/@me"


def discord_origin(api_url: str) -> str:
    """Where Discord's pages for browsers are: the API's scheme, host and port."""
    parts = urlsplit(api_url)
    return f"{parts.scheme}://{parts.netloc}"


def consent_url(
    api_url: str,
    application_id: str,
    *,
    redirect_uri: str,
    state: str,
    guild_id: models.GuildId | None = None,
) -> str:
    """The page that asks a user to add the bot, and sends them back to `redirect_uri`.

    Args:
        api_url: The API's base URL.
        application_id: The application's id.
        redirect_uri: Must be registered with the application, byte for byte.
        state: What comes back with the user.
        guild_id: The guild to preselect; the user may choose another.
    """
    wanted = {"response_type": "code", "redirect_uri": redirect_uri, "state": state}
    return _authorize_url(api_url, application_id, _SCOPES, guild_id, wanted)


def plain_url(api_url: str, application_id: str, guild_id: models.GuildId | None = None) -> str:
    """The page that asks a user to add the bot, and ends on a page of Discord's own."""
    return _authorize_url(api_url, application_id, _PLAIN_SCOPES, guild_id, {})


def _authorize_url(
    api_url: str,
    application_id: str,
    scopes: tuple[str, ...],
    guild_id: models.GuildId | None,
    wanted: dict[str, str],
) -> str:
    query = {
        "client_id": application_id,
        "scope": " ".join(scopes),
        "permissions": str(int(BOT_PERMISSIONS)),
        **wanted,
    }
    if guild_id is not None:
        query["guild_id"] = str(guild_id)
    return f"{discord_origin(api_url)}/oauth2/authorize?{urlencode(query, quote_via=quote)}"


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a code was worth.

    Attributes:
        access_token: Acts for the user until it is revoked.
        guild_id: The guild that the bot was added to; None if it was not added to any.
    """

    access_token: str = field(repr=False)
    guild_id: models.GuildId | None


class OAuthClient:
    """Speaks to Discord as the application, or as a user who just consented.

    Nothing is repeated: a code is spent by its first use, whatever the answer. Only where the
    client secret was refused and there is a newer one, that is tried: Discord has then not looked
    at the code yet (RFC 6749, 5.2 Error Response).

    Args:
        api_url: The API's base URL, its version included.
        application_id: The application's id.
        client_secret: The application's secret, or where the one of the moment is to be had; it is
            not the bot's token.
    """

    def __init__(
        self, *, api_url: str, application_id: str, client_secret: str | credentials.Credential
    ) -> None:
        self._api_url = api_url
        self._application_id = application_id
        self._client_secret = credentials.of(client_secret)
        self._http: httpx.AsyncClient | None = None

    async def exchange(self, code: str, redirect_uri: str) -> Authorization:
        """Exchange a code for a token.

        Args:
            code: What the user came back with.
            redirect_uri: Where they came back to.

        Raises:
            errors.BadRequest: The code was used before, is too old, or is not of this application.
            errors.ConfigurationError: Discord does not know the client secret.
            errors.DiscordError: No usable answer; the code is spent nevertheless.
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        fields = Fields(await self._post(_EXCHANGE, form), _EXCHANGE)
        added_to = fields.child("guild").snowflake("id") if fields.has("guild") else None
        return Authorization(
            access_token=fields.text("access_token"),
            guild_id=None if added_to is None else models.GuildId(added_to),
        )

    async def get_user(self, access_token: str) -> models.User:
        """Get the user that a token acts for.

        Raises:
            errors.DiscordError: Discord did not tell.
        """
        bearer = {"Authorization": f"Bearer {access_token}"}
        with translated_errors(_WHO):
            response = await self._connections().get(f"{self._api_url}/users/@me", headers=bearer)
        return payloads.user(_read(response).payload(_WHO), _WHO)

    async def revoke(self, access_token: str) -> None:
        """End the user's authorisation with every token of it; the bot stays in the guild.

        Raises:
            errors.ConfigurationError: Discord does not know the client secret.
            errors.DiscordError: No usable answer.
        """
        form = {"token": access_token, "token_type_hint": "access_token"}
        await self._post(_REVOKE, form)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _post(self, route: str, form: dict[str, str]) -> object:
        """Send a form, the only thing that these routes take, as the application."""
        secret = await self._client_secret.current()
        answer = await self._post_as(secret, route, form)
        if answer.status == answers.UNAUTHORIZED:
            newer = await self._client_secret.renewed(secret)
            if newer != secret:
                answer = await self._post_as(newer, route, form)
        if answer.status == answers.UNAUTHORIZED:
            raise errors.ConfigurationError(
                "Discord refuses DISCORD_CLIENT_SECRET: copy it again from the developer portal, "
                "OAuth2, Client Secret"
            )
        try:
            return answer.payload(route)
        except errors.BadRequest as error:
            # OAuth explains itself in words of its own (RFC 6749, 5.2 Error Response).
            reason = answer.error.get("error_description") or answer.error.get("error")
            raise errors.BadRequest(str(reason), route=route, status=answer.status) from error

    async def _post_as(self, secret: str, route: str, form: dict[str, str]) -> answers.Answer:
        url = self._api_url + route.partition(" ")[2]
        application = httpx.BasicAuth(self._application_id, secret)
        with translated_errors(route):
            return _read(await self._connections().post(url, data=form, auth=application))

    def _connections(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(
                timeout=_TIMEOUT,
                follow_redirects=False,
                # Proxies and certificates from the environment are the business of settings.py.
                trust_env=False,
                headers={"User-Agent": USER_AGENT},
            )
        return self._http


def _read(response: httpx.Response) -> answers.Answer:
    return answers.Answer.read(response.status_code, response.headers, response.content)
