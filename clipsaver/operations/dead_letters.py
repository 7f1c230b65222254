"""The dead-letter queues of a deployed stack: looked at, sent again, or dropped."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from clipsaver import aws
from clipsaver.operations import letters
from clipsaver.operations.causes import Causes
from clipsaver.operations.letters import Letter, QueueName
from clipsaver.operations.stack import Stack

QUEUES: Final[dict[QueueName, tuple[str, str | None]]] = {
    "jobs": ("FailedJobsQueue", "JobsQueue"),
    "scan": ("FailedScansQueue", "ScanQueue"),
    "runs": ("FailedRunsQueue", None),
}
"""Logical ids in infra/template.yaml: where letters lie, and where they are sent again."""

_HELD_SECONDS: Final = 120
"""How long nobody else sees a letter that is looked at."""
_POLL_SECONDS: Final = 1
"""Above 0, all of SQS's servers are asked and not only some (AWS docs, Short and long polling)."""
_BATCH_SIZE: Final = 10
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Office:
    """The letters of some queues, held until the block ends that they were taken in.

    Attributes:
        letters: Oldest first within each queue.
    """

    letters: Sequence[Letter]
    _sqs: Any
    _stack: Stack
    _gone: set[str]

    def redrive(self) -> list[Letter]:
        """Send again what can still do any good; those that were.

        Raises:
            AwsError: AWS refused; what was sent before is sent.
        """
        sent = [letter for letter in self.letters if letter.is_redrivable]
        for letter in sent:
            _, origin = QUEUES[letter.queue]
            if origin is None:
                continue
            with aws.translated_errors():
                # In this order a letter may come twice, which is harmless, and never not at all.
                self._sqs.send_message(
                    QueueUrl=self._stack.physical_id(origin), MessageBody=letter.body
                )
            self._delete(letter)
        return sent

    def drop(self) -> None:
        """Delete all of them.

        Raises:
            AwsError: AWS refused; what was dropped before is gone.
        """
        for letter in self.letters:
            self._delete(letter)

    def _delete(self, letter: Letter) -> None:
        url = self._stack.physical_id(QUEUES[letter.queue][0])
        with aws.translated_errors():
            self._sqs.delete_message(QueueUrl=url, ReceiptHandle=letter.receipt)
        self._gone.add(letter.receipt)


@contextmanager
def opened(stack: Stack, queues: Sequence[QueueName]) -> Iterator[Office]:
    """Take the letters of these queues in hand; whatever is left at the end is put back.

    Raises:
        NotDeployed: the stack has no such queue.
        AwsError: AWS could not be asked, or refused.
    """
    with closing(stack.client("sqs")) as sqs, closing(stack.client("logs")) as logs:
        causes = Causes(logs, stack.name)
        found = [letter for queue in queues for letter in _taken(sqs, causes, stack, queue)]
        gone: set[str] = set()
        try:
            yield Office(found, sqs, stack, gone)
        finally:
            _put_back(sqs, stack, [letter for letter in found if letter.receipt not in gone])


def _taken(
    sqs: Any,  # noqa: ANN401 -- see aws.client
    causes: Causes,
    stack: Stack,
    queue: QueueName,
) -> list[Letter]:
    url = stack.physical_id(QUEUES[queue][0])
    found: list[Letter] = []
    while len(found) < _MOST:
        with aws.translated_errors():
            answer = sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=_BATCH_SIZE,
                VisibilityTimeout=_HELD_SECONDS,
                WaitTimeSeconds=_POLL_SECONDS,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        messages = answer.get("Messages", ())
        if not messages:
            break
        found += [
            letters.read(queue, message, causes.look_up(queue, message), datetime.now(UTC))
            for message in messages
        ]
    return sorted(found, key=lambda letter: letter.sent_at)


def _put_back(sqs: Any, stack: Stack, held: Sequence[Letter]) -> None:  # noqa: ANN401 -- as above
    for letter in held:
        url = stack.physical_id(QUEUES[letter.queue][0])
        with aws.translated_errors():
            sqs.change_message_visibility(
                QueueUrl=url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
            )
