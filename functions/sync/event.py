"""What somebody asks of a sync: EventBridge, an operator, or a queue. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from functions.shared import errors, models, snowflakes
from functions.shared.reconcile.request import SyncRequest

_LONGEST_ID: Final = len(str(snowflakes.LARGEST_BIGINT))


@dataclass(frozen=True, slots=True)
class QueuedRequest:
    """A request from the queue, under the id by which the queue is told of its failure."""

    message_id: str
    body: str


def parse(event: Mapping[str, Any]) -> SyncRequest:
    """Read an event; keys that are not the sync's own (EventBridge sends some) mean everything.

    Raises:
        InvalidEvent: a key of the sync's own has the wrong type.
    """
    return SyncRequest(
        guild_ids=_guild_ids(event.get("guild_ids")),
        dry_run=_flag(event, "dry_run"),
        force=_flag(event, "force"),
    )


def parse_queued(queued: QueuedRequest) -> SyncRequest:
    """Read the body of a queue's message.

    Raises:
        InvalidEvent: the body is not a JSON object, or not one that the sync takes.
    """
    try:
        body = json.loads(queued.body)
    except (ValueError, RecursionError) as error:
        raise errors.InvalidEvent(f"Message {queued.message_id} is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise errors.InvalidEvent(f"Message {queued.message_id} must hold a JSON object")
    return parse(body)


def queued_requests(event: Mapping[str, Any]) -> list[QueuedRequest] | None:
    """The messages of an SQS batch; None if the event is not one."""
    records = event.get("Records")
    if not isinstance(records, list):
        return None
    return [QueuedRequest(str(record["messageId"]), str(record["body"])) for record in records]


def _guild_ids(given: object) -> tuple[models.GuildId, ...] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not given:
        raise errors.InvalidEvent('guild_ids must be a list of ids, like ["81384788765712384"]')
    ids = []
    for value in given:
        text = str(value)
        if not _is_id(text):
            raise errors.InvalidEvent(f"guild_ids holds {text[:40]!r}, which is not an id")
        ids.append(models.GuildId(int(text)))
    return tuple(dict.fromkeys(ids))


def _is_id(text: str) -> bool:
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
    return is_number and int(text) <= snowflakes.LARGEST_BIGINT


def _flag(event: Mapping[str, Any], name: str) -> bool:
    value = event.get(name, False)
    if not isinstance(value, bool):
        raise errors.InvalidEvent(f"{name} must be true or false, it is {value!r}")
    return value
