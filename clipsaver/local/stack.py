"""The whole local stack: PostgreSQL, Discord, and the functions as Lambda runs them.

    with LocalStack(sample_world()) as stack:
        stack.sync.invoke({})
        stack.discord.interactions.command(guild, user, "status")

Everything in it was started by this process, and ends with it.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World
from clipsaver.local import guard
from clipsaver.local.gateway import Gateway
from clipsaver.local.lambda_environment import LambdaEnvironment
from clipsaver.local.postgres import Postgres
from clipsaver.local.sqs import EventSource, JobQueueServer
from functions.deploy import migrations

DATABASE = "clip_saver"


class LocalStack:
    """PostgreSQL, Discord, and the functions, for as long as a `with` block lasts.

    Args:
        world: What exists in the local Discord.
        port: The port of the API; 0 for any free one.
        log_level: How much the functions log.
        fill: What brings the empty database at a URL to this release's schema.

    Attributes:
        variables: The environment of every function.
        database_url: The migrated database.
        discord: The local Discord.
        gateway: The API, in front of the interactions function.
        sync: The sync function.
        purge: The purge function.
        jobs: The jobs function, fed from the queue by itself.
        scan: The scan function, fed from its queue by itself.
        queue: The queues of deferred work.
    """

    def __init__(
        self,
        world: World,
        *,
        port: int = 0,
        log_level: str = "WARNING",
        fill: Callable[[str], object] = migrations.upgrade,
    ) -> None:
        self._world = world
        self._port = port
        self._log_level = log_level
        self._fill = fill
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Start everything; what was started is stopped again if a part fails.

        Raises:
            LocalError: a part could not be started.
        """
        with self._open:
            self.postgres = self._open.enter_context(Postgres())
            self.postgres.create_database(DATABASE)
            self.database_url = self.postgres.url(DATABASE)
            self._fill(self.database_url)
            self.discord = self._open.enter_context(DiscordServer(self._world))
            self.queue = self._open.enter_context(JobQueueServer())
            self.gateway = self._open.enter_context(
                Gateway(lambda: self._environment("interactions"), port=self._port)
            )
            self.variables = self._variables()
            guard.refuse_foreign(
                self.variables,
                discord_url=self.discord.api_url,
                postgres_port=self.postgres.port,
            )
            self.sync = self._open.enter_context(self._environment("sync"))
            self.purge = self._open.enter_context(self._environment("purge"))
            self.jobs = self._open.enter_context(self._environment("jobs"))
            self.scan = self._open.enter_context(self._environment("scan"))
            self._open.enter_context(EventSource(self.queue, self.jobs))
            self._open.enter_context(EventSource(self.queue, self.scan, self.queue.scan_url))
            self._open = self._open.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def _environment(self, function: str) -> LambdaEnvironment:
        return LambdaEnvironment(function, self.variables)

    def _variables(self) -> Mapping[str, str]:
        application = self._world.application
        return {
            "DISCORD_PUBLIC_KEY": application.public_key,
            "DISCORD_APPLICATION_ID": str(application.id),
            "BOT_TOKEN": application.bot_token,
            "DISCORD_CLIENT_SECRET": application.client_secret,
            "DATABASE_URL": self.database_url,
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_CDN_HOSTS": "127.0.0.1",
            "PUBLIC_URL": self.gateway.url,
            "LOG_LEVEL": self._log_level,
            **self.queue.variables,
        }
