"""A restore by a deployed stack, and what it makes obsolete: the work that waits in its queues."""

import time
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import Any, Final

from clipsaver import aws
from clipsaver.operations import dead_letters, invocation, pause
from clipsaver.operations.stack import Stack
from clipsaver.variables import operator_variables
from functions.operations.recovery import errors

_PURGE_SECONDS: Final = 60
"""How long AWS takes to empty a queue, and refuses to begin again (SQS API, PurgeQueue)."""


def check_paused(stack: Stack) -> None:
    """Let nothing be replaced that is written to meanwhile.

    Raises:
        NotPaused: the stack serves.
        AwsError: AWS could not be asked, or refused.
    """
    if not pause.is_paused(stack):
        raise errors.NotPaused(stack.name)


def restore(given: Mapping[str, Any], stack: Stack) -> Any:  # noqa: ANN401 -- JSON
    """Have the stack restore; its answer.

    Args:
        given: The event's fields, as `functions/operations/restore.py` takes them; None for those
            that are left out.
        stack: Whose function does it.

    Raises:
        AnswerLost: it may still be running, and the queues are the operator's to empty.
        AwsError: AWS could not be asked, or refused, or the function failed.
    """
    event = {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in given.items()
        if value is not None
    }
    try:
        return invocation.run({"operation": "restore", **event}, operator_variables(), stack)
    except aws.AnswerLost as error:
        if given["guild_id"] is not None:
            raise
        left = ", ".join(queues(stack))
        raise aws.AnswerLost(
            f"{error}. Its queues were not emptied: when it has ended well, and before you resume,"
            f" `aws sqs purge-queue --queue-url` for each of {left}"
        ) from error


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
