"""How fast Discord may be asked, and what this client does to stay below it.

Three limits hold at once (Discord docs, Rate Limits).

**Buckets.** Each answer names, in its headers, the bucket it was charged to: an opaque hash, the
requests that remain, and the seconds until the quota is whole again. Which routes share a quota is
not documented, so four things must be assumed:

- The quota belongs to the hash *and* the route's major parameter (a guild, a channel, or a webhook
  with its token): listing the channels of two guilds charges two quotas under one hash.
- The hash of a route is unknown before its first answer and may change at any time, so it is read
  anew from every answer; what was known under the old hash is not carried over.
- Two routes have been seen to share a hash and yet not the quota, so the route is part of the key.
- The window slides, `Remaining` may be wrong, and some routes have limits that no header shows. A
  429 is therefore obeyed whatever the headers say.

An unknown bucket is approached with one request at a time, which then costs nothing to keep: only
one request per route and major parameter is ever under way (the transport sees to that). So every
answer describes the newest request, nothing needs to be estimated, and a sync over many guilds
still runs at full speed, because each guild has its own buckets.

**The global limit** is 50 requests a second for one bot, counted in Discord's clock over any second
and not per calendar second. `Pace` keeps two rules. One request is due every 1/rate seconds, and a
tardy timer may be caught up on, so that the average rate is met exactly (the generic cell rate
algorithm, GCRA). And never do more than 50 requests leave within a second and a margin for requests
that overtake each other on their way, whatever was caught up on. A rate of 50 would need that
margin to be zero, so the highest rate is a little lower. Calls that an interaction's token
authorises are exempt.

**Invalid requests.** An address that collects 10,000 answers of 401, 403 or 429 within ten minutes
is blocked by Cloudflare for up to a day. A 429 of scope `shared` does not count: somebody else used
up that quota. The address may be shared with other functions, so this client stops at a quarter.

A 429 is about one bucket (scopes `user` and `shared`), about the bot (`global`: every call with the
bot's token pauses), or is Cloudflare's block (everything pauses).

The classes hold no timers and never sleep: they tell how long to wait, in seconds.
"""

import math
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from functions.shared.discord import answers, routes

GLOBAL_LIMIT: Final = 50
"""Requests that one bot may send in any second."""
HIGHEST_RATE: Final = 48.5
"""Requests per second at a share of 1.0: 50 of them then spread over 1.03 seconds."""
_GUARDED_SECONDS: Final = 1.03
"""Discord's second and 30 ms by which requests may bunch up on their way there."""
_CATCH_UP_SECONDS: Final = 0.1
"""How tardy a request may be and still leave the due times of the next ones where they were."""

INVALID_REQUEST_LIMIT: Final = 2_500
INVALID_REQUEST_SECONDS: Final = 600.0
_INVALID_STATUSES: Final = frozenset(
    {answers.UNAUTHORIZED, answers.FORBIDDEN, answers.TOO_MANY_REQUESTS}
)

_BLOCK_SECONDS: Final = 600.0
"""The pause after a block that names no end: by then no invalid request of ours counts any more."""
_UNTOLD_SECONDS: Final = 1.0
"""The pause after a 429 that names no end."""
_JITTER_SECONDS: Final = 0.25
_PRUNE_SIZE: Final = 1_000

# Environments restored from one snapshot would share the state of a seeded generator.
_RANDOM: Final = random.SystemRandom()


def _jitter() -> float:
    return _RANDOM.uniform(0, _JITTER_SECONDS)


class Pace:
    """The global limit: `rate` requests per second, and never more than 50 in any second."""

    def __init__(self, rate: float) -> None:
        self._interval = 1 / rate
        self._due = -math.inf
        self._recent: deque[float] = deque(maxlen=GLOBAL_LIMIT)

    def delay(self, now: float) -> float:
        """Seconds until the next request may leave, 0 or less if it may leave now."""
        is_full = len(self._recent) == GLOBAL_LIMIT
        room = self._recent[0] + _GUARDED_SECONDS if is_full else -math.inf
        return max(self._due, room) - now

    def take(self, now: float) -> None:
        """Record that a request leaves."""
        self._due = max(self._due, now - _CATCH_UP_SECONDS) + self._interval
        self._recent.append(now)


class InvalidRequests:
    """The answers of the last ten minutes that count towards Cloudflare's block."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=INVALID_REQUEST_LIMIT)

    def record(self, now: float) -> None:
        """Count one more."""
        self._times.append(now)

    def delay(self, now: float) -> float:
        """Seconds until another may be risked, 0 or less if it may now."""
        if len(self._times) < INVALID_REQUEST_LIMIT:
            return 0.0
        return self._times[0] + INVALID_REQUEST_SECONDS - now


class BucketKey(NamedTuple):
    """What a quota belongs to; the hash is None until an answer names it."""

    hash: str | None
    major: tuple[str, ...]
    route: str


@dataclass(slots=True)
class Bucket:
    """A quota as its latest answer described it; `resets_at` is an instant of the clock."""

    remaining: int
    resets_at: float


class RateLimits:
    """The state of all limits for one bot in this process.

    Args:
        rate_share: The share of the global limit to use, above 0 and at most 1.
        clock: A monotonic clock in seconds.
        jitter: Seconds added to each pause that Discord asks for, so that environments which were
            refused together do not return together.
    """

    def __init__(
        self,
        rate_share: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = _jitter,
    ) -> None:
        self._clock = clock
        self._jitter = jitter
        self._pace = Pace(min(GLOBAL_LIMIT * rate_share, HIGHEST_RATE))
        self._invalid = InvalidRequests()
        self._hashes: dict[str, str] = {}
        self._buckets: dict[BucketKey, Bucket] = {}
        self._prune_at = _PRUNE_SIZE
        self._bot_paused_until = -math.inf
        self._all_paused_until = -math.inf

    def bucket_delay(self, call: routes.CompiledRoute) -> float:
        """Seconds until the bucket of this call has room, 0 or less if it has."""
        bucket = self._buckets.get(self._key(call))
        return bucket.resets_at - self._clock() if bucket and bucket.remaining <= 0 else 0.0

    def global_delay(self, call: routes.CompiledRoute) -> float:
        """Seconds until the limits common to all calls let this one leave, 0 or less if now."""
        now = self._clock()
        block = self._all_paused_until - now
        if not call.route.with_bot_token:
            return block
        return max(block, self._bot_paused_until - now, self._pace.delay(now))

    def invalid_requests_delay(self) -> float:
        """Seconds until this address may risk another invalid request, 0 or less if now."""
        return self._invalid.delay(self._clock())

    def taken(self, call: routes.CompiledRoute) -> None:
        """Record that the call leaves now."""
        if call.route.with_bot_token:
            self._pace.take(self._clock())
        if bucket := self._buckets.get(self._key(call)):
            bucket.remaining -= 1

    def answered(self, call: routes.CompiledRoute, answer: answers.Answer) -> None:
        """Learn from an answer: bucket, pauses and the count of invalid requests."""
        now = self._clock()
        self._learn(call, answer, now)
        if answer.is_rate_limited:
            self._pause(call, answer, now)
        is_shared = answer.is_rate_limited and answer.scope == "shared"
        if answer.status in _INVALID_STATUSES and not is_shared:
            self._invalid.record(now)

    def _key(self, call: routes.CompiledRoute) -> BucketKey:
        route = str(call)
        return BucketKey(self._hashes.get(route), call.major, route)

    def _learn(self, call: routes.CompiledRoute, answer: answers.Answer, now: float) -> None:
        if bucket_hash := answer.headers.get("x-ratelimit-bucket"):
            self._hashes[str(call)] = bucket_hash
        remaining = answers.number(answer.headers, "x-ratelimit-remaining")
        reset_after = answers.number(answer.headers, "x-ratelimit-reset-after")
        if remaining is not None and reset_after is not None:
            self._store(call, Bucket(int(remaining), now + reset_after), now)

    def _pause(self, call: routes.CompiledRoute, answer: answers.Answer, now: float) -> None:
        scope = answer.scope
        untold = _BLOCK_SECONDS if scope == "cloudflare" else _UNTOLD_SECONDS
        wait = untold if answer.retry_after is None else answer.retry_after
        until = now + wait + self._jitter()
        if scope == "cloudflare":
            self._all_paused_until = max(self._all_paused_until, until)
        elif scope == "global" and call.route.with_bot_token:
            self._bot_paused_until = max(self._bot_paused_until, until)
        else:
            self._store(call, Bucket(0, until), now)

    def _store(self, call: routes.CompiledRoute, bucket: Bucket, now: float) -> None:
        """Keep a bucket, and now and then forget those whose quota is whole again."""
        self._buckets[self._key(call)] = bucket
        if len(self._buckets) >= self._prune_at:
            self._buckets = {k: b for k, b in self._buckets.items() if b.resets_at > now}
            self._prune_at = max(_PRUNE_SIZE, 2 * len(self._buckets))
