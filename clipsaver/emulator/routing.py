"""Which route answers a request; also the name under which it is counted, limited and disturbed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from clipsaver.emulator import problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from clipsaver.emulator.calls import Call, Reply

Auth = Literal["bot", "bearer", "either", "commands", "none"]
"""Who may call: the bot; a user's Bearer token; one of both; whoever may register commands; all."""

_MAJOR_PARAMETERS: Final = ("guild_id", "channel_id", "webhook_id", "webhook_token")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route of the API.

    Attributes:
        method: HTTP method.
        template: Path with its parameters in braces, version left out.
        handler: What answers it.
        auth: Who may call it.
        is_exempt: Whether it is exempt from the global limit, as what belongs to interactions is.
        has_bucket: Whether it has a rate limit of its own, told in the headers.
        blocks: Whether its handler calls out, and thus runs in a thread of its own.
    """

    method: str
    template: str
    handler: Callable[[Call], Reply]
    auth: Auth = "bot"
    is_exempt: bool = False
    has_bucket: bool = True
    blocks: bool = False

    @property
    def name(self) -> str:
        """Method and template, `GET /guilds/{guild_id}/channels`."""
        return f"{self.method} {self.template}"


@dataclass(frozen=True, slots=True)
class Match:
    """A route and the parameters that a path gave it."""

    endpoint: Endpoint
    params: dict[str, str]

    @property
    def major(self) -> str:
        """The parameters that have a rate-limit bucket of their own each."""
        return ":".join(self.params[name] for name in _MAJOR_PARAMETERS if name in self.params)


class Router:
    """Finds routes by path; words win over parameters, so that `@me` is never an id."""

    def __init__(self, endpoints: tuple[Endpoint, ...]) -> None:
        self._by_length: dict[int, list[tuple[list[str], Endpoint]]] = {}
        for endpoint in sorted(endpoints, key=lambda each: each.template.count("{")):
            steps = endpoint.template.split("/")
            self._by_length.setdefault(len(steps), []).append((steps, endpoint))

    def match(self, method: str, path: str) -> Match:
        """The route for a request.

        Raises:
            ApiError: 404 for no such path, 405 for one that takes other methods.
        """
        steps = path.split("/")
        is_path_known = False
        for template, endpoint in self._by_length.get(len(steps), ()):
            params = _params(template, steps)
            if params is None:
                continue
            if endpoint.method == method:
                return Match(endpoint, params)
            is_path_known = True
        if is_path_known:
            raise problems.ApiError(405, "405: Method Not Allowed")
        raise problems.not_found()


def _params(template: list[str], steps: list[str]) -> dict[str, str] | None:
    params: dict[str, str] = {}
    for wanted, found in zip(template, steps, strict=True):
        if wanted.startswith("{"):
            params[wanted[1:-1]] = found
        elif wanted != found:
            return None
    return params
