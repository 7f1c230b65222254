"""The variables a function works with: those of its environment, and the secret's behind them.

The environment wins. The secret is read when something is first needed that the environment lacks,
and once more when a service refuses what came from it: whoever rotates a token or a password stores
the new one there, and warm environments go on with it.
"""

import asyncio
import logging
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from functions.shared import credentials, errors, observability, secret, settings

_log = logging.getLogger("discord_clip_saver.configuration")

_READ_SECONDS: Final = 2.0
"""Somebody may wait for three seconds in all (Discord docs, Receiving and Responding)."""
_RENEWAL_PAUSE_SECONDS: Final = 5.0
"""A value that stays refused must not become a question to AWS with each request."""


class Configuration:
    """One environment's variables, for as long as it is warm.

    Args:
        given: What the environment alone says.
        required: Variables to start with; the secret is read now if the environment lacks one.

    Attributes:
        environment: All that is known by now.

    Raises:
        ConfigurationError: a required one is missing or malformed; names all that is at once.
        SecretUnavailable: one is missing, and the secret could not be read.
    """

    def __init__(self, given: settings.Environment, *, required: Iterable[str] = ()) -> None:
        self.environment = given
        self._given = given
        self._arn = given.secret_arn
        self._is_read = False
        self._renewed_at = -math.inf
        self._turn = asyncio.Lock()
        wanted = tuple(required)
        if self._arn and not all(map(given.has, wanted)):
            self._take(secret.read(self._arn))
        self.environment.check(wanted)

    @classmethod
    def at_start(cls, *required: str) -> Self:
        """What a handler does first: read its variables, set up its logs, say that it starts.

        Raises:
            ConfigurationError: as above.
        """
        given = settings.from_variables()
        observability.configure(given)
        made = cls(given, required=required)
        observability.announce_start(made.environment)
        return made

    def credential(self, name: str) -> credentials.Credential:
        """A variable as a credential: read when it is needed, and again when it is refused."""
        return _Variable(self, name)

    async def require(self, name: str) -> str:
        """The value of a variable that the caller cannot work without.

        Raises:
            ConfigurationError: it is neither in the environment nor in the secret, or malformed.
            SecretUnavailable: the environment lacks it, and the secret could not be read.
        """
        if self._arn and not self._is_read and not self._given.has(name):
            async with self._turn:
                if not self._is_read:
                    await self._read(self._arn)
        return self.environment.require(name)

    async def renewed(self, name: str, refused: str) -> str:
        """The value of a variable after one was refused, which may be the same.

        Reads the secret again, unless the value comes from the environment, has changed already, or
        was looked for a moment ago. A secret that cannot be read changes nothing.
        """
        if self._arn is None or self._given.has(name):
            return refused
        async with self._turn:
            if self.environment.value(name) == refused and self._is_renewal_due():
                self._renewed_at = time.monotonic()
                _log.info("Reading the secret again: %s was refused", name)
                try:
                    await self._read(self._arn)
                except errors.ConfigurationError as error:
                    _log.error("The secret could not be read again: %s", error)
        return self.environment.value(name) or refused

    def _is_renewal_due(self) -> bool:
        return time.monotonic() - self._renewed_at >= _RENEWAL_PAUSE_SECONDS

    async def _read(self, arn: str) -> None:
        try:
            # Resolving the host's name knows no limit of its own.
            async with asyncio.timeout(_READ_SECONDS):
                found = await asyncio.to_thread(secret.read, arn)
        except TimeoutError as error:
            raise secret.late(arn, _READ_SECONDS) from error
        self._take(found)
        for name, problem in self.environment.problems.items():
            if name not in self._given.problems:
                _log.warning("%s; going on without it", problem)

    def _take(self, found: Mapping[str, str]) -> None:
        environment = settings.from_variables(self._given.given, secret=found)
        observability.redact(environment.secrets)
        self.environment = environment
        self._is_read = True


@dataclass(frozen=True, slots=True)
class _Variable:
    """One variable of a configuration, as its users hold it."""

    configuration: Configuration
    name: str

    async def current(self) -> str:
        return await self.configuration.require(self.name)

    async def renewed(self, refused: str) -> str:
        return await self.configuration.renewed(self.name, refused)
