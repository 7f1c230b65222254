"""The dead-letter queues of a deployed stack: looked at, sent again, or dropped."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import ClientError

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

_HELD_SECONDS: Final = 600
"""How long nobody else sees a letter: causes are looked up, and an operator may have to decide."""
_SLIPPED: Final = frozenset(
    {"MessageNotInflight", "ReceiptHandleIsInvalid", "InvalidParameterValue"}
)
"""Codes for a letter that is held no more (SQS API, ChangeMessageVisibility); the last is what a
receipt gets that has expired."""
_POLL_SECONDS: Final = 1
"""Above 0, all of SQS's servers are asked and not only some (AWS docs, Short and long polling)."""
_BATCH_SIZE: Final = 10
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Office:
    """The letters of some queues, held until the block ends that they were taken in.

    Attributes:
        letters: Oldest first within each queue.
        slipped: Those to be sent or dropped that were held no more; whoever has them now may be at
            work on them, so they were left alone.
    """

    letters: Sequence[Letter]
    slipped: list[Letter]
    _sqs: Any
    _stack: Stack
    _let_go: set[str]

    def redrive(self) -> list[Letter]:
        """Send again what can still do any good; those that were.

        Raises:
            AwsError: AWS refused; what was sent before is sent.
        """
        sent = []
        for letter in self.letters:
            _, origin = QUEUES[letter.queue]
            if not letter.is_redrivable or origin is None or not self._is_held(letter):
                continue
            with aws.translated_errors():
                # In this order a letter may come twice, which is harmless, and never not at all.
                self._sqs.send_message(
                    QueueUrl=self._stack.physical_id(origin), MessageBody=letter.body
                )
            self._delete(letter)
            sent.append(letter)
        return sent

    def drop(self) -> list[Letter]:
        """Delete all of them; those that were.

        Raises:
            AwsError: AWS refused; what was dropped before is gone.
        """
        dropped = []
        for letter in self.letters:
            if self._is_held(letter):
                self._delete(letter)
                dropped.append(letter)
        return dropped

    def _is_held(self, letter: Letter) -> bool:
        """Whether a letter is still in our hands; if so, for long enough to be worked on."""
        url = _url(self._stack, letter.queue)
        if _hold(self._sqs, url, letter.receipt, _HELD_SECONDS):
            return True
        self._let_go.add(letter.message_id)
        self.slipped.append(letter)
        return False

    def _delete(self, letter: Letter) -> None:
        url = _url(self._stack, letter.queue)
        with aws.translated_errors():
            self._sqs.delete_message(QueueUrl=url, ReceiptHandle=letter.receipt)
        self._let_go.add(letter.message_id)


@contextmanager
def opened(stack: Stack, queues: Sequence[QueueName]) -> Iterator[Office]:
    """Take the letters of these queues in hand; whatever is left at the end is put back.

    Raises:
        NotDeployed: the stack has no such queue.
        AwsError: AWS could not be asked, or refused.
    """
    taken: dict[str, tuple[QueueName, Mapping[str, Any]]] = {}
    let_go: set[str] = set()
    with closing(stack.client("sqs")) as sqs, closing(stack.client("logs")) as logs:
        try:
            for queue in queues:
                for message in _received(sqs, _url(stack, queue)):
                    taken[message["MessageId"]] = queue, message
            causes = Causes(logs, stack.name)
            found = [
                letters.read(queue, message, causes.look_up(queue, message), datetime.now(UTC))
                for queue, message in taken.values()
            ]
            found.sort(key=lambda letter: (queues.index(letter.queue), letter.sent_at))
            yield Office(found, [], sqs, stack, let_go)
        finally:
            for message_id, (queue, message) in taken.items():
                if message_id not in let_go:
                    _hold(sqs, _url(stack, queue), message["ReceiptHandle"], 0)


def _url(stack: Stack, queue: QueueName) -> str:
    return stack.physical_id(QUEUES[queue][0])


def _received(sqs: Any, url: str) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 -- see aws.client
    """The messages of a queue as they come; SQS may give one twice, and its last receipt counts."""
    known: set[str] = set()
    while len(known) < _MOST:
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
        yield from messages
        ids = {message["MessageId"] for message in messages}
        if ids <= known:
            return
        known |= ids


def _hold(sqs: Any, url: str, receipt: str, seconds: int) -> bool:  # noqa: ANN401 -- as above
    """Let nobody else see a letter for so long; whether it was held until now."""
    with aws.translated_errors():
        try:
            sqs.change_message_visibility(
                QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )
        except ClientError as error:
            if error.response["Error"]["Code"].rpartition(".")[2] not in _SLIPPED:
                raise
            return False
    return True
