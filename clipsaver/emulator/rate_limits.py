"""Discord's rate limits, kept by the server's own clock (Discord docs, Rate Limits).

Three kinds. Each route has a bucket for each major parameter (guild, channel, webhook). Above
them stands the global limit of 50 requests in any second, which interactions are exempt from. And
Cloudflare, in front of it all, blocks an address that collected 10,000 answers of 401, 403 or 429
within ten minutes, those of scope `shared` not counted.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from clipsaver.emulator.calls import Reply, json_bytes

if TYPE_CHECKING:
    from clipsaver.emulator.clock import Clock
    from clipsaver.emulator.routing import Match

Scope = Literal["user", "global", "shared"]

GLOBAL_REQUESTS_PER_SECOND: Final = 50
INVALID_REQUESTS: Final = 10_000
INVALID_WINDOW_SECONDS: Final = 600.0
BLOCK_SECONDS: Final = 3600.0
_INVALID_STATUSES: Final = frozenset({401, 403, 429})
_MESSAGES: Final[dict[Scope, str]] = {
    "user": "You are being rate limited.",
    "global": "You are being rate limited.",
    "shared": "The resource is being rate limited.",
}
_BLOCK_PAGE: Final = b"""<!doctype html>
<html lang="en-US"><head><title>Access denied | discord.com used Cloudflare to restrict access\
</title></head>
<body><h1>Error 1015</h1><p>You are being rate limited</p></body></html>
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in so many seconds."""

    requests: int
    seconds: float


@dataclass(slots=True)
class _Bucket:
    """A window that opens with its first request and ends by itself."""

    limit: Limit
    resets_at: float
    used: int = 0


class RateLimits:
    """What is allowed, and how much of it is used.

    Attributes:
        enabled: Whether anything is limited at all; headers are sent either way.
        per_second: The global limit.
        usual: The bucket of every route that has none of its own in `routes`.
        routes: Buckets by route, `GET /guilds/{guild_id}/channels`.
        invalid_requests: How many invalid requests in ten minutes get an address blocked.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.enabled = True
        self.per_second = GLOBAL_REQUESTS_PER_SECOND
        self.usual = Limit(1000, 1.0)
        self.routes: dict[str, Limit] = {}
        self.invalid_requests = INVALID_REQUESTS
        self._admitted: dict[str, deque[float]] = defaultdict(deque)
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._invalid: dict[str, deque[float]] = defaultdict(deque)
        self._blocked_until: dict[str, float] = {}

    def admit_globally(self, caller: str) -> Reply | None:
        """Count a request against the global limit; a 429 when there are too many in this second.

        Args:
            caller: The bot token, or the address of somebody without one.
        """
        now = self._clock.time()
        admitted = self._admitted[caller]
        while admitted and admitted[0] <= now - 1:
            admitted.popleft()
        if self.enabled and len(admitted) >= self.per_second:
            oldest = admitted[0] if admitted else now
            return limited("global", oldest + 1 - now)
        admitted.append(now)
        return None

    def admit(self, match: Match) -> tuple[dict[str, str], Reply | None]:
        """Count a request against its bucket.

        Returns:
            The headers to answer with, and a 429 when the bucket is empty.
        """
        now = self._clock.time()
        key = (match.endpoint.name, match.major)
        limit = self.routes.get(match.endpoint.name, self.usual)
        bucket = self._buckets.get(key)
        if bucket is None or bucket.resets_at <= now or bucket.limit != limit:
            bucket = self._buckets[key] = _Bucket(limit, now + limit.seconds)
        is_over = self.enabled and bucket.used >= limit.requests
        bucket.used += not is_over
        headers = _headers(match, bucket, now)
        return headers, limited("user", bucket.resets_at - now, headers) if is_over else None

    def blocked(self, address: str) -> Reply | None:
        """Cloudflare's page, while an address is blocked."""
        if self._blocked_until.get(address, 0.0) > self._clock.time():
            return Reply(429, _BLOCK_PAGE, "text/html; charset=UTF-8", {"Retry-After": "3600"})
        return None

    def count(self, address: str, reply: Reply) -> None:
        """Take note of an answer; too many invalid requests get the address blocked."""
        is_shared = reply.headers.get("X-RateLimit-Scope") == "shared"
        if reply.status not in _INVALID_STATUSES or is_shared:
            return
        now = self._clock.time()
        invalid = self._invalid[address]
        while invalid and invalid[0] <= now - INVALID_WINDOW_SECONDS:
            invalid.popleft()
        invalid.append(now)
        if len(invalid) >= self.invalid_requests:
            self._blocked_until[address] = now + BLOCK_SECONDS

    def invalid_count(self, address: str = "127.0.0.1") -> int:
        """How many invalid requests an address has collected in the last ten minutes."""
        since = self._clock.time() - INVALID_WINDOW_SECONDS
        return sum(moment > since for moment in self._invalid[address])


def limited(scope: Scope, retry_after: float, headers: dict[str, str] | None = None) -> Reply:
    """A 429: the body tells the wait with decimals, the header in whole seconds, rounded up."""
    body = {
        "message": _MESSAGES[scope],
        "retry_after": round(retry_after, 3),
        "global": scope == "global",
    }
    told = dict(headers or {})
    told["Retry-After"] = str(math.ceil(retry_after))
    told["X-RateLimit-Scope"] = scope
    if scope == "global":
        told["X-RateLimit-Global"] = "true"
    return Reply(429, json_bytes(body), "application/json", told)


def _headers(match: Match, bucket: _Bucket, now: float) -> dict[str, str]:
    digest = hashlib.md5(match.endpoint.name.encode(), usedforsecurity=False).hexdigest()
    return {
        "X-RateLimit-Limit": str(bucket.limit.requests),
        "X-RateLimit-Remaining": str(max(0, bucket.limit.requests - bucket.used)),
        "X-RateLimit-Reset": f"{bucket.resets_at:.3f}",
        "X-RateLimit-Reset-After": f"{bucket.resets_at - now:.3f}",
        "X-RateLimit-Bucket": digest,
    }
