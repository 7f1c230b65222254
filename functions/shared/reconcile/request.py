"""What is asked of a sync."""

from dataclasses import dataclass

from functions.shared import models


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """A sync to run.

    Attributes:
        guild_ids: Only these guilds; None for all.
        dry_run: Return the plan and write nothing.
        force: Write even what the mass-change breaker would stop.
    """

    guild_ids: tuple[models.GuildId, ...] | None = None
    dry_run: bool = False
    force: bool = False
