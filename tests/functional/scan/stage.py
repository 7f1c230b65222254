"""The scan on a stage: a synced local Discord, a database, and the function as Lambda runs it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final, TypeVar

from clipsaver.emulator import messages
from clipsaver.emulator.channels import Channel
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.messages import Message
from clipsaver.local.lambda_environment import LambdaEnvironment
from functions.shared import models
from functions.shared.db import clip_search, guild_scans
from functions.shared.db.connection import Transaction
from functions.shared.searches import Search
from tests import factories
from tests.functional.sync import stage as sync_stage

T = TypeVar("T")

MESSAGES: Final = "GET /channels/{channel_id}/messages"
SEARCH: Final = "GET /guilds/{guild_id}/messages/search"
PUBLIC: Final = "GET /channels/{channel_id}/threads/archived/public"
YEAR: Final = timedelta(days=365)


class Stage(sync_stage.Stage):
    """The sync's stage, and a scan function beside it.

    Nothing is in the queue: a test invokes the function itself, with `scan`.
    """

    _scan: LambdaEnvironment | None = None

    def scan(self, guild: Guild | None = None, *, seconds: float = 60) -> None:
        """Sync everything, and let *Arcade* or another guild have a turn."""
        self.sync()
        self.turn(guild, seconds=seconds)

    def turn(self, guild: Guild | None = None, *, seconds: float = 60) -> dict[str, Any]:
        """Give a guild a turn, without a sync before it; what is to come again."""
        body = json.dumps({"kind": "scan", "guild_id": str((guild or self.arcade).id)})
        return self.invoke_scan([("1", body)], seconds=seconds)

    def invoke_scan(
        self, messages: list[tuple[str, str]], *, seconds: float = 60
    ) -> dict[str, Any]:
        """Hand a batch of messages, ids and bodies, to the scan; what is to come again."""
        self._scan = self._scan or self._enter(
            LambdaEnvironment("scan", self.variables, timeout_seconds=seconds)
        )
        records = [{"messageId": number, "body": body} for number, body in messages]
        result: dict[str, Any] = self._scan.invoke({"Records": records})
        return result

    def forget_environment(self) -> None:
        """Let the next sync and the next scan be cold starts."""
        super().forget_environment()
        self._scan = None

    def video(self, channel: Channel, name: str = "clip.mp4", **details: Any) -> Message:
        """Ada posts a video."""
        return channel.post(self.owner, details.pop("text", ""), [messages.video(name)], **details)

    def names(self) -> list[str]:
        """The catalogued files, by name."""
        return [name for (name,) in self.rows("SELECT filename FROM clips ORDER BY filename")]

    def found(self, text: str) -> list[str]:
        """The files that a search of *Arcade* for some words finds, by name."""
        channels = [models.ChannelId(each) for each in self.world.channels]
        scope = clip_search.Scope(
            models.GuildId(self.arcade.id), channels, models.UserId(self.owner.id)
        )
        clips = self.in_transaction(
            lambda transaction: clip_search.select_clips(
                transaction, scope, Search(text), None, 100
            )
        )
        return sorted(clip.filename for clip in clips)

    def requests(self, route: str | None = None) -> int:
        """How many requests the local Discord answered, of one route or all."""
        return sum(route in (None, each.route) for each in self.discord.requests)

    def latest_scan(self, guild: Guild | None = None) -> dict[str, Any]:
        """The latest scan of *Arcade* or another guild."""
        ((found,),) = self.rows(
            "SELECT to_jsonb(guild_scans) FROM guild_scans WHERE guild_id = %s"
            " ORDER BY created_at DESC LIMIT 1",
            (guild or self.arcade).id,
        )
        scan: dict[str, Any] = found
        return scan

    def ask_for_scan(self) -> None:
        """Somebody asks for a scan of *Arcade*."""
        self.in_transaction(
            lambda transaction: guild_scans.request(
                transaction, models.GuildId(self.arcade.id), None, with_nsfw=False
            )
        )

    def cancel_scan(self) -> None:
        """Somebody cancels the scan of *Arcade*."""
        self.in_transaction(
            lambda transaction: guild_scans.cancel(transaction, models.GuildId(self.arcade.id))
        )

    def in_transaction(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Do something with the database as a function would."""

        async def run() -> T:
            database = factories.make_database(self.variables["DATABASE_URL"])
            async with database.transaction() as transaction:
                done = await work(transaction)
            await database.close()
            return done

        return asyncio.run(run())

    def covered(self, channel: Channel) -> list[tuple[int, int]]:
        """The intervals of a channel that are proven."""
        return [
            (first, last)
            for first, last in self.rows(
                "SELECT first_message_id, last_message_id FROM scan_coverage"
                " WHERE channel_id = %s ORDER BY 1",
                channel.id,
            )
        ]


def post_old(stage: Stage, count: int) -> None:
    """Messages of a year ago in *clips*, a minute after each other; every tenth has a video."""
    begun = stage.world.now() - YEAR
    for number in range(count):
        files = [messages.video(f"{number:04}.mp4")] if number % 10 == 0 else []
        stage.clips.post(stage.owner, f"{number}", files, at=begun + timedelta(minutes=number))
