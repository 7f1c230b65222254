"""Signed, expiring links to files (Discord docs, Signed Attachment CDN URLs)."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clipsaver.emulator.world import World


def attachment_path(owner_id: int, attachment_id: int, filename: str, *, ephemeral: bool) -> str:
    """Where a file lies: below its channel, or for files of interactions below the application."""
    folder = "ephemeral-attachments" if ephemeral else "attachments"
    return f"/{folder}/{owner_id}/{attachment_id}/{quote(filename)}"


def sign(world: World, path: str) -> str:
    """A link to that path, alive for the world's link lifetime from now."""
    issued = int(world.clock.time())
    expiry = f"{issued + world.link_lifetime:x}"
    start = f"{issued:x}"
    signature = _signature(world, path, expiry, start)
    return f"{world.cdn_url}{path}?ex={expiry}&is={start}&hm={signature}&"


def is_valid(world: World, path: str, query: Mapping[str, str]) -> bool:
    """Whether a link was signed here and has not expired; other parameters do not matter."""
    expiry, issued = query.get("ex", ""), query.get("is", "")
    wanted = _signature(world, path, expiry, issued)
    if not hmac.compare_digest(wanted, query.get("hm", "")):
        return False
    return int(expiry, 16) > world.clock.time()


def _signature(world: World, path: str, expiry: str, issued: str) -> str:
    signed = f"{unquote(path)}|{expiry}|{issued}".encode()
    return hmac.new(world.link_secret, signed, hashlib.sha256).hexdigest()
