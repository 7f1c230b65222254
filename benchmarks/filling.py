"""Filling a database with a world, as a first sync would, but without its hours of waiting.

The reconciliation is the product's own, so that a sync afterwards finds nothing to change; only the
way to Discord is missing: its answers are read where they are rendered.
"""

from collections.abc import Callable
from typing import Final

from clipsaver.emulator import access
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.payloads import channels as channel_payloads
from clipsaver.emulator.payloads import guilds as guild_payloads
from clipsaver.emulator.payloads import people as people_payloads
from clipsaver.emulator.world import World
from functions.shared import models, settings
from functions.shared.db import job_runs
from functions.shared.db.connection import Database, Transaction
from functions.shared.discord import payloads
from functions.shared.discord.client import DiscordClient
from functions.shared.reconcile.guild import Reconciler

_ROUTE: Final = "a world in this process"
_NOWHERE: Final = "http://127.0.0.1:9"


class UnpacedDiscord(DiscordClient):
    """What the local Discord would answer to a reconciliation, without asking it over HTTP."""

    def __init__(self, world: World) -> None:
        super().__init__(api_url=_NOWHERE, bot_token=world.application.bot_token, rate_share=1.0)
        self._world = world

    async def get_guild(self, guild_id: models.GuildId) -> models.Guild:
        """A guild with its roles."""
        return payloads.guild(guild_payloads.full(self._world.guilds[guild_id]), _ROUTE)

    async def get_member(self, guild_id: models.GuildId, user_id: models.UserId) -> models.Member:
        """A member with their roles."""
        member = self._world.guilds[guild_id].members[user_id]
        return payloads.member(people_payloads.member(member), _ROUTE)

    async def list_channels(self, guild_id: models.GuildId) -> list[models.Channel]:
        """The channels that the bot can view."""
        found = access.visible_channels(access.bot_in(self._world.guilds[guild_id]))
        viewer = self._world.application.bot
        return [
            payloads.channel(channel_payloads.channel(each, viewer=viewer), _ROUTE, guild_id)
            for each in found
        ]

    async def list_active_threads(self, guild_id: models.GuildId) -> list[models.Channel]:
        """The active threads that the bot can view."""
        found = access.visible_threads(access.bot_in(self._world.guilds[guild_id]))
        viewer = self._world.application.bot
        return [
            payloads.channel(channel_payloads.channel(each, viewer=viewer), _ROUTE, guild_id)
            for each in found
            if not each.archived
        ]


async def fill(world: World, database_url: str, filled: Callable[[int], None]) -> None:
    """Store every guild of a world in a migrated, empty database.

    Args:
        world: What is there.
        database_url: Where it goes.
        filled: Told after each guild how many are done.
    """
    database = Database(
        database_url,
        application_name="clip-saver benchmarks",
        connect_seconds=5,
        transaction_seconds=30,
        slow_statement_ms=1000,
    )
    reconciler = Reconciler(
        discord=UnpacedDiscord(world),
        database=database,
        bot_user_id=models.UserId(world.application.bot.id),
        defaults=settings.GuildSettings(),
        with_threads=True,
    )
    try:
        for number, guild in enumerate(world.guilds.values(), start=1):
            await reconciler.apply(await reconciler.plan(_entry(guild)), _unfenced)
            filled(number)
        async with database.transaction() as transaction:
            await job_runs.note_success(transaction, "sync", {})
    finally:
        await database.close()


def _entry(guild: Guild) -> models.GuildEntry:
    listed = guild_payloads.entry(access.bot_in(guild), with_counts=False)
    return payloads.guild_entry(listed, _ROUTE)


async def _unfenced(transaction: Transaction) -> None:
    """Nobody else writes to this database."""
