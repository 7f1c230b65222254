"""What a dead letter is, why it died, and whether sending it again makes sense. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from functions.shared import errors, jobs, observability
from functions.shared.scans import queue_message

QueueName = Literal["jobs", "scan", "runs"]

_FAILED: Final = (
    "it failed too often; `clipsaver logs {queue} --since 14d --grep {message_id}` may tell why"
)
_EXPIRED: Final = "nobody waits for it any more: Discord takes an answer for 15 minutes"
_LONGEST_CAUSE: Final = 300
_SCHEDULE_HAS_NEXT: Final = "the next run makes up for it"

_redacted: Final = observability.Redaction(())


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of a dead-letter queue.

    Attributes:
        queue: Which of the stack's queues it died of.
        message_id: What its function's log lines have it by.
        receipt: What SQS deletes it by.
        body: What it says; may hold an interaction's token, so it is shown to nobody.
        sent_at: When it was first sent.
        receives: How often it was taken out of a queue, looking at it here included.
        what: What it asks for.
        cause: Why it died.
        is_redrivable: Whether sending it again can do any good.
    """

    queue: QueueName
    message_id: str
    receipt: str
    body: str
    sent_at: datetime
    receives: int
    what: str
    cause: str
    is_redrivable: bool

    def __repr__(self) -> str:
        return f"Letter({self.queue}, {self.what})"


def sent_at(message: Mapping[str, Any]) -> datetime:
    """When a message was first sent, in UTC."""
    return datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)


def read(queue: QueueName, message: Mapping[str, Any], logged: str | None, now: datetime) -> Letter:
    """Understand a message as SQS gives it (AWS docs, ReceiveMessage).

    Args:
        queue: Which of the stack's queues it died of.
        message: Itself.
        logged: Why it died, as the function logged it; None if that is not known.
        now: What an interaction's age is measured at.
    """
    body = str(message["Body"])
    known = logged or _FAILED.format(queue=queue, message_id=message["MessageId"])
    what, cause, is_redrivable = _understood(queue, message, known, now)
    return Letter(
        queue=queue,
        message_id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=body,
        sent_at=sent_at(message),
        receives=int(message["Attributes"]["ApproximateReceiveCount"]),
        what=what,
        # On one line, for a table.
        cause=" ".join(_redacted(cause).split())[:_LONGEST_CAUSE],
        is_redrivable=is_redrivable,
    )


def _understood(
    queue: QueueName, message: Mapping[str, Any], known: str, now: datetime
) -> tuple[str, str, bool]:
    """What it asks for, why it died, and whether to send it again."""
    body = str(message["Body"])
    match queue:
        case "jobs":
            return _job(body, known, now)
        case "scan":
            return _scan(body, known)
        case "runs":
            return _run(_document(body), message.get("MessageAttributes", {}))


def _job(body: str, known: str, now: datetime) -> tuple[str, str, bool]:
    try:
        job = jobs.from_message(body)
    except errors.InvalidEvent as error:
        return "unknown", str(error), False
    what = f"{job.kind}, guild {job.guild_id}"
    if job.ticket and job.ticket.is_expired(now):
        return what, f"{known}; {_EXPIRED}", False
    return what, known, True


def _scan(body: str, known: str) -> tuple[str, str, bool]:
    try:
        guild_id = queue_message.unpack(body)
    except errors.InvalidEvent as error:
        return "unknown", str(error), False
    return f"scan, guild {guild_id}", known, True


def _run(document: Mapping[str, Any], attributes: Mapping[str, Any]) -> tuple[str, str, bool]:
    """A run that failed, or that the scheduler could not start.

    Sources: AWS Lambda docs, "Capturing records of Lambda asynchronous invocations"; EventBridge
    Scheduler user guide, "Configuring a dead-letter queue".
    """
    if "requestContext" in document:
        function = str(document["requestContext"].get("functionArn", "")).split(":")[6:7]
        failure = document.get("responsePayload") or {}
        cause = ": ".join(
            str(failure[key]) for key in ("errorType", "errorMessage") if failure.get(key)
        )
        cause = cause or str(document["requestContext"].get("condition", "it failed"))
        return f"run of {''.join(function) or 'a function'}", _with_hint(cause), False
    told = {name: each.get("StringValue", "") for name, each in attributes.items()}
    target = told.get("SCHEDULE_ARN", "a schedule").rpartition("/")[2]
    cause = told.get("ERROR_MESSAGE") or told.get("ERROR_CODE") or "it could not be started"
    return f"start by {target}", _with_hint(cause), False


def _with_hint(cause: str) -> str:
    return f"{cause}; {_SCHEDULE_HAS_NEXT}"


def _document(body: str) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
