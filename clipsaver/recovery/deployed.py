"""What of a deployed stack a restore makes obsolete: the work that waits in its queues."""

from contextlib import closing
from typing import Final

from clipsaver import aws
from clipsaver.operations.stack import Stack

_QUEUE: Final = "AWS::SQS::Queue"
_DEAD_LETTERS: Final = "Failed"
"""How infra/template.yaml names the queues of what failed."""


def queues(stack: Stack) -> list[str]:
    """The URLs of the queues in which work waits."""
    found = stack.of_type(_QUEUE).items()
    return [url for name, url in found if not name.startswith(_DEAD_LETTERS)]


def empty(queue_urls: list[str], region: str | None) -> None:
    """Drop all that waits in queues: it was asked of the database that is no more.

    Raises:
        AwsError: AWS could not be asked, or emptied one less than a minute ago.
    """
    if not queue_urls:
        return
    with closing(aws.client("sqs", region)) as sqs, aws.translated_errors():
        for url in queue_urls:
            sqs.purge_queue(QueueUrl=url)
