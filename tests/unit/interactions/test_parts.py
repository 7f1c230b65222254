"""What a warm environment keeps, and what is left of it once it was closed."""

from functions.interactions.parts import Parts
from functions.shared import settings
from functions.shared.configuration import Configuration

VARIABLES = {
    "BOT_TOKEN": "token",
    "DISCORD_API_URL": "https://discord.example/api/v10",
    "JOBS_QUEUE_URL": "https://sqs.example/1/jobs",
    "SCAN_QUEUE_URL": "https://sqs.example/1/scans",
}


class Client:
    """The connections of a queue."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


async def test_both_queues_are_closed_and_made_anew() -> None:
    parts = Parts(Configuration(settings.from_variables(VARIABLES)))
    opened = (parts.queue, parts.scan_queue)
    clients = [Client(), Client()]
    for queue, client in zip(opened, clients, strict=True):
        assert queue is not None
        vars(queue._queue)["_client"] = client
    await parts.close()
    assert all(client.is_closed for client in clients)
    assert parts.queue is not opened[0]
    assert parts.scan_queue is not opened[1]


async def test_once_closed_there_is_one_way_to_discord_again() -> None:
    parts = Parts(Configuration(settings.from_variables(VARIABLES)))
    before = parts.access
    await parts.close()
    assert parts.access is not before
    assert parts.access._discord is parts.discord


async def test_closing_what_was_never_opened_opens_nothing() -> None:
    parts = Parts(Configuration(settings.from_variables(VARIABLES)))
    await parts.close()
    assert vars(parts).keys() == {"configuration"}
