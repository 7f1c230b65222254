"""A sync of some guilds: after an install, by an admin's command, or to restore what was deleted.

It holds no lease and never waits for a full run: each guild's row is locked only while it is
written, and a guild that another run is writing goes back to where the request came from.
"""

import logging
from dataclasses import dataclass

from functions.shared import errors, models, settings
from functions.shared.db import guilds
from functions.shared.db.connection import Database, Transaction
from functions.shared.discord import permissions
from functions.shared.discord.client import DiscordClient
from functions.shared.reconcile.guild import MemberReading, Reconciler
from functions.sync.event import SyncRequest
from functions.sync.guild_sync import GuildSync
from functions.sync.summary import Progress, Summary, failure

_log = logging.getLogger("discord_clip_saver.sync")

_UNKNOWN_GUILD = 10004


@dataclass(frozen=True, slots=True)
class TargetedRun:
    """The parts of a targeted run."""

    discord: DiscordClient
    database: Database
    settings: settings.Settings
    request: SyncRequest
    progress: Progress

    async def run(self) -> Summary:
        """Sync the requested guilds, one after the other.

        Raises:
            GuildBusy: another run is writing one of them; the request should be repeated.
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
            reconciler, self.settings.sync, self.request, _unfenced, summary, self.progress
        )
        for guild_id in guild_ids:
            reading = await self._read_member(reconciler, guild_id, summary)
            if reading is None:
                self.progress.guild_done(guild_id, "", None)
            else:
                summary.guilds["seen"] += 1
                await turn.sync(_entry(reading), reading)
        return summary

    async def _read_member(
        self, reconciler: Reconciler, guild_id: models.GuildId, summary: Summary
    ) -> MemberReading | None:
        """The guild and the bot in it; None if the bot is not in it, or Discord does not tell."""
        try:
            return await reconciler.read_member(guild_id)
        except errors.Unauthorized:
            raise
        except errors.NotFound as error:
            if error.code == _UNKNOWN_GUILD and await self._mark_left(guild_id):
                summary.guilds["left"] += 1
                return None
            reason: errors.DiscordError = error
        except errors.DiscordError as error:
            reason = error
        summary.guilds["failed"] += 1
        _log.error(failure(guild_id, reason), extra={"guild_id": str(guild_id)})
        return None

    async def _mark_left(self, guild_id: models.GuildId) -> bool:
        if self.request.dry_run:
            return False
        async with self.database.transaction() as transaction:
            return await guilds.mark_left(transaction, guild_id)


def _entry(reading: MemberReading) -> models.GuildEntry:
    """What the bot's guild list would say."""
    guild = reading.guild
    bits = permissions.base_permissions(guild, reading.member)
    return models.GuildEntry(guild.id, guild.name, guild.icon, bits)


async def _unfenced(transaction: Transaction) -> None:
    """The lock on the guild's row is all that a targeted run needs."""
