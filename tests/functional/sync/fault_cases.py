"""What Discord may do to a sync, case by case, and what the sync makes of it.

Each case is a row of `docs/sync-faults.md` under the same name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from tests.functional.sync.stage import (
    APPLICATION,
    CHANNELS,
    GUILD,
    GUILDS,
    MEMBER,
    THREADS,
    Stage,
)

Outcome = Literal["unharmed", "guild failed", "guild waits", "run pauses", "run failed"]
"""How far the harm goes.

unharmed: everything was synced.
guild failed: Arcade was reported and left as it was; everything else was synced.
guild waits: the same, and the run is not complete: what it waited for may be over in the next one.
run pauses: some guilds were left as they were, and the run is not complete.
run failed: the run raised an error, and guilds and channels are as they were.
"""

_CUT_OFF: Final = '[{"id": "1", "name": "cli'
_CLOUDFLARE_PAGE: Final = "<html><title>502 Bad Gateway</title><center>cloudflare</center></html>"
_BLOCK_PAGE: Final = "<html><title>Access denied</title><h1>Error 1015</h1></html>"
_BLOCK_NOTICE: Final = {
    "code": 0,
    "message": "You are being blocked from accessing our API temporarily due to exceeding our rate"
    " limits frequently.",
}
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Case:
    """A fault.

    Attributes:
        name: Its name in the table.
        disturb: Brings it about; the sync before it and the one after it are not disturbed.
        outcome: How far the harm goes.
        told: What some line of the log says of it; where a guild failed, the line that reports it.
        error: The kind of error that a failed run raises.
    """

    name: str
    disturb: Callable[[Stage], object]
    outcome: Outcome = "unharmed"
    told: str = ""
    error: str = ""


def _on(route: str, *, of_arcade: bool = False, **how: Any) -> Callable[[Stage], object]:
    def disturb(stage: Stage) -> None:
        guild = stage.arcade if of_arcade else None
        stage.discord.faults.add(route, guild=guild, **how)

    return disturb


def _on_arcade(route: str = CHANNELS, **how: Any) -> Callable[[Stage], object]:
    return _on(route, of_arcade=True, **how)


def _limited(scope: str, *, header: str | None = None, **how: Any) -> Callable[[Stage], object]:
    """A 429 for Arcade's channels; its body and its `Retry-After` need not agree."""
    return _on_arcade(scope=scope, headers={"Retry-After": header}, **how)


def _reading_the_member(disturb: Callable[[Stage], object]) -> Callable[[Stage], object]:
    """Have Arcade's owner and roles read again, and that disturbed."""

    def both(stage: Stage) -> None:
        stage.execute(
            f"UPDATE bot_guilds SET member_read_at = NULL WHERE guild_id = {stage.arcade.id}"
        )
        disturb(stage)

    return both


def _channel_with(**fields: Any) -> Callable[[Stage], object]:
    """A channel in Arcade's list that has these fields, and none where the value is `...`."""

    def disturb(stage: Stage) -> None:
        document = {"id": "12345", "type": 0, "name": "odd", "position": 1} | fields
        told = {key: value for key, value in document.items() if value is not ...}
        stage.discord.faults.add(CHANNELS, guild=stage.arcade, body=[told])

    return disturb


def _every_limit_exhausted(stage: Stage) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "0.02"}
    stage.discord.faults.add("*", headers=headers)


def _no_limit_headers(stage: Stage) -> None:
    names = ("Limit", "Remaining", "Reset", "Reset-After", "Bucket")
    stage.discord.faults.add("*", headers={f"X-RateLimit-{name}": None for name in names})


CASES: Final = (
    Case("internal-error-once", _on_arcade(status=500, times=1)),
    Case("internal-error-lasting", _on_arcade(status=500), "guild failed", "status 500"),
    Case("bad-gateway-page", _on_arcade(html=_CLOUDFLARE_PAGE, status=502, times=2)),
    Case(
        "overloaded",
        _on_arcade(status=503, body={"message": "API overloaded", "code": 130000}, times=1),
    ),
    Case("cloudflare-520-lasting", _on_arcade(html="", status=520), "guild failed", "status 520"),
    Case("reset-before-the-answer", _on_arcade(reset=True, times=2)),
    Case("reset-lasting", _on_arcade(reset=True), "guild failed", "no usable answer"),
    Case("reset-in-the-answer", _on_arcade(truncate=True, times=1)),
    Case("slow-answer", _on_arcade(delay=0.9, times=1)),
    Case("truncated-json-once", _on_arcade(html=_CUT_OFF, status=200, times=1)),
    Case(
        "truncated-json-lasting", _on_arcade(html=_CUT_OFF, status=200), "guild failed", "complete"
    ),
    Case("empty-body-once", _on_arcade(html="", status=200, times=1)),
    Case("empty-body-lasting", _on_arcade(html="", status=200), "guild failed", "complete"),
    Case("nested-without-end", _on_arcade(html="[" * 100_000, status=200, times=1)),
    Case("object-for-a-list", _on_arcade(body={}), "guild failed", "not a list"),
    Case("list-of-nulls", _on_arcade(body=[None]), "guild failed", "no object"),
    Case("redirect", _on_arcade(status=302, body={}), "guild failed", "status 302"),
    Case("channel-without-id", _channel_with(id=...), "guild failed", "`id`"),
    Case("channel-without-name", _channel_with(name=None), "guild failed", "`name`"),
    Case("channel-of-no-type", _channel_with(type="text"), "guild failed", "`type`"),
    Case("number-beyond-the-column", _channel_with(position=1 << 40), "guild failed", "range"),
    Case("threads-failing", _on_arcade(THREADS, status=500), "guild failed", "threads/active"),
    Case("threads-missing", _on_arcade(THREADS, body={}), "guild failed", "`threads`"),
    Case(
        "access-refused",
        _on_arcade(status=403, body={"message": "Missing Access", "code": 50001}),
        "guild failed",
        "code 50001",
    ),
    Case(
        "listed-guild-unknown",
        _on_arcade(status=404, body={"message": "Unknown Guild", "code": 10004}),
        "guild failed",
        "code 10004",
    ),
    Case(
        "listed-guild-unknown-itself",
        _reading_the_member(
            _on_arcade(GUILD, status=404, body={"message": "Unknown Guild", "code": 10004})
        ),
        "guild failed",
        "code 10004",
    ),
    Case(
        "member-unknown",
        _reading_the_member(
            _on_arcade(MEMBER, status=404, body={"message": "Unknown Member", "code": 10007})
        ),
        "guild failed",
        "code 10007",
    ),
    Case(
        "guild-without-roles",
        _reading_the_member(_on_arcade(GUILD, body={"id": "1", "name": "x", "owner_id": "2"})),
        "guild failed",
        "`roles`",
    ),
    Case("bad-request", _on_arcade(status=400, body={"code": 50035}), "guild failed", "50035"),
    Case("limited-user", _limited("user", retry_after=0.05, times=1)),
    Case("limited-shared", _limited("shared", retry_after=0.05, times=1)),
    Case("limited-global", _limited("global", retry_after=0.05, times=1)),
    Case(
        "limited-with-requests-remaining",
        _on_arcade(
            scope="user",
            retry_after=0.05,
            headers={"Retry-After": None, "X-RateLimit-Remaining": "7"},
            times=1,
        ),
    ),
    Case("limited-body-longer", _limited("user", retry_after=0.3, header="0", times=1)),
    Case("limited-header-longer", _limited("user", retry_after=0.01, header="1", times=1)),
    Case("limited-lasting", _limited("user", retry_after=0.01), "guild waits", "status 429"),
    Case("limited-beyond-the-time", _limited("user", retry_after=_HOUR), "guild waits", "wait"),
    Case("limited-shared-beyond-the-time", _limited("shared", retry_after=_HOUR), "guild waits"),
    Case("limited-global-beyond-the-time", _limited("global", retry_after=_HOUR), "run pauses"),
    Case("cloudflare-page-1015", _on_arcade(html=_BLOCK_PAGE, status=429), "run pauses"),
    Case("cloudflare-notice", _on_arcade(body=_BLOCK_NOTICE, status=429), "run pauses"),
    Case("cloudflare-notice-as-403", _on_arcade(body=_BLOCK_NOTICE, status=403), "run pauses"),
    Case(
        "limits-nonsense",
        _on("*", headers={"X-RateLimit-Remaining": "many", "X-RateLimit-Reset-After": "-5"}),
    ),
    Case("limits-exhausted", _every_limit_exhausted),
    Case("limits-untold", _no_limit_headers),
    Case(
        "token-refused-midway",
        _on_arcade(status=401, body={"message": "401: Unauthorized", "code": 0}),
        "run failed",
        "Invalid bot token",
        "Unauthorized",
    ),
    Case("application-failing", _on(APPLICATION, status=500), told="endpoints are not checked"),
    Case("application-without-bot", _on(APPLICATION, body={"id": "1", "name": "x"})),
    Case("guild-list-failing", _on(GUILDS, status=500), "run failed", "", "DiscordServerError"),
    Case("guild-list-of-no-list", _on(GUILDS, body={}), "run failed", "", "UnexpectedPayload"),
    Case(
        "guild-list-entry-without-id",
        _on(GUILDS, body=[{"name": "Arcade"}]),
        "run failed",
        "",
        "UnexpectedPayload",
    ),
)
