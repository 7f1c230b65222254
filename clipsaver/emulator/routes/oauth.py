"""Tokens of users who authorised the application (Discord docs, OAuth2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from clipsaver.emulator import problems
from clipsaver.emulator.application import AuthorizationCode, Grant
from clipsaver.emulator.calls import answer
from clipsaver.emulator.payloads import application, guilds, people
from clipsaver.emulator.payloads.values import instant

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Call, Reply

TOKEN_LIFETIME_SECONDS: Final = 604_800
_FORM: Final = "application/x-www-form-urlencoded"


class _GrantRefused(Exception):
    """Why no token is given, in the words of OAuth 2."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error}
        if description:
            self.body["error_description"] = description


def token(call: Call) -> Reply:
    """Exchange a code, or a refresh token, for tokens; takes forms only."""
    form = _form(call)
    try:
        _authenticate_client(call, form)
        return answer(_granted(call, form))
    except _GrantRefused as refused:
        return answer(refused.body, refused.status)


def revoke(call: Call) -> Reply:
    """End a user's authorisation with all of its tokens; the bot stays where it is."""
    form = _form(call)
    try:
        _authenticate_client(call, form)
    except _GrantRefused as refused:
        return answer(refused.body, refused.status)
    grants = call.world.application.grants
    wanted = form.get("token")
    revoked = [grant for grant in grants if wanted in (grant.access_token, grant.refresh_token)]
    for user in {grant.user for grant in revoked}:
        grants[:] = [grant for grant in grants if grant.user is not user]
        call.platform.webhook_events.announce_revocation(user)
    return answer({})


def current_authorization(call: Call) -> Reply:
    """Tell what a Bearer token is good for."""
    if call.grant is None:
        raise problems.unauthorized()
    told: dict[str, Any] = {
        "application": application.public(call.world),
        "scopes": list(call.grant.scopes),
        "expires": instant(datetime.fromtimestamp(call.grant.expires_at, UTC)),
    }
    if "identify" in call.grant.scopes:
        told["user"] = people.user(call.grant.user)
    return answer(told)


def _form(call: Call) -> dict[str, str]:
    if call.headers.get("Content-Type", "").partition(";")[0].strip() != _FORM:
        raise problems.invalid("", "CONTENT_TYPE_INVALID", f'Expected "Content-Type" {_FORM}.')
    return call.form()


def _authenticate_client(call: Call, form: dict[str, str]) -> None:
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    kind, _, credentials = call.headers.get("Authorization", "").partition(" ")
    if kind == "Basic":
        try:
            client_id, _, secret = base64.b64decode(credentials).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise _GrantRefused("invalid_client", status=401) from None
    known = call.world.application
    if client_id != str(known.id) or not hmac.compare_digest(
        secret.encode(), known.client_secret.encode()
    ):
        raise _GrantRefused("invalid_client", status=401)


def _granted(call: Call, form: dict[str, str]) -> dict[str, Any]:
    match form.get("grant_type"):
        case "authorization_code":
            return _exchange(call, form)
        case "refresh_token":
            return _refresh(call, form)
        case "client_credentials":
            return _own_token(call, form)
        case other:
            raise _GrantRefused("unsupported_grant_type", f"Grant type {other} is not supported")


def _exchange(call: Call, form: dict[str, str]) -> dict[str, Any]:
    known = call.world.application
    # A code is gone after one attempt, whatever comes of it.
    code = known.codes.pop(form.get("code", ""), None)
    if code is None or code.expires_at < call.world.clock.time():
        raise _GrantRefused("invalid_grant", 'Invalid "code" in request.')
    if form.get("redirect_uri") != code.redirect_uri:
        raise _GrantRefused("invalid_grant", 'Invalid "redirect_uri" in request.')
    if code.challenge is not None and code.challenge != _challenge(form.get("code_verifier", "")):
        raise _GrantRefused("invalid_grant", 'Invalid "code_verifier" in request.')
    if code.guild is not None and known.bot_require_code_grant:
        call.world.add_bot(code.guild, permissions=code.permissions, installer=code.user)
    return _issue(call, code)


def _refresh(call: Call, form: dict[str, str]) -> dict[str, Any]:
    grants, wanted = call.world.application.grants, form.get("refresh_token")
    grant = next((each for each in grants if wanted and each.refresh_token == wanted), None)
    if grant is None:
        raise _GrantRefused("invalid_grant", 'Invalid "refresh_token" in request.')
    grants.remove(grant)
    return _tokens(_new_grant(call, grant))


def _own_token(call: Call, form: dict[str, str]) -> dict[str, Any]:
    """A token for the application's owner, who needs no consent; it cannot be refreshed."""
    scopes = tuple(form.get("scope", "").split())
    if not scopes:
        raise _GrantRefused("invalid_scope")
    grant = Grant(
        call.world.application.owner,
        scopes,
        call.world.clock.time() + TOKEN_LIFETIME_SECONDS,
        secrets.token_urlsafe(22),
    )
    call.world.application.grants.append(grant)
    return _tokens(grant)


def _issue(call: Call, code: AuthorizationCode) -> dict[str, Any]:
    grant = _new_grant(call, Grant(code.user, code.scopes, 0.0, "", guild=code.guild))
    tokens = _tokens(grant)
    if code.guild is not None and "bot" in code.scopes:
        tokens["guild"] = guilds.full(code.guild)
    return tokens


def _new_grant(call: Call, like: Grant) -> Grant:
    grant = Grant(
        like.user,
        like.scopes,
        call.world.clock.time() + TOKEN_LIFETIME_SECONDS,
        secrets.token_urlsafe(22),
        secrets.token_urlsafe(22),
        like.guild,
    )
    call.world.application.grants.append(grant)
    return grant


def _tokens(grant: Grant) -> dict[str, Any]:
    tokens = {
        "token_type": "Bearer",
        "access_token": grant.access_token,
        "expires_in": TOKEN_LIFETIME_SECONDS,
        "scope": " ".join(grant.scopes),
    }
    return tokens | ({"refresh_token": grant.refresh_token} if grant.refresh_token else {})


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
