"""One guild's turn, from its lease to what is left for the next one.

What there is to do is read from the database, in this order: new messages, the open scan's search,
archived threads, the proof of history. Nothing of it is remembered in the message that started the
turn, so that one which comes twice, or after a run that was killed, is harmless.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from functions.scan import history, live, search, threads
from functions.scan.budget import Budget
from functions.scan.intent import MessageContent
from functions.scan.turn import Tally, Turn
from functions.shared import errors, models, settings
from functions.shared.db import guild_scans, guild_settings, guilds, scan_runs, scan_work
from functions.shared.db.connection import Database
from functions.shared.db.guild_scans import GuildScan
from functions.shared.discord.client import DiscordClient
from functions.shared.lease import RunLease, run_lease

_log = logging.getLogger("discord_clip_saver.scan")

_AT_ONCE: Final = 0.0
_UNTOLD_WAIT_SECONDS: Final = 60.0
_OFF_FOR: Final = timedelta(minutes=15)
"""How long history is left alone while the Message Content intent is off."""
_SEARCH_IS_OUT: Final = (
    errors.IndexNotReady,
    errors.BadRequest,
    errors.NotFound,
    errors.UnexpectedPayload,
    errors.DiscordServerError,
    errors.DiscordUnreachable,
)
"""Answers to a search that say nothing of other requests; a refusal ends the search by itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn came to.

    Attributes:
        tally: What was done.
        continue_after: Seconds until another turn makes sense, if there is more to do; None if only
            a sync, or the end of a pause, can bring something new.
    """

    tally: Tally
    continue_after: float | None


@dataclass(frozen=True, slots=True)
class GuildScanner:
    """The parts that a turn needs.

    Attributes:
        content: The Message Content intent, which all guilds share.
    """

    discord: DiscordClient
    database: Database
    settings: settings.Settings
    content: MessageContent

    async def scan(self, guild_id: models.GuildId, stop_at: float) -> Outcome:
        """Give a guild its turn.

        Raises:
            Unauthorized: the bot token is wrong.
            LeaseLost: another run took the turn over.
            DatabaseError: the database failed.
        """
        async with self.database.transaction() as transaction:
            await scan_work.clear_queued(transaction, [guild_id])
        async with run_lease(self.database, f"scan:{guild_id}") as lease:
            if lease is None:
                _log.info("Guild %s is being scanned; that run does the work", guild_id)
                return Outcome(Tally(), None)
            turn = await self._begin(guild_id, lease, stop_at)
            if turn is None:
                return Outcome(Tally(), None)
            sent_before = self.discord.statistics.requests
            try:
                after = await self._work_or_pause(turn)
            finally:
                await turn.budget.settle(self.discord.statistics.requests - sent_before)
        return Outcome(turn.tally, after)

    async def _begin(
        self, guild_id: models.GuildId, lease: RunLease, stop_at: float
    ) -> Turn | None:
        """Take up what an earlier run left; None for a guild that the bot is not in."""
        async with self.database.transaction() as transaction:
            await lease.fence(transaction)
            guild = await guilds.select_guild(transaction, guild_id)
            if guild is None or guild.state != "present":
                return None
            await scan_runs.requeue_running(transaction, guild_id)
            stored = await guild_settings.select_settings(transaction, guild_id)
        own, _ = settings.GuildSettings.from_stored(stored, self.settings.guild)
        rules = self.settings.scan
        return Turn(
            guild_id=guild_id,
            discord=self.discord,
            database=self.database,
            lease=lease,
            budget=Budget(self.database, lease, guild_id, rules.scan_daily_requests_per_guild),
            content=self.content,
            own=own,
            rules=rules,
            stop_at=stop_at,
        )

    async def _work_or_pause(self, turn: Turn) -> float | None:
        """Work until nothing is left or something is in the way; seconds until the next turn."""
        try:
            await self._work(turn)
        except errors.BudgetSpent as error:
            _log.warning("Guild %s is paused: %s", turn.guild_id, error)
            await _pause(turn, error.until, str(error))
            return None
        except errors.MessageContentOff as error:
            _log.error("Guild %s is not scanned: %s", turn.guild_id, error)
            await _pause(turn, datetime.now(UTC) + _OFF_FOR, str(error))
            return None
        except errors.ScanCanceled as error:
            _log.info("%s", error)
            return None
        except errors.Unauthorized:
            raise
        except (errors.RateLimited, errors.IndexNotReady) as error:
            _log.info("Guild %s has to wait: %s", turn.guild_id, error)
            return error.retry_after or _UNTOLD_WAIT_SECONDS
        except errors.DiscordError as error:
            _log.error("Guild %s could not be scanned to the end: %s", turn.guild_id, error)
            return None
        # A turn that brought nothing is not repeated at once: the next sync asks again.
        return _AT_ONCE if turn.tally.steps else None

    async def _work(self, turn: Turn) -> None:
        await live.read_new(turn)
        scan = await self._background_scan(turn)
        if scan is None:
            return
        unsearched: errors.DiscordError | None = None
        if scan.is_open and scan.searching_for != "history":
            try:
                if not await search.run(turn, scan):
                    return
            except _SEARCH_IS_OUT as error:
                # All of history is read anyway, and does not wait for what only makes it quicker.
                _log.warning("Guild %s cannot be searched just now: %s", turn.guild_id, error)
                unsearched = error
        is_listed = await threads.list_archived(turn)
        is_proven = await history.prove(turn)
        if isinstance(unsearched, errors.IndexNotReady) or (unsearched and is_proven):
            raise unsearched
        if is_listed and is_proven:
            await self._finish(turn)

    async def _background_scan(self, turn: Turn) -> GuildScan | None:
        """The scan behind which history is read, a new guild's first one too; None if none is."""
        async with self.database.transaction() as transaction:
            await turn.lease.fence(transaction)
            scan = await guild_scans.select_latest(transaction, turn.guild_id)
            with_nsfw = turn.own.scan_nsfw
            if scan is None and await scan_work.count_channels(
                transaction, turn.guild_id, with_nsfw=with_nsfw
            ):
                scan = await guild_scans.request(
                    transaction, turn.guild_id, None, with_nsfw=with_nsfw
                )
        if scan is None or scan.status == "canceled":
            return None
        is_paused = scan.paused_until is not None and scan.paused_until > datetime.now(UTC)
        return None if is_paused else scan

    async def _finish(self, turn: Turn) -> None:
        async with self.database.transaction() as transaction:
            await turn.lease.fence(transaction)
            if await guild_scans.finish(transaction, turn.guild_id):
                _log.info("Guild %s is scanned, and all of its history proven", turn.guild_id)


async def _pause(turn: Turn, until: datetime, reason: str) -> None:
    async with turn.database.transaction() as transaction:
        await turn.lease.fence(transaction)
        await guild_scans.pause(transaction, turn.guild_id, until, reason)
