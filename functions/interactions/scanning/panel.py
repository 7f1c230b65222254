"""How a scan looks to an admin: how far it is, what it cost, what is proven, what is not readable.

Pure, but for the clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from functions.interactions import problems, replies
from functions.shared import components, settings, texts
from functions.shared.db.channels import ChannelAccess
from functions.shared.db.guild_scans import GuildScan, Progress
from functions.shared.db.scan_coverage import ChannelProgress
from functions.shared.db.scan_runs import Refusal
from functions.shared.scans import daily_budget

REFRESH: Final = "scan_status:show"
CANCEL: Final = "scan_cancel:now"

_LONGEST_REASON: Final = 200
_WHOLE: Final = 1.0


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a server's scanning.

    Attributes:
        own: The server's settings.
        reading: The channels that are to be read, with what the bot may do there.
        refused: Channels that could not be read when it was tried last.
        sync_summary: What the last sync noted.
    """

    guild_name: str
    own: settings.GuildSettings
    progress: Progress
    reading: Sequence[ChannelAccess]
    refused: Sequence[Refusal]
    sync_summary: object


def shown(
    state: State, rules: settings.ScanSettings, outcome: str, words: texts.Texts, *, update: bool
) -> replies.Reply:
    """The panel, with a button for each thing to do."""
    scan, now = state.progress.scan, datetime.now(UTC)
    secondary = components.ButtonStyle.SECONDARY
    fields = [
        (words.scan_history, _history(state.progress.channels, words)),
        (words.problems, _unreadable(state, words)),
    ]
    buttons = [components.button(REFRESH, words.scan_refresh, secondary)]
    if scan is not None:
        fields[:0] = [
            (words.scan_progress, "\n".join(_progress(scan, state.progress.channels, words))),
            (words.scan_requests, "\n".join(_requests(scan, state.progress, rules, now, words))),
        ]
        if scan.is_open:
            buttons.append(
                components.button(CANCEL, words.scan_cancel, components.ButtonStyle.DANGER)
            )
    return replies.panel(
        title=words.scan_title.format(guild=state.guild_name),
        description="\n".join(filter(None, (outcome, _status(scan, now, words)))),
        fields=fields,
        controls=buttons,
        update=update,
    )


def _status(scan: GuildScan | None, now: datetime, words: texts.Texts) -> str:
    if scan is None:
        return words.scan_never
    if scan.is_open and scan.paused_until is not None and scan.paused_until > now:
        until = _relative(scan.paused_until)
        # A budget is spent until midnight (UTC); nothing else is waited for so exactly.
        if scan.paused_until.astimezone(UTC).time() == datetime.min.time():
            return words.scan_paused_by_budget.format(until=until)
        return words.scan_paused.format(until=until, reason=_reason(scan.error_message))
    sentence, since = {
        "queued": (words.scan_queued, scan.created_at),
        "running": (words.scan_running, scan.started_at),
        "succeeded": (words.scan_succeeded, scan.finished_at),
        "failed": (words.scan_failed, scan.finished_at),
        "canceled": (words.scan_canceled, scan.finished_at),
    }[scan.status]
    return sentence.format(
        when=_relative(since or scan.created_at), reason=_reason(scan.error_message)
    )


def _progress(
    scan: GuildScan, channels: Sequence[ChannelProgress], words: texts.Texts
) -> Iterator[str]:
    yield words.scan_found.format(clips=scan.clips_saved)
    if scan.total_results is not None:
        is_over = scan.searching_for == "history"
        sentence = words.scan_searched if is_over else words.scan_searching
        share = scan.results_seen / scan.total_results if scan.total_results else _WHOLE
        yield sentence.format(
            seen=scan.results_seen, total=scan.total_results, percent=_percent(share)
        )
    elif scan.searching_for == "history":
        yield words.scan_not_searchable
    if channels:
        share = sum(channel.share for channel in channels) / len(channels)
        yield words.scan_proven.format(percent=_percent(share), channels=len(channels))


def _requests(
    scan: GuildScan,
    progress: Progress,
    rules: settings.ScanSettings,
    now: datetime,
    words: texts.Texts,
) -> Iterator[str]:
    budget = rules.scan_daily_requests_per_guild
    predicted = max(scan.predicted_requests or 0, scan.requests)
    yield words.scan_spent.format(
        requests=scan.requests,
        predicted=predicted,
        today=progress.requests_today,
        budget=budget,
    )
    if scan.status == "running" and scan.seconds_at_work is not None and scan.requests:
        end = daily_budget.end_of(
            predicted - scan.requests,
            spent_today=progress.requests_today,
            a_day=budget,
            a_second=scan.requests / max(1.0, scan.seconds_at_work),
            now=max(now, scan.paused_until or now),
        )
        yield words.scan_likely_end.format(when=_relative(end))


def _history(channels: Sequence[ChannelProgress], words: texts.Texts) -> str:
    lines = [_proven(channel, words) for channel in channels]
    return problems.listed(lines, words) or words.scan_no_history


def _proven(channel: ChannelProgress, words: texts.Texts) -> str:
    if channel.share >= _WHOLE:
        return words.scan_channel_whole.format(channel=channel.channel_id)
    percent = _percent(channel.share)
    if channel.proven_since is None:
        return words.scan_channel_unread.format(channel=channel.channel_id, percent=percent)
    since = f"<t:{int(channel.proven_since.timestamp())}:D>"
    return words.scan_channel_part.format(channel=channel.channel_id, since=since, percent=percent)


def _unreadable(state: State, words: texts.Texts) -> str:
    lines = [
        *problems.unread_content(state.sync_summary, words),
        *(line for channel in state.reading for line in problems.lacking(channel, words)),
        *problems.restricted(state.reading, state.own, words),
        *(
            words.scan_channel_failed.format(
                channel=refusal.channel_id, reason=_reason(refusal.error_message)
            )
            for refusal in state.refused
        ),
    ]
    return problems.listed(lines, words) or words.no_problems


def _percent(share: float) -> int:
    """Whole percents, of which there are 100 only when all is done."""
    return int(min(share, _WHOLE) * 100)


def _reason(message: str | None) -> str:
    return f"`{(message or '?')[:_LONGEST_REASON].replace('`', '')}`"


def _relative(instant: datetime) -> str:
    return f"<t:{int(instant.timestamp())}:R>"
