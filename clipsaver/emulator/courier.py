"""Calls from Discord to the application: signed, in a hurry, and never redirected."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import httpx

if TYPE_CHECKING:
    from clipsaver.emulator.application import Application

DEADLINE_SECONDS: Final = 3.0
"""How long Discord waits for an answer (Discord docs, Receiving and Responding)."""
_NO_ANSWER: Final = 0


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A body with its signature, which can be sent again as it is.

    Attributes:
        body: The exact bytes that were signed.
        timestamp: Seconds since 1970, as the text that was signed.
        signature: 128 hexadecimal digits.
    """

    body: bytes
    timestamp: str
    signature: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the application answered.

    Attributes:
        status: HTTP status; 0 when there was no answer within the deadline.
        media_type: Its Content-Type without parameters.
        body: The answer's body.
        seconds: How long it took.
        problem: Why there was no answer, or None.
    """

    status: int
    media_type: str = ""
    body: bytes = b""
    seconds: float = 0.0
    problem: str | None = None

    @property
    def is_late(self) -> bool:
        """Whether it came after the deadline, or not at all."""
        return self.status == _NO_ANSWER or self.seconds > DEADLINE_SECONDS

    def json(self) -> Any:  # noqa: ANN401 -- JSON of any shape.
        """The body as JSON; None when it is not."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Courier:
    """Signs with the application's key and delivers."""

    def __init__(self, application: Application, *, user_agent: str) -> None:
        self._application = application
        self._user_agent = user_agent

    @cached_property
    def _client(self) -> httpx.Client:
        # The environment's proxies are none of Discord's business, and loading it is slow.
        return httpx.Client(timeout=DEADLINE_SECONDS, trust_env=False)

    def sign(self, body: bytes, *, timestamp: int | None = None) -> SignedRequest:
        """Sign a body.

        Args:
            body: What is going to be sent, byte for byte.
            timestamp: Seconds since 1970; by default now, by the machine's clock and not the
                world's, since the receiver compares it with its own.
        """
        told = str(int(time.time()) if timestamp is None else timestamp)
        signature = self._application.signing_key.sign(told.encode() + body).signature.hex()
        return SignedRequest(body, told, signature)

    def forge(self, body: bytes) -> SignedRequest:
        """Sign something else, as Discord does to see whether signatures are checked."""
        genuine = self.sign(body + b" ")
        return SignedRequest(body, genuine.timestamp, genuine.signature)

    def deliver(self, url: str, request: SignedRequest) -> Delivery:
        """POST a signed request and wait for the answer, but no longer than the deadline."""
        started = time.monotonic()
        try:
            response = self._client.post(
                url,
                content=request.body,
                headers={
                    "Content-Type": "application/json",
                    "User-Agent": self._user_agent,
                    "X-Signature-Ed25519": request.signature,
                    "X-Signature-Timestamp": request.timestamp,
                },
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            problem = f"{type(error).__name__}: {error}"
            return Delivery(_NO_ANSWER, seconds=time.monotonic() - started, problem=problem)
        return Delivery(
            response.status_code,
            response.headers.get("Content-Type", "").partition(";")[0].strip(),
            response.content,
            time.monotonic() - started,
        )

    def close(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:
            self._client.close()
