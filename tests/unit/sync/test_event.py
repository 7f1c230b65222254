"""What somebody asks of a sync, and what is refused."""

import json
from typing import Any

import pytest

from functions.shared import errors
from functions.shared.models import GuildId
from functions.shared.reconcile.request import SyncRequest
from functions.sync import event
from functions.sync.event import QueuedRequest

SCHEDULED = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2026-05-01T12:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:aws:events:us-east-1:123456789012:rule/sync"],
    "detail": {},
}


@pytest.mark.parametrize("given", [{}, SCHEDULED])
def test_nothing_in_particular_means_everything(given: dict[str, Any]) -> None:
    assert event.parse(given) == SyncRequest()


def test_every_wish_is_understood() -> None:
    given = {"guild_ids": ["81384788765712384", 2, "2"], "dry_run": True, "force": True}
    assert event.parse(given) == SyncRequest(
        (GuildId(81384788765712384), GuildId(2)), dry_run=True, force=True
    )


@pytest.mark.parametrize(
    "guild_ids",
    [
        [],
        "81384788765712384",
        {"1": 2},
        [None],
        [True],
        [1.5],
        [-1],
        ["-1"],
        ["x"],
        [""],
        ["١٢"],
        [["1"]],
        [str(1 << 63)],
        ["9" * 5000],
    ],
)
def test_what_is_no_list_of_ids_is_refused(guild_ids: object) -> None:
    with pytest.raises(errors.InvalidEvent) as refusal:
        event.parse({"guild_ids": guild_ids})
    assert len(str(refusal.value)) < 200


def test_the_largest_id_that_the_database_holds_is_taken() -> None:
    largest = (1 << 63) - 1
    assert event.parse({"guild_ids": [str(largest)]}).guild_ids == (largest,)


@pytest.mark.parametrize("name", ["dry_run", "force"])
@pytest.mark.parametrize("value", [None, "true", 1, []])
def test_a_flag_is_true_or_false_and_nothing_else(name: str, value: object) -> None:
    with pytest.raises(errors.InvalidEvent, match=name):
        event.parse({name: value})


def test_a_queues_batch_is_told_from_everything_else() -> None:
    batch = {"Records": [{"messageId": "a", "body": "{}"}, {"messageId": "b", "body": "[]"}]}
    assert event.queued_requests(batch) == [QueuedRequest("a", "{}"), QueuedRequest("b", "[]")]
    assert event.queued_requests({}) is None
    assert event.queued_requests({"Records": "none"}) is None


def test_a_body_from_the_queue_is_read_as_an_event() -> None:
    body = json.dumps({"guild_ids": ["5"]})
    assert event.parse_queued(QueuedRequest("a", body)) == SyncRequest((GuildId(5),))


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"text"', "7", "[" * 100_000, '{"guild_ids": "5"}']
)
def test_a_malformed_body_from_the_queue_is_refused(body: str) -> None:
    with pytest.raises(errors.InvalidEvent):
        event.parse_queued(QueuedRequest("a", body))
