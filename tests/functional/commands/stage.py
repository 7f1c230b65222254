"""Commands as people use them: Discord, the API, the queue and its worker, a synced database."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

from clipsaver.emulator.channels import Channel
from clipsaver.emulator.courier import Delivery
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.interaction_payloads import OptionValue
from clipsaver.emulator.interaction_record import Interaction
from clipsaver.emulator.people import User
from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.gateway import Gateway
from clipsaver.local.lambda_environment import LambdaEnvironment
from clipsaver.local.sqs import JobQueueServer
from functions.shared import commands
from tests.factories import Rows

EDIT: Final = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
WHOLE_GUILD: Final = "0"
EPHEMERAL: Final = 1 << 6
COMPONENTS_V2: Final = 1 << 15
_TABLES: Final = (
    "clips", "clip_tombstones", "clip_opt_outs", "guild_scans", "setting_changes",
    "processed_interactions", "guild_settings", "bot_channels", "bot_guilds",
)  # fmt: skip


class Interactions(LambdaEnvironment):
    """What one lasting gateway invokes: the function of whichever stage is there now."""

    def __init__(self) -> None:
        self.current: LambdaEnvironment

    def invoke(self, event: Any) -> Any:
        return self.current.invoke(event)

    def close(self) -> None:
        """Each stage closes its own."""


Api = tuple[Gateway, Interactions]


class Stage:
    """The parts, and what a test does with them.

    Attributes:
        discord: The local Discord. Ada owns *Arcade* and *Basement*, Linus is a plain member.
        interactions: The function behind the API.
        jobs: The function behind the queue.
        queue_url: The queue, of this stage alone, which nothing empties but `work`.
        scan_queue_url: The scan function's queue, which nothing empties but `to_scan`.
        rows: The database's rows, seen from the side.
    """

    def __init__(
        self, discord: DiscordServer, queue: JobQueueServer, rows: Rows, variables: dict[str, str]
    ) -> None:
        self.discord = discord
        self.rows = rows
        self._sqs = queue.client
        self.queue_url = self._sqs.create_queue(QueueName=f"jobs-{uuid4().hex}")["QueueUrl"]
        self.scan_queue_url = self._sqs.create_queue(QueueName=f"scans-{uuid4().hex}")["QueueUrl"]
        self.variables = variables | {
            "JOBS_QUEUE_URL": self.queue_url,
            "SCAN_QUEUE_URL": self.scan_queue_url,
        }
        self.interactions = LambdaEnvironment("interactions", {})
        # The same mapping, so that a test can change it before the cold start.
        self.interactions.variables = self.variables
        self.jobs = LambdaEnvironment("jobs", self.variables, timeout_seconds=60)
        self.world = discord.world
        self.act = discord.interactions
        self.arcade, self.basement = self.guild("Arcade"), self.guild("Basement")
        self.ada, self.linus = self.user("ada"), self.user("linus")

    def guild(self, name: str) -> Guild:
        return next(guild for guild in self.world.guilds.values() if guild.name == name)

    def user(self, name: str) -> User:
        return next(user for user in self.world.users.values() if user.username == name)

    def channel(self, name: str, guild: Guild | None = None) -> Channel:
        there = guild or self.arcade
        every = [*there.channels.values(), *there.threads.values()]
        return next(channel for channel in every if channel.name == name)

    def command(self, name: str, options: Mapping[str, OptionValue] | None = None) -> Interaction:
        """Ada uses a command in Arcade."""
        return answered(self.act.command(self.arcade, self.ada, name, options))

    def click(
        self, shown: Interaction, custom_id: str, values: tuple[OptionValue, ...] = ()
    ) -> Interaction:
        """Ada uses a component."""
        return answered(self.act.click(shown, self.ada, custom_id, values))

    def enter(self, opened: Interaction, value: str | list[str]) -> Interaction:
        """Ada fills in the one field of a form, and sends it."""
        return answered(self.act.submit(opened, self.ada, {"value": value}))

    def send_again(self, used: Interaction, **changes: Any) -> Delivery:
        """Send what somebody did once more, as another interaction, with some fields changed."""
        payload = copy.deepcopy(used.payload) | {"id": str(self.world.mint.next())}
        return self.act.send(payload | changes)

    def forget(self) -> None:
        """Let another environment work, which knows nothing of who may see what."""
        self.jobs.close()
        self.jobs = LambdaEnvironment("jobs", self.variables, timeout_seconds=60)

    def sync(self) -> None:
        """Run a full sync."""
        with LambdaEnvironment("sync", self.variables) as environment:
            assert environment.invoke({})["complete"]

    def work(self) -> int:
        """Hand the queue's messages to the worker; how many of them are to come again."""
        messages = self.messages()
        result = self.jobs.invoke({"Records": [record(message) for message in messages]})
        failed = {item["itemIdentifier"] for item in result["batchItemFailures"]}
        for message in messages:
            handle = {"QueueUrl": self.queue_url, "ReceiptHandle": message["ReceiptHandle"]}
            if message["MessageId"] in failed:
                self._sqs.change_message_visibility(**handle, VisibilityTimeout=0)
            else:
                self._sqs.delete_message(**handle)
        return len(failed)

    def messages(self) -> list[dict[str, Any]]:
        """Receive what is in the queue."""
        received = self._sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
        return list(received.get("Messages", ()))

    def to_scan(self) -> list[str]:
        """Empty the scan function's queue; the messages that were in it."""
        received = self._sqs.receive_message(QueueUrl=self.scan_queue_url, MaxNumberOfMessages=10)
        messages = received.get("Messages", ())
        for message in messages:
            handle = {"QueueUrl": self.scan_queue_url, "ReceiptHandle": message["ReceiptHandle"]}
            self._sqs.delete_message(**handle)
        return [str(message["Body"]) for message in messages]

    def stored(self) -> dict[str, list[dict[str, Any]]]:
        """Every row that a command could write."""
        return {table: self.rows.sql(f"SELECT * FROM {table} ORDER BY 1, 2") for table in _TABLES}

    def settings(self, guild: Guild | None = None) -> dict[str, Any]:
        """What is stored of a guild's settings."""
        (row,) = self.rows.sql(
            "SELECT settings FROM guild_settings WHERE guild_id = %s", (guild or self.arcade).id
        )
        found: dict[str, Any] = row["settings"]
        return found

    def forget_sync(self, guild: Guild | None = None) -> None:
        """Let the cooldown pass."""
        self.rows.sql(
            "UPDATE bot_guilds SET synced_at = now() - interval '1 hour' WHERE guild_id = %s",
            (guild or self.arcade).id,
        )


def record(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as Lambda hands it over."""
    return {"messageId": message["MessageId"], "body": message["Body"]}


def answered(used: Interaction) -> Interaction:
    """An interaction that Discord took the answer of, for the user alone and notifying nobody."""
    assert not used.failed, used.problem
    assert used.response is not None
    data = used.response.get("data") or {}
    if used.response["type"] in (4, 7):
        assert data["flags"] | COMPONENTS_V2 == EPHEMERAL | COMPONENTS_V2
        assert data["allowed_mentions"] == {"parse": []}
    if used.response["type"] == 5:
        assert data["flags"] == 64
    return used


def told(delivery: Delivery) -> str:
    """The sentence that answers an interaction sent by hand."""
    assert delivery.status == 200, delivery
    assert not delivery.is_late
    answer = delivery.json()
    assert answer["type"] == 4, answer
    assert answer["data"]["flags"] == 64
    assert answer["data"]["allowed_mentions"] == {"parse": []}
    return str(answer["data"].get("content", ""))


@contextmanager
def api() -> Iterator[Api]:
    """A gateway that outlasts stages, because stopping one takes longer than most tests."""
    interactions = Interactions()
    with Gateway(lambda: interactions) as gateway:
        yield gateway, interactions


@contextmanager
def stage(database_url: str, queue: JobQueueServer, rows: Rows, api: Api) -> Iterator[Stage]:
    """A stage with the sample world, its commands registered and its endpoint known."""
    gateway, interactions = api
    with DiscordServer(sample_world()) as discord:
        application = discord.world.application
        variables = {
            "DISCORD_PUBLIC_KEY": application.public_key,
            "DISCORD_APPLICATION_ID": str(application.id),
            "BOT_TOKEN": application.bot_token,
            "DATABASE_URL": database_url,
            "DISCORD_API_URL": discord.api_url,
            "LOG_LEVEL": "DEBUG",
            **queue.variables,
        }
        for each in commands.COMMANDS:
            application.commands.put(None, each.payload(), discord.world.mint, day=0)
        made = Stage(discord, queue, rows, variables)
        with made.interactions:
            interactions.current = made.interactions
            application.interactions_endpoint_url = f"{gateway.url}/interactions"
            try:
                yield made
            finally:
                made.jobs.close()
