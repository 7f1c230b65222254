"""The job behind `/scan start`: what a scan would take is told first, with a button to start it."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Final

from functions.jobs import answer
from functions.jobs.answer import Answer
from functions.shared import (
    commands,
    components,
    errors,
    jobs,
    models,
    settings,
    texts,
)
from functions.shared.db import guild_settings, guilds, scan_requests, scan_work
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient
from functions.shared.scans import daily_budget, prediction
from functions.shared.scans.prediction import Totals

_log = logging.getLogger("discord_clip_saver.jobs")

_INDEX_TRIES: Final = 3
_INDEX_SECONDS: Final = 0.5
_LONGEST_WAIT_SECONDS: Final = 5.0
"""A guild that nobody has searched yet is indexed first; somebody watches while we wait."""


async def run(
    job: jobs.Job, discord: DiscordClient, database: Database, tunables: settings.Settings
) -> Answer:
    """Find out what a scan would take, and offer it; nothing is started.

    Raises:
        UnknownGuild: no sync has seen the guild.
        Unauthorized: the bot token is wrong.
        DatabaseError: the database failed.
    """
    words = texts.of(job.ticket.locale if job.ticket else "")
    async with database.transaction() as transaction:
        guild = await guilds.select_guild(transaction, job.guild_id)
        if guild is None or guild.state == "left":
            raise errors.UnknownGuild(job.guild_id)
        stored = await guild_settings.select_settings(transaction, job.guild_id)
        own, _ = settings.GuildSettings.from_stored(stored, tunables.guild)
        channels = await scan_work.count_channels(
            transaction, job.guild_id, with_nsfw=own.scan_nsfw
        )
        spent = await scan_requests.count_today(transaction, job.guild_id)
    if not channels:
        return answer.sentence(words.scan_no_channels)
    if spent >= tunables.scan.scan_daily_requests_per_guild:
        until = f"<t:{int(daily_budget.next_day(datetime.now(UTC)).timestamp())}:R>"
        return answer.sentence(words.scan_paused_by_budget.format(until=until))
    before = discord.statistics.requests
    totals = await _totals(discord, job.guild_id, with_nsfw=own.scan_nsfw)
    asked = discord.statistics.requests - before
    async with database.transaction() as transaction:
        await scan_requests.add_requests(transaction, job.guild_id, asked)
    return _offer(
        words.scan_offer_title.format(guild=guild.name),
        "\n".join(_lines(totals, channels, spent + asked, tunables.scan, words)),
        words,
    )


async def _totals(
    discord: DiscordClient, guild_id: models.GuildId, *, with_nsfw: bool
) -> Totals | None:
    """How much there is; None if Discord does not tell now, which keeps nobody from scanning."""
    tries_left = _INDEX_TRIES
    while True:
        try:
            return await prediction.ask(discord, guild_id, with_nsfw=with_nsfw)
        except errors.Unauthorized:
            raise
        except errors.DiscordError as error:
            tries_left -= 1
            seconds = (error.retry_after or 0) + _INDEX_SECONDS
            is_indexing = isinstance(error, errors.IndexNotReady)
            if not (is_indexing and tries_left and seconds <= _LONGEST_WAIT_SECONDS):
                _log.warning("Discord does not tell how much guild %s holds: %s", guild_id, error)
                return None
        await asyncio.sleep(seconds)


def _lines(
    totals: Totals | None,
    channels: int,
    spent: int,
    rules: settings.ScanSettings,
    words: texts.Texts,
) -> list[str]:
    budget = words.scan_budget.format(spent=spent, budget=rules.scan_daily_requests_per_guild)
    if totals is None:
        least = prediction.predicted_requests(Totals(0, 0, 0), channels)
        return [words.scan_offer_at_least.format(requests=least, channels=channels), budget]
    requests = prediction.predicted_requests(totals, channels)
    end = daily_budget.end_of(
        requests,
        spent_today=spent,
        a_day=rules.scan_daily_requests_per_guild,
        a_second=daily_budget.REQUESTS_PER_SECOND * rules.scan_rate_share,
        now=datetime.now(UTC),
    )
    return [
        words.scan_offer.format(
            requests=requests,
            videos=totals.videos,
            forwards=totals.forwards,
            messages=totals.messages,
            channels=channels,
        ),
        budget,
        words.scan_earliest_end.format(when=f"<t:{int(end.timestamp())}:R>"),
    ]


def _offer(title: str, description: str, words: texts.Texts) -> Answer:
    button = components.button(
        commands.START_SCAN, words.scan_start, components.ButtonStyle.PRIMARY
    )
    embed = {"title": title[:256], "description": description, "color": components.COLOUR}
    return Answer({"embeds": [embed], "components": [components.row(button)]})
