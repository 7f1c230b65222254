"""The queues of deferred work: Amazon SQS, through botocore.

botocore's client without boto3 takes a fifth of a cold start's time, and is loaded only by what
sends something.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Final, TypeVar

from functions.shared import errors, models
from functions.shared.jobs import Job
from functions.shared.scans import queue_message

LONGEST_DELAY_SECONDS: Final = 900
"""What SQS takes (AWS docs, SendMessage)."""

_SEND_SECONDS: Final = 2.0
"""Somebody waits for three seconds in all (Discord docs, Receiving and Responding)."""
_CONNECT_SECONDS: Final = 0.5
_READ_SECONDS: Final = 1.0
_BATCH_SIZE: Final = 10
"""Messages to a batch (AWS docs, SendMessageBatch)."""

_log = logging.getLogger("discord_clip_saver.queue")
# At DEBUG, botocore logs whole messages, and an interaction's token is part of one.
logging.getLogger("botocore").setLevel(logging.WARNING)

T = TypeVar("T")


class JobQueue:
    """Where jobs are sent.

    Args:
        url: The queue's URL; its region is taken from the environment, as Lambda sets it.
    """

    def __init__(self, url: str) -> None:
        self._queue = _Queue(url, "is JOBS_QUEUE_URL right, and may this function send to it?")

    async def send(self, job: Job) -> None:
        """Put a job into the queue; once this returns it will not be lost.

        Raises:
            QueueUnavailable: SQS did not take it in time.
        """
        await self._queue.send(job.to_message(), delay_seconds=0)

    def close(self) -> None:
        """Close the connections."""
        self._queue.close()


class ScanQueue:
    """Where the scan function is told which guilds to look at.

    Args:
        url: The queue's URL; its region is taken from the environment, as Lambda sets it.
    """

    def __init__(self, url: str) -> None:
        self._queue = _Queue(url, "is SCAN_QUEUE_URL right, and may this function send to it?")

    async def send(self, guild_id: models.GuildId, *, delay_seconds: int = 0) -> None:
        """Let a guild be looked at, after a delay of at most `LONGEST_DELAY_SECONDS`.

        Raises:
            QueueUnavailable: SQS did not take it in time.
        """
        await self._queue.send(queue_message.pack(guild_id), delay_seconds=delay_seconds)

    async def send_all(
        self, guild_ids: Sequence[models.GuildId], until: float
    ) -> list[models.GuildId]:
        """Let many guilds be looked at, as far as SQS takes them.

        Args:
            guild_ids: The guilds, in any number.
            until: The instant of `time.monotonic` after which nothing is sent or waited for.

        Returns:
            The guilds that SQS did not take, which is logged.
        """
        refused: list[models.GuildId] = []
        for start in range(0, len(guild_ids), _BATCH_SIZE):
            batch = guild_ids[start : start + _BATCH_SIZE]
            bodies = [queue_message.pack(each) for each in batch]
            try:
                failed = await self._queue.send_batch(bodies, until)
            except errors.QueueUnavailable as error:
                # It would be no less silent for the next batch, and the time is the caller's.
                left = guild_ids[start:]
                _log.error("%d scans could not be handed over: %s", len(left), error)
                return [*refused, *left]
            refused += [batch[index] for index in sorted(failed)]
        return refused

    def close(self) -> None:
        """Close the connections."""
        self._queue.close()


class _Queue:
    """A queue of any messages; `hint` is what to look at when it takes none."""

    def __init__(self, url: str, hint: str) -> None:
        self._url = url
        self._hint = hint

    async def send(self, body: str, *, delay_seconds: int) -> None:
        """Send one message."""
        await self._in_time(
            lambda: self._client.send_message(
                QueueUrl=self._url, MessageBody=body, DelaySeconds=delay_seconds
            )
        )

    async def send_batch(self, bodies: Sequence[str], until: float) -> set[int]:
        """Send up to ten messages before an instant; the places of those that were not taken."""
        entries = [{"Id": str(index), "MessageBody": body} for index, body in enumerate(bodies)]
        answer = await self._in_time(
            lambda: self._client.send_message_batch(QueueUrl=self._url, Entries=entries), until
        )
        return {int(entry["Id"]) for entry in answer.get("Failed", ())}

    async def _in_time(self, send: Callable[[], T], until: float = math.inf) -> T:
        seconds = min(_SEND_SECONDS, until - time.monotonic())
        if seconds <= 0:
            raise errors.QueueUnavailable("There was no time left to send it; try again")
        try:
            # Resolving the host's name knows no limit of its own.
            async with asyncio.timeout(seconds):
                return await asyncio.to_thread(self._translated, send)
        except TimeoutError as error:
            raise errors.QueueUnavailable(
                f"The queue did not answer within {seconds:.1f} s; {self._hint}"
            ) from error

    def close(self) -> None:
        """Close the connections."""
        if "_client" in vars(self):
            self._client.close()

    def _translated(self, send: Callable[[], T]) -> T:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- see above

        try:
            return send()
        except (BotoCoreError, ClientError) as error:
            raise errors.QueueUnavailable(
                f"The message was not queued: {error}; {self._hint}"
            ) from error

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 -- botocore makes its clients at run time
        # Only here: see the module's docstring.
        import botocore.config  # noqa: PLC0415
        import botocore.session  # noqa: PLC0415

        limits = botocore.config.Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"total_max_attempts": 2},
        )
        return botocore.session.get_session().create_client("sqs", config=limits)
