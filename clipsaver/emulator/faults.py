"""Disturbances on demand: what a route does instead of, or on top of, answering.

faults.add("GET /guilds/{guild_id}/channels", status=500, times=2)
faults.add("GET /users/@me/guilds", html="<h1>502 Bad Gateway</h1>", status=502)
faults.add("GET /guilds/{guild_id}/channels", guild=arcade, scope="shared", retry_after=1.5)
faults.missing_guilds.add(arcade.id)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypedDict

from clipsaver.emulator.calls import Reply, json_bytes
from clipsaver.emulator.rate_limits import limited

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from clipsaver.emulator.channels import Channel
    from clipsaver.emulator.guilds import Guild
    from clipsaver.emulator.rate_limits import Scope
    from clipsaver.emulator.routing import Match

_EVERY_ROUTE: Final = "*"


class Disturbance(TypedDict, total=False):
    """How a fault shows; several can be combined.

    Attributes:
        status: Answer with this status, by default with Discord's JSON body for it.
        body: Answer with this JSON.
        html: Answer with this page, as Cloudflare does.
        scope: Answer 429 with this scope, and `retry_after`.
        retry_after: Seconds that such a 429 asks for; 1 when it is not told.
        delay: Wait so many seconds first.
        reset: Reset the connection instead of answering.
        truncate: Break the connection off in the middle of the answer.
        headers: Set these headers on whatever the answer is; None removes one.
    """

    status: int
    body: Any
    html: str
    scope: Scope
    retry_after: float
    delay: float
    reset: bool
    truncate: bool
    headers: Mapping[str, str | None]


@dataclass(slots=True)
class Fault:
    """A disturbance with the requests it is meant for."""

    route: str
    how: Disturbance
    times_left: int | None
    only: dict[str, str]

    @property
    def delay(self) -> float:
        """Seconds to wait before anything else."""
        return self.how.get("delay", 0.0)

    def is_meant_for(self, match: Match) -> bool:
        """Whether a request is one of those."""
        if self.times_left == 0 or self.route not in (match.endpoint.name, _EVERY_ROUTE):
            return False
        return all(match.params.get(name) == value for name, value in self.only.items())

    def instead(self) -> Reply | None:
        """The answer that takes the place of the route's own, when there is one."""
        how = self.how
        if how.get("reset"):
            return Reply(0, breaks_off="at once")
        if "scope" in how:
            return limited(how["scope"], how.get("retry_after", 1.0))
        if "html" in how:
            return Reply(how.get("status", 502), how["html"].encode(), "text/html; charset=UTF-8")
        if "status" in how or "body" in how:
            status = how.get("status", 200)
            body = how.get("body", {"message": f"{status}: Internal Server Error", "code": 0})
            return Reply(status, json_bytes(body), "application/json")
        return None

    def on_top(self, reply: Reply) -> Reply:
        """The route's answer, or the one in its place, with headers changed or cut short."""
        headers = dict(reply.headers)
        for name, value in self.how.get("headers", {}).items():
            headers.pop(name, None)
            if value is not None:
                headers[name] = value
        if self.how.get("truncate"):
            return replace(reply, headers=headers, breaks_off="midway")
        return replace(reply, headers=headers)


class Faults:
    """Every fault that waits for its requests.

    Attributes:
        missing_guilds: Ids left out of the bot's guild list, though the bot is in them.
        missing_channels: Ids left out of channel and thread lists, though the bot sees them.
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.missing_guilds: set[int] = set()
        self.missing_channels: set[int] = set()

    def add(
        self,
        route: str,
        *,
        times: int | None = None,
        guild: Guild | None = None,
        channel: Channel | None = None,
        **how: Unpack[Disturbance],
    ) -> Fault:
        """Disturb a route from now on.

        Args:
            route: `GET /guilds/{guild_id}/channels`, or `*` for all.
            times: How often; without it, until it is removed.
            guild: Only for requests about this guild.
            channel: Only for requests about this channel.
            **how: The fields of `Disturbance`.
        """
        only: dict[str, str] = {}
        if guild is not None:
            only["guild_id"] = str(guild.id)
        if channel is not None:
            only["channel_id"] = str(channel.id)
        fault = Fault(route, how, times, only)
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """End a fault."""
        self._faults.remove(fault)

    def clear(self) -> None:
        """End all of them."""
        self._faults.clear()
        self.missing_guilds.clear()
        self.missing_channels.clear()

    def take(self, match: Match) -> Fault | None:
        """The oldest fault meant for a request, with one of its times used up."""
        for fault in self._faults:
            if fault.is_meant_for(match):
                if fault.times_left is not None:
                    fault.times_left -= 1
                return fault
        return None
