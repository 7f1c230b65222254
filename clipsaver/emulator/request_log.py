"""What was asked of the local Discord, for tests to count."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request that was answered, or whose connection was broken off.

    Attributes:
        route: Method and route template, or method and path when no route matched.
        path: The path as it came, tokens of interactions included.
        query: The raw query string.
        status: HTTP status; 0 for a connection broken off before the answer.
        at: When it arrived, in seconds of the world's clock.
        seconds: How long it took.
    """

    route: str
    path: str
    query: str
    status: int
    at: float
    seconds: float


class RequestLog:
    """Every request since the start, or since `clear()`, in the order of their answers."""

    def __init__(self) -> None:
        self._requests: list[LoggedRequest] = []

    def __iter__(self) -> Iterator[LoggedRequest]:
        return iter(list(self._requests))

    def __len__(self) -> int:
        return len(self._requests)

    def append(self, request: LoggedRequest) -> None:
        """Take note of one more."""
        self._requests.append(request)

    def clear(self) -> None:
        """Start anew."""
        self._requests.clear()

    def to(self, route: str) -> list[LoggedRequest]:
        """The requests to one route, `GET /users/@me/guilds`."""
        return [request for request in self if request.route == route]

    def count(self, route: str) -> int:
        """How many requests one route got."""
        return len(self.to(route))

    def by_route(self) -> Counter[str]:
        """How many requests each route got."""
        return Counter(request.route for request in self)

    def by_status(self) -> Counter[int]:
        """How many answers of each status there were."""
        return Counter(request.status for request in self)
