"""The queue of deferred work: Amazon SQS, through botocore.

botocore's client without boto3 takes a fifth of a cold start's time, and is loaded only by what
sends something.
"""

import asyncio
from functools import cached_property
from typing import Any

from functions.shared import errors
from functions.shared.jobs import Job


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
            QueueUnavailable: SQS did not take it.
        """
        await asyncio.to_thread(self._send, job.to_message())

    def _send(self, body: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- see above

        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=body)
        except (BotoCoreError, ClientError) as error:
            raise errors.QueueUnavailable(
                f"The job was not queued: {error}; is JOBS_QUEUE_URL right, and may this "
                "function send to it?"
            ) from error

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 -- botocore makes its clients at run time
        # Only here: see the module's docstring.
        import botocore.config  # noqa: PLC0415
        import botocore.session  # noqa: PLC0415

        # Somebody waits for three seconds in all.
        limits = botocore.config.Config(
            connect_timeout=0.5, read_timeout=1.0, retries={"total_max_attempts": 2}
        )
        return botocore.session.get_session().create_client("sqs", config=limits)
