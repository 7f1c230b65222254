"""The cookie in which a browser keeps its key."""

from typing import Final

from fastapi import Request, Response

from functions.interactions.address import Address
from functions.interactions.install import state as states

_NAME: Final = "clip-saver-install"
_HOST_PREFIX: Final = "__Host-"
"""Only this very host can have set such a cookie, and only over TLS (RFC 6265bis, 4.1.3.2)."""
_LIFETIME_SECONDS: Final = 86_400
"""Longer than an intent can live, so that an expired install is told as one."""


def key(request: Request, address: Address) -> str | None:
    """The browser's key; None if it has none, or nothing that could be one."""
    found = request.cookies.get(_name(address))
    return found if states.is_key(found) else None


def remember(response: Response, key: str, address: Address) -> None:
    """Have the browser keep its key, and show it when it comes back from Discord."""
    response.set_cookie(
        _name(address),
        key,
        max_age=_LIFETIME_SECONDS,
        path="/",
        secure=address.is_secure,
        httponly=True,
        # Strict would hold it back when Discord sends the browser here.
        samesite="lax",
    )


def _name(address: Address) -> str:
    return f"{_HOST_PREFIX}{_NAME}" if address.is_secure else _NAME
