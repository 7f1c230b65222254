"""Reading a long history message by message, against the rate that the settings allow."""

from typing import Final

from benchmarks import function_process, scan_stage
from benchmarks.figures import Figure
from benchmarks.report import Report
from benchmarks.scan_stage import MESSAGES, ScanStage, Shape
from functions.shared.discord.client import MESSAGES_PER_PAGE

_SHAPE: Final = Shape(channels=20, length=9_990, every=200)
_DISCORD_PER_SECOND: Final = 50
"""Requests that one bot may make in any second (Discord docs, Rate Limits)."""
_SHARE: Final = 0.5
_RATE_BUDGET: Final = 0.95
"""The least share of the allowed rate that goes into pages of messages."""
_GROWTH_BUDGET_BYTES: Final = 10_000_000
_MOST_TURNS: Final = 10


def run(report: Report) -> None:
    """Read it all, turn by turn."""
    with scan_stage.filled(report, _SHAPE) as stage:
        report.table(
            f"scan of history, {_SHAPE.messages:,} messages, scan_rate_share {_SHARE}",
            _measure(stage),
        )


def _measure(stage: ScanStage) -> list[Figure]:
    pages = _SHAPE.channels * -(-_SHAPE.length // MESSAGES_PER_PAGE)
    # Nothing but history: the search is over, and threads were listed.
    stage.execute(
        "INSERT INTO guild_scans (guild_id, status, searching_for, before_message_id)"
        " SELECT guild_id, 'running', 'history', 1 FROM bot_guilds"
    )
    stage.execute("UPDATE bot_channels SET archived_threads_read_at = now()")
    turns: list[function_process.Invocation] = []
    with stage.scan({"scan_rate_share": _SHARE}) as function:
        while len(turns) < _MOST_TURNS and not _is_done(stage):
            turns.append(stage.turn(function, f"reading, turn {len(turns) + 1}", pages))
    traffic = stage.take_traffic()
    seconds = sum(turn.seconds for turn in turns)
    return [
        Figure(
            what="time",
            measured=seconds,
            unit="s",
            reference=pages / (_DISCORD_PER_SECOND * _SHARE),
            compared_with=f"{pages:,} pages / ({_DISCORD_PER_SECOND} * {_SHARE})",
            budget=1 / _RATE_BUDGET,
        ),
        Figure(
            what="pages read more than there are",
            measured=traffic.by_route[MESSAGES] - pages,
            budget=0,
        ),
        Figure(
            what="messages not proven",
            measured=_SHAPE.messages - stage.value("SELECT sum(message_count) FROM bot_channels"),
            budget=0,
        ),
        Figure(
            what="clips not saved",
            measured=_SHAPE.clips - stage.value("SELECT count(*) FROM clips"),
            budget=0,
        ),
        Figure(
            what="requests of all kinds",
            measured=traffic.requests,
            reference=pages,
            compared_with="pages",
        ),
        Figure(what="answers 429", measured=traffic.rate_limited, budget=0),
        Figure(what="peak memory", measured=turns[-1].peak_bytes / 1e6, unit="MB"),
        Figure(
            what="memory that grew after the first turn",
            measured=(turns[-1].peak_bytes - turns[0].peak_bytes) / 1e6,
            unit="MB",
            budget=_GROWTH_BUDGET_BYTES / 1e6,
        ),
    ]


def _is_done(stage: ScanStage) -> bool:
    return bool(stage.value("SELECT status = 'succeeded' FROM guild_scans"))
