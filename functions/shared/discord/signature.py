"""Whether a request really comes from Discord.

Discord signs the timestamp header followed by the raw body with Ed25519 (Discord docs, Interactions
overview, Validating Security Request Headers), for interactions and webhook events alike. Every
PING needs this module, so it imports nothing beyond what checking a signature takes.
"""

import contextlib
import io
import re
from typing import Final

import discord_interactions

_SIGNATURE: Final = re.compile(r"[0-9a-fA-F]{128}")
"""An Ed25519 signature in hexadecimal; `bytes.fromhex` alone would also accept whitespace in it."""
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")
"""Unix seconds; twelve digits reach the year 33658."""


def verify(
    body: bytes,
    signature: str | None,
    timestamp: str | None,
    public_key: str,
    *,
    now: float,
    window: float,
) -> bool:
    """Tell whether Discord signed `timestamp` and `body`, and did so recently. Never raises.

    Args:
        body: The request's bytes as they came, before any decoding.
        signature: The header `X-Signature-Ed25519`, or None if it is absent.
        timestamp: The header `X-Signature-Timestamp`, or None if it is absent.
        public_key: The application's public key, 64 hexadecimal digits.
        now: Unix seconds of this machine's clock.
        window: How many seconds the timestamp may lie before or after `now`.

    Returns:
        False for anything malformed, forged or outside the window, and for an unusable key.
    """
    if signature is None or not _SIGNATURE.fullmatch(signature):
        return False
    if timestamp is None or not _TIMESTAMP.fullmatch(timestamp):
        return False
    if abs(now - int(timestamp)) > window:
        return False
    # The library prints why a signature is refused, and a Lambda's output is its log.
    with contextlib.redirect_stdout(io.StringIO()):
        return bool(discord_interactions.verify_key(body, signature, timestamp, public_key))
