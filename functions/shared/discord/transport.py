"""One request to Discord's REST API: its turn, its attempts, and what becomes of its answer.

The retries are a loop of their own rather than a library's: which wait applies depends on state
that other requests share (buckets, pauses, the deadline), and the loop below is the whole policy.
"""

import asyncio
import contextlib
import json
import logging
import math
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, Self
from weakref import WeakValueDictionary

import httpx

from functions.shared import credentials, errors, models
from functions.shared.discord import answers, rate_limits, routes, statistics
from functions.shared.release import RELEASE

USER_AGENT: Final = (
    f"DiscordBot (https://github.com/discord-clip-saver/discord-clip-saver, {RELEASE})"
)
"""Cloudflare turns away requests without it (Discord docs, Reference, User Agent)."""

_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
_MAX_RATE_LIMITED_TRIES: Final = 5
_MAX_FAILED_TRIES: Final = 4
_FIRST_BACKOFF_SECONDS: Final = 0.5
_LONGEST_WAIT_SECONDS: Final = 60.0
"""What Discord asks for beyond this is the caller's to plan, even where there is no deadline."""

_LOGGER: Final = logging.getLogger("discord_clip_saver.discord")
# Environments restored from one snapshot would share the state of a seeded generator.
_RANDOM: Final = random.SystemRandom()

# At INFO, httpx logs whole URLs, and an interaction's token is part of one.
logging.getLogger("httpx").setLevel(logging.WARNING)


class _Content(NamedTuple):
    """What a request carries."""

    data: bytes
    media_type: str

    @classmethod
    def of(cls, body: object, files: Sequence[models.File]) -> Self | None:
        """A JSON value by itself, or in a form with files (Discord docs, Uploading Files)."""
        if not files:
            return None if body is None else cls(json.dumps(body).encode(), "application/json")
        named = {
            f"files[{index}]": (file.name, file.content, file.content_type)
            for index, file in enumerate(files)
        }
        # Encoded by httpx, and once for all attempts.
        form = httpx.Request(
            "POST", "https://form", data={"payload_json": json.dumps(body)}, files=named
        )
        return cls(form.read(), form.headers["Content-Type"])


@contextlib.contextmanager
def translated_errors(route: str) -> Iterator[None]:
    """Turn whatever httpx raises into `errors.DiscordUnreachable`, with httpx's error as its cause.

    The message names only the kind of error: httpx may quote an URL or a header in its own.
    """
    try:
        yield
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        httpx.CookieConflict,
        httpx.StreamError,
    ) as error:
        raise errors.DiscordUnreachable(
            f"no usable answer: {type(error).__name__}", route=route
        ) from error


class Transport:
    """Sends requests within the rate limits and repeats those that deserve it.

    The connections belong to the event loop of the first request, and live as long as it does.

    Args:
        api_url: The API's base URL, its version included.
        bot_token: The bot's token, or where the one of the moment is to be had.
        limits: The rate limits; shared by all requests of this process.
        wire: Another way to the network than httpx's own.
        clock: A monotonic clock in seconds.
        sleep: Waits for some seconds of that clock.

    Attributes:
        deadline: The instant of the clock beyond which nothing is waited for or repeated.
        statistics: What was done so far.
    """

    def __init__(
        self,
        api_url: str,
        bot_token: str | credentials.Credential,
        limits: rate_limits.RateLimits,
        *,
        wire: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.deadline = math.inf
        self.statistics = statistics.Statistics()
        self._api_url = api_url.rstrip("/")
        self._bot_token = credentials.of(bot_token)
        self._limits = limits
        self._wire = wire
        self._clock = clock
        self._sleep = sleep
        self._http: httpx.AsyncClient | None = None
        self._refused_token: str | None = None
        self._gate = asyncio.Lock()
        self._turns: WeakValueDictionary[tuple[str, tuple[str, ...]], asyncio.Lock] = (
            WeakValueDictionary()
        )

    async def aclose(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def request(
        self,
        call: routes.CompiledRoute,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        files: Sequence[models.File] = (),
    ) -> object:
        """Make one call and return the JSON value of its answer, None for a 204.

        Args:
            call: The route, with its parameters.
            query: The query's parameters.
            body: The JSON value to send; None for none.
            files: Files to upload along with the body (Discord docs, Uploading Files).

        Raises:
            errors.RateLimited: The wait is longer than the time left, or tries were in vain.
            errors.InvalidRequestBudget: Too many calls were refused lately to risk another.
            errors.DiscordUnreachable: No attempt had a usable answer before the deadline.
            errors.DiscordServerError: Every attempt was answered with 5xx.
            errors.Unauthorized: The token was refused, by this call or by one before it, and no
                newer one was to be had.
            errors.ConfigurationError: There is no token, or none that could be sent.
            errors.DiscordError: Any other refusal, as the subclass that fits it; never repeated.
        """
        rate_limited = failed = 0
        is_renewed = False
        content = _Content.of(body, files)
        async with self._counted(call), self._within_deadline(call), self._turn(call):
            while True:
                try:
                    return await self._attempt(call, query, content)
                except errors.Unauthorized:
                    if is_renewed or not await self._renew_token(call):
                        raise
                    is_renewed = True
                except errors.RateLimited as error:
                    rate_limited += 1
                    # Without a status it was not Discord that refused: the wait is too long.
                    if error.status is None or rate_limited == _MAX_RATE_LIMITED_TRIES:
                        raise
                except (errors.DiscordServerError, errors.DiscordUnreachable) as error:
                    failed += 1
                    if failed == _MAX_FAILED_TRIES or not call.route.is_idempotent:
                        raise
                    await self.back_off(failed, error)
                self.statistics.retries += 1

    async def back_off(self, failures: int, error: errors.DiscordError) -> None:
        """Wait a random while that doubles with each failure, or raise `error` if time is short."""
        seconds = _RANDOM.uniform(0, _FIRST_BACKOFF_SECONDS * 2 ** (failures - 1))
        if seconds > self._time_left():
            raise error
        await self._sleep(seconds)

    def _time_left(self) -> float:
        return self.deadline - self._clock()

    @contextlib.asynccontextmanager
    async def _counted(self, call: routes.CompiledRoute) -> AsyncIterator[None]:
        """Count what a request failed of in the end."""
        try:
            yield
        except (errors.DiscordServerError, errors.DiscordUnreachable):
            self.statistics.unreachable += 1
            raise
        except errors.Unauthorized:
            # Without the bot's token, it was an interaction's that Discord refused.
            self.statistics.unauthorized += call.route.with_bot_token
            raise

    @contextlib.asynccontextmanager
    async def _within_deadline(self, call: routes.CompiledRoute) -> AsyncIterator[None]:
        left = self._time_left()
        try:
            async with asyncio.timeout(None if left == math.inf else left):
                yield
        except TimeoutError as error:
            raise errors.DiscordUnreachable(
                "no answer before the deadline", route=str(call)
            ) from error

    @contextlib.asynccontextmanager
    async def _turn(self, call: routes.CompiledRoute) -> AsyncIterator[None]:
        """Let one request per route and major parameter be under way, as the buckets assume."""
        turn = self._turns.setdefault((str(call), call.major), asyncio.Lock())
        async with turn:
            yield

    async def _attempt(
        self,
        call: routes.CompiledRoute,
        query: Mapping[str, str] | None,
        content: _Content | None,
    ) -> object:
        token = await self._token() if call.route.with_bot_token else None
        self._refuse_hopeless(call, token)
        while (seconds := self._limits.bucket_delay(call)) > 0:
            await self._wait(seconds, call)
        # The gate keeps those who wait for the global limits in the order they came.
        async with self._gate if call.route.with_bot_token else contextlib.nullcontext():
            while (seconds := self._limits.global_delay(call)) > 0:
                await self._wait(seconds, call)
            self._refuse_hopeless(call, token)
            self._limits.taken(call)
        answer = await self._send(call, token, query, content)
        self._limits.answered(call, answer)
        if answer.is_rate_limited:
            self.statistics.rate_limited[answer.scope] += 1
        if answer.status == answers.UNAUTHORIZED and token is not None:
            self._refused_token = token
        return answer.payload(str(call))

    async def _token(self) -> str:
        token = await self._bot_token.current()
        # A header that cannot be sent would be quoted in full by the error about it.
        if not token.isascii() or not token.isprintable() or " " in token:
            raise errors.ConfigurationError(
                "BOT_TOKEN holds a space, a line break or another character that no token has"
            )
        return token

    async def _renew_token(self, call: routes.CompiledRoute) -> bool:
        """Whether there is another token to try than the one that Discord refused."""
        refused = self._refused_token
        if refused is None or not call.route.with_bot_token:
            return False
        return await self._bot_token.renewed(refused) != refused

    def _refuse_hopeless(self, call: routes.CompiledRoute, token: str | None) -> None:
        """Refuse what would only bring this address closer to a block."""
        if token is not None and token == self._refused_token:
            raise errors.Unauthorized(
                "not sent, for Discord refused this bot token before", route=str(call)
            )
        if (seconds := self._limits.invalid_requests_delay()) > 0:
            raise errors.InvalidRequestBudget(
                "not sent, for too many requests were refused in the last ten minutes",
                route=str(call),
                retry_after=seconds,
            )

    async def _wait(self, seconds: float, call: routes.CompiledRoute) -> None:
        if seconds > min(self._time_left(), _LONGEST_WAIT_SECONDS):
            raise errors.RateLimited(
                f"the rate limit asks to wait for {seconds:.1f} s",
                route=str(call),
                retry_after=seconds,
            )
        await self._sleep(seconds)

    async def _send(
        self,
        call: routes.CompiledRoute,
        token: str | None,
        query: Mapping[str, str] | None,
        content: _Content | None,
    ) -> answers.Answer:
        headers = {} if token is None else {"Authorization": f"Bot {token}"}
        if content is not None:
            headers["Content-Type"] = content.media_type
        self.statistics.requests += 1
        started = self._clock()
        with translated_errors(str(call)):
            response = await self._connections().request(
                call.route.method,
                self._api_url + call.path,
                params=query,
                content=None if content is None else content.data,
                headers=headers,
            )
        seconds = self._clock() - started
        self.statistics.latency_sum += seconds
        _LOGGER.debug("%s %d %.3f s", call, response.status_code, seconds)
        return answers.Answer.read(response.status_code, response.headers, response.content)

    def _connections(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(
                transport=self._wire,
                timeout=_TIMEOUT,
                follow_redirects=False,
                # Proxies and certificates from the environment are the business of settings.py.
                trust_env=False,
                headers={"User-Agent": USER_AGENT},
            )
        return self._http
