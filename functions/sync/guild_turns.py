"""Whose turn it is: the order of a full run, and who is due for a closer look. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from functions.shared import models
from functions.shared.db.guilds import SyncTurn

MEMBER_ROTATION_SHARE: Final = 0.015
"""Share of the guilds whose owner, roles and member each run reads again although nothing asks for
it. With a run every 15 minutes all have had their turn after 17 hours."""

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def in_order(
    entries: Iterable[models.GuildEntry], turns: Mapping[models.GuildId, SyncTurn]
) -> list[models.GuildEntry]:
    """The guilds as they are to be synced: never-synced first, then the longest ago.

    A run that had to stop early is continued by this order alone: what it reached is now last.
    """

    def last_synced(entry: models.GuildEntry) -> tuple[datetime, models.GuildId]:
        turn = turns.get(entry.id)
        return (turn.synced_at or _NEVER if turn else _NEVER, entry.id)

    return sorted(entries, key=last_synced)


def pending(
    entries: Iterable[models.GuildEntry],
    turns: Mapping[models.GuildId, SyncTurn],
    since: datetime | None,
) -> int:
    """How many guilds, which are the first ones in order, had no turn since an instant.

    Args:
        entries: The guilds that Discord lists.
        turns: What is stored of them.
        since: When a run was last complete; None if none ever was.
    """
    last = [turn.synced_at if (turn := turns.get(entry.id)) else None for entry in entries]
    return sum(instant is None or (since is not None and instant <= since) for instant in last)


def missing(entries: Iterable[models.GuildEntry], turns: Iterable[SyncTurn]) -> list[SyncTurn]:
    """Guilds that the bot was in and that Discord's list no longer has."""
    listed = {entry.id for entry in entries}
    return [turn for turn in turns if turn.state == "present" and turn.guild_id not in listed]


def in_rotation(turns: Sequence[SyncTurn]) -> frozenset[models.GuildId]:
    """The guilds whose member was read longest ago, as many as one run re-reads."""
    known = [turn for turn in turns if turn.state == "present" and turn.member_read_at is not None]
    oldest = sorted(known, key=lambda turn: turn.member_read_at or _NEVER)
    return frozenset(turn.guild_id for turn in oldest[: int(len(known) * MEMBER_ROTATION_SHARE)])
