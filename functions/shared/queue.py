"""The queue of deferred work: Amazon SQS, through botocore.

botocore's client without boto3 takes a fifth of a cold start's time, and is loaded only by what
sends something.
"""

import asyncio
import logging
from functools import cached_property
from typing import Any, Final

from functions.shared import errors
from functions.shared.jobs import Job

_SEND_SECONDS: Final = 2.0
"""Somebody waits for three seconds in all (Discord docs, Receiving and Responding)."""
_CONNECT_SECONDS: Final = 0.5
_READ_SECONDS: Final = 1.0
_HINT: Final = "is JOBS_QUEUE_URL right, and may this function send to it?"

# At DEBUG, botocore logs whole messages, and an interaction's token is part of one.
logging.getLogger("botocore").setLevel(logging.WARNING)


class JobQueue:
    """Where jobs are sent.

    Args:
        url: The queue's URL; its region is taken from the environment, as Lambda sets it.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    async def send(self, job: Job) -> None:
        """Put a job into the queue; once this returns it will not be lost.

        Raises:
            QueueUnavailable: SQS did not take it in time.
        """
        try:
            # Resolving the host's name knows no limit of its own.
            async with asyncio.timeout(_SEND_SECONDS):
                await asyncio.to_thread(self._send, job.to_message())
        except TimeoutError as error:
            raise errors.QueueUnavailable(
                f"The queue did not answer within {_SEND_SECONDS:.0f} s; {_HINT}"
            ) from error

    def close(self) -> None:
        """Close the connections."""
        if "_client" in vars(self):
            self._client.close()

    def _send(self, body: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- see above

        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=body)
        except (BotoCoreError, ClientError) as error:
            raise errors.QueueUnavailable(f"The job was not queued: {error}; {_HINT}") from error

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
