"""The sync that an install asks for."""

import pytest

from clipsaver.local.sqs import JobQueueServer
from functions.shared import jobs, models
from tests.functional.install.stage import Stage, Visitor


def test_an_install_asks_for_a_sync_of_its_guild_alone(stage: Stage, visitor: Visitor) -> None:
    with JobQueueServer() as queue:
        stage.variables |= queue.variables
        page = visitor.install(stage.chess_club)
        received = queue.client.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10)
    assert "looking around right now" in page.text
    (message,) = received["Messages"]
    expected = jobs.Job("sync_guild", models.GuildId(stage.chess_club.id))
    assert jobs.from_message(message["Body"]) == expected


def test_without_a_queue_the_scheduled_sync_is_promised_and_logged(
    stage: Stage, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    page = visitor.install(stage.chess_club)
    assert "within 15 minutes" in page.text
    logged = capsys.readouterr().out
    assert f"the scheduled sync will find guild {stage.chess_club.id}" in logged


def test_a_queue_that_does_not_answer_stops_no_install(
    stage: Stage, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.variables |= {
        "JOBS_QUEUE_URL": "http://127.0.0.1:9/123456789012/jobs",
        "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    page = visitor.install(stage.chess_club)
    assert page.status_code == 200
    assert "within 15 minutes" in page.text
    assert stage.guild_ids() == [stage.chess_club.id]
    assert "The scheduled sync will have to find guild" in capsys.readouterr().out
