"""The state that travels to Discord and back, and the browser's key that seals it.

A browser gets one key, in a cookie that no script and no other site can read, and each install it
starts gets a state of its own: 256 random bits and their seal under that key. Whoever comes back
with a state must have the key that seals it, so nobody can finish an install in another's browser,
and several can be under way in one. Neither the state nor the database tells the key. Pure.
"""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final

_BYTES: Final = 32
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""32 bytes in URL-safe base64 without padding."""
_STATE: Final = re.compile(rf"{_KEY.pattern}\.{_KEY.pattern}")


def new_key() -> str:
    """A key for a browser that has none."""
    return secrets.token_urlsafe(_BYTES)


def is_key(text: str | None) -> bool:
    """Whether a browser's cookie holds a key; anything shorter could be guessed."""
    return bool(text and _KEY.fullmatch(text))


def new_state(key: str) -> str:
    """A state for an install that the browser with this key begins."""
    nonce = secrets.token_urlsafe(_BYTES)
    return f"{nonce}.{_seal(key, nonce)}"


def is_well_formed(state: str | None) -> bool:
    """Whether it could be a state at all."""
    return bool(state and _STATE.fullmatch(state))


def is_sealed_by(state: str, key: str) -> bool:
    """Whether a well-formed state was made for the browser with this key."""
    nonce, _, seal = state.partition(".")
    return hmac.compare_digest(seal, _seal(key, nonce))


def _seal(key: str, nonce: str) -> str:
    digest = hmac.digest(key.encode(), nonce.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
