"""What of a deployed stack a restore makes obsolete: the work that waits in its queues."""

import time
from contextlib import closing
from typing import Any, Final

from clipsaver import aws
from clipsaver.operations import dead_letters
from clipsaver.operations.stack import Stack

_PURGE_SECONDS: Final = 60
"""How long AWS takes to empty a queue, and refuses to begin again (SQS API, PurgeQueue)."""


def queues(stack: Stack) -> list[str]:
    """The URLs of the queues in which work waits."""
    working = (queue for _, queue in dead_letters.QUEUES.values() if queue)
    return [stack.physical_id(queue) for queue in working if queue in stack.resources]


def empty(queue_urls: list[str], region: str | None) -> None:
    """Drop all that waits in queues: it was asked of the database that is no more.

    Takes a minute where a queue was emptied just before.

    Raises:
        AwsError: AWS could not be asked, or refused.
    """
    if not queue_urls:
        return
    with closing(aws.client("sqs", region)) as sqs, aws.translated_errors():
        for url in queue_urls:
            _purge(sqs, url)


def _purge(sqs: Any, url: str) -> None:  # noqa: ANN401 -- made at run time
    try:
        sqs.purge_queue(QueueUrl=url)
    except sqs.exceptions.PurgeQueueInProgress:
        # What came in since then is to be dropped, too.
        time.sleep(_PURGE_SECONDS)
        sqs.purge_queue(QueueUrl=url)
