"""What an HTTP answer of Discord means.

An answer comes from Discord's API, with a JSON body, or from Cloudflare before it, with a page of
HTML or a line of text. The two are told apart here, and nobody else looks at a raw body.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from functions.shared import errors

Scope = Literal["user", "shared", "global", "cloudflare"]

UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
TOO_MANY_REQUESTS: Final = 429

_FIRST_SUCCESS: Final = 200
_FIRST_REDIRECT: Final = 300
_FIRST_CLIENT_ERROR: Final = 400
_FIRST_SERVER_ERROR: Final = 500
_NO_CONTENT: Final = 204

_CLOUDFLARE_CODE: Final = 40333
"""Discord's JSON error code for a request that Cloudflare stopped."""
_BLOCK_MESSAGE: Final = "You are being blocked"
"""How the JSON form of a block begins; its code is 0, as that of other errors is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, its body decoded.

    Attributes:
        status: The HTTP status.
        headers: The headers, looked up by lower-case names.
        document: The body's JSON value; None where the body is empty or not JSON.
        is_json: Whether the body is a complete JSON document.
    """

    status: int
    headers: Mapping[str, str]
    document: object
    is_json: bool

    @classmethod
    def read(cls, status: int, headers: Mapping[str, str], body: bytes) -> "Answer":
        """Decode the body if it is JSON, whatever its content type claims."""
        try:
            return cls(status, headers, json.loads(body), is_json=True)
        except (ValueError, RecursionError):
            return cls(status, headers, None, is_json=False)

    @property
    def error(self) -> Mapping[str, object]:
        """The JSON object that explains an error; empty when there is none."""
        return self.document if isinstance(self.document, dict) else {}

    @property
    def code(self) -> int | None:
        """Discord's JSON error code (Discord docs, Opcodes and Status Codes)."""
        code = self.error.get("code")
        return code if isinstance(code, int) else None

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait before the next try: the longer of the body's and the header's."""
        named = (self._body_retry_after, number(self.headers, "retry-after"))
        return max((seconds for seconds in named if seconds is not None), default=None)

    @property
    def is_rate_limited(self) -> bool:
        """Whether the request may be made again later, after a wait."""
        return self.status == TOO_MANY_REQUESTS or self.is_block

    @property
    def scope(self) -> Scope:
        """Whose limit is exhausted, if one is (Discord docs, Rate Limits)."""
        named = self.headers.get("x-ratelimit-scope")
        if self.is_block:
            return "cloudflare"
        if self.error.get("global") is True or named == "global":
            return "global"
        return "shared" if named == "shared" else "user"

    @property
    def is_block(self) -> bool:
        """Whether Cloudflare refuses this machine's address, rather than Discord this request.

        A 403 of this kind says nothing about a permission, and must not be taken for one.
        """
        message = self.error.get("message")
        is_notice = isinstance(message, str) and message.startswith(_BLOCK_MESSAGE)
        if self.status == FORBIDDEN:
            return not self.error or self.code == _CLOUDFLARE_CODE or is_notice
        from_api = self._body_retry_after is not None or "x-ratelimit-scope" in self.headers
        return self.status == TOO_MANY_REQUESTS and not from_api

    @property
    def _body_retry_after(self) -> float | None:
        return number(self.error, "retry_after")

    def payload(self, route: str) -> object:
        """Return the JSON value of a success, None for one without content.

        Raises:
            errors.DiscordUnreachable: A success whose body was cut short.
            errors.DiscordError: Anything but a success, as the subclass that fits its status.
        """
        if not _FIRST_SUCCESS <= self.status < _FIRST_REDIRECT:
            raise self._as_error(route)
        if not self.is_json and self.status != _NO_CONTENT:
            raise errors.DiscordUnreachable(
                "the answer is not complete JSON", route=route, status=self.status
            )
        return self.document

    def _as_error(self, route: str) -> errors.DiscordError:
        return self._error_class(
            self._explanation(),
            route=route,
            status=self.status,
            code=self.code,
            retry_after=self.retry_after,
        )

    @property
    def _error_class(self) -> type[errors.DiscordError]:
        if self.is_rate_limited:
            return errors.RateLimited
        if self.status >= _FIRST_SERVER_ERROR:
            return errors.DiscordServerError
        if self.status < _FIRST_CLIENT_ERROR:
            return errors.UnexpectedPayload
        return {
            UNAUTHORIZED: errors.Unauthorized,
            FORBIDDEN: errors.Forbidden,
            NOT_FOUND: errors.NotFound,
        }.get(self.status, errors.BadRequest)

    def _explanation(self) -> str:
        if self.is_block:
            return "Cloudflare blocks this address for a while"
        message = self.error.get("message")
        if not isinstance(message, str):
            return "the answer has no explanation in JSON"
        return "; ".join((message, *_field_errors(self.error.get("errors"))))


def number(values: Mapping[str, object], name: str) -> float | None:
    """Read seconds or a count from a body or from headers; None if it is absent or no number."""
    value = values.get(name)
    if not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) and result >= 0 else None


def _field_errors(tree: object, path: str = "") -> Iterator[str]:
    """Flatten a 50035's tree into `field: message` (Discord docs, Reference, Error Messages)."""
    if not isinstance(tree, dict):
        return
    for name, branch in tree.items():
        if name != "_errors":
            yield from _field_errors(branch, f"{path}.{name}" if path else str(name))
        elif isinstance(branch, list):
            yield from (
                f"{path or 'request'}: {leaf.get('message')}"
                for leaf in branch
                if isinstance(leaf, dict)
            )
