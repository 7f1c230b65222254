"""A sync of some guilds: after an install, by an admin's command, or to restore what was deleted.

It holds no lease and never waits for a full run: each guild's row is locked only while it is
written, and a guild that another run is writing goes back to where the request came from.
"""

import time
from dataclasses import dataclass

from functions.shared import errors, models, settings
from functions.shared.db import guilds
from functions.shared.db.connection import Database, Transaction
from functions.shared.discord import codes, permissions
from functions.shared.discord.client import DiscordClient
from functions.shared.reconcile import departures
from functions.shared.reconcile.guild import Fence, MemberReading, Reconciler
from functions.shared.reconcile.guild_sync import GuildSync
from functions.shared.reconcile.request import SyncRequest
from functions.shared.reconcile.summary import Progress, Summary


async def _unfenced(transaction: Transaction) -> None:
    """Nothing but the lock on the guild's row."""


@dataclass(frozen=True, slots=True)
class TargetedRun:
    """The parts of a targeted run.

    Attributes:
        stop_at: The instant of `time.monotonic` after which no further guild is begun.
        fence: Called in each transaction that writes a guild; the lock on the guild's row is all
            that this run itself needs.
    """

    discord: DiscordClient
    database: Database
    settings: settings.Settings
    request: SyncRequest
    progress: Progress
    stop_at: float
    fence: Fence = _unfenced

    async def run(self) -> Summary:
        """Sync the requested guilds, one after the other.

        Raises:
            GuildBusy: another run is writing some of them, which it names; the others are done.
            ClipSaverError: what stops every guild.
        """
        summary = Summary(dry_run=self.request.dry_run)
        guild_ids = self.request.guild_ids or ()
        self.progress.started(len(guild_ids))
        bot = await self.discord.get_current_user()
        reconciler = Reconciler(
            discord=self.discord,
            database=self.database,
            bot_user_id=bot.id,
            defaults=self.settings.guild,
            with_threads=self.settings.sync.sync_active_threads,
        )
        turn = GuildSync(
            reconciler, self.settings.sync, self.request, self.fence, summary, self.progress
        )
        busy = []
        for guild_id in guild_ids:
            if time.monotonic() >= self.stop_at:
                summary.complete = False
                break
            try:
                await self._sync(guild_id, turn)
            except errors.GuildBusy:
                busy.append(str(guild_id))
        if busy:
            raise errors.GuildBusy(f"Another run is syncing {', '.join(busy)}; ask again")
        return summary

    async def _sync(self, guild_id: models.GuildId, turn: GuildSync) -> None:
        # Before Discord is asked: what somebody writes from then on is newer than its answer.
        async with self.database.transaction() as transaction:
            stored = await guilds.select_sync_turn(transaction, guild_id)
        try:
            reading = await turn.reconciler.read_member(guild_id)
        except (errors.Unauthorized, errors.InvalidRequestBudget):
            raise
        except errors.DiscordError as error:
            await self._without_reading(guild_id, stored, error, turn)
            self.progress.guild_skipped(str(guild_id), str(error))
        else:
            turn.summary.guilds["seen"] += 1
            await turn.sync(_entry(reading), reading)

    async def _without_reading(
        self,
        guild_id: models.GuildId,
        stored: guilds.SyncTurn | None,
        error: errors.DiscordError,
        turn: GuildSync,
    ) -> None:
        """The bot left the guild, or never was in it, or Discord does not tell."""
        is_absent = isinstance(error, errors.NotFound) and error.code == codes.UNKNOWN_GUILD
        if is_absent and stored is not None and stored.state == "present":
            if not self.request.dry_run:
                await departures.mark(self.database, stored, self.fence)
            turn.summary.guilds["left"] += 1
        else:
            turn.summary.guilds["absent"] += is_absent
            turn.fail(guild_id, error)


def _entry(reading: MemberReading) -> models.GuildEntry:
    """What the bot's guild list would say."""
    guild = reading.guild
    bits = permissions.base_permissions(guild, reading.member)
    return models.GuildEntry(guild.id, guild.name, guild.icon, bits)
