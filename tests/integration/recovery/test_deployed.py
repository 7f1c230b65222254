"""Emptying the queues of a stack, with botocore's own client on scripted answers."""

import time

import pytest
from botocore.stub import Stubber

from clipsaver import aws
from clipsaver.recovery import deployed

_REGION = "eu-central-1"
_QUEUE = "https://queue.test/jobs"


def test_a_queue_that_was_emptied_just_now_is_emptied_again_a_minute_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "something")
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    sqs = aws.client("sqs", _REGION)
    monkeypatch.setattr(aws, "client", lambda _service, _region: sqs)
    with Stubber(sqs) as answers:
        # As SQS words it for clients of both its protocols.
        answers.add_client_error(
            "purge_queue",
            "AWS.SimpleQueueService.PurgeQueueInProgress",
            service_error_meta={"QueryErrorCode": "PurgeQueueInProgress"},
        )
        answers.add_response("purge_queue", {}, {"QueueUrl": _QUEUE})
        deployed.empty([_QUEUE], _REGION)
        answers.assert_no_pending_responses()
    assert waits == [60]
