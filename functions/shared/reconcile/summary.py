"""What a sync did, as the numbers that operators and alarms read."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from functions.shared import errors, models
from functions.shared.discord.statistics import Statistics
from functions.shared.reconcile import diff

_GUILD_COUNTS: Final = ("seen", "added", "updated", "left", "returned", "failed", "absent")
_CHANNEL_COUNTS: Final = (
    "seen",
    "added",
    "updated",
    "hidden",
    "archived",
    "deleted",
    "unknown",
    "returned",
)
_PLANS_SHOWN: Final = 20
_CHANNELS_SHOWN: Final = 20


class Progress(Protocol):
    """Somebody who watches a run, guild by guild."""

    def started(self, guilds: int) -> None:
        """The run will look at this many guilds."""

    def guild_done(self, name: str, plan: diff.GuildPlan) -> None:
        """A guild is done, with these changes."""

    def guild_skipped(self, name: str, reason: str) -> None:
        """A guild stays as it is stored, for this reason."""


class Unwatched:
    """Nobody watches."""

    def started(self, guilds: int) -> None:
        """Say nothing."""

    def guild_done(self, name: str, plan: diff.GuildPlan) -> None:
        """Say nothing."""

    def guild_skipped(self, name: str, reason: str) -> None:
        """Say nothing."""


@dataclass(slots=True)
class Summary:
    """Counts of one run's changes; in a dry run, of the changes it would make.

    Attributes:
        complete: Whether every guild had its turn since the last complete run.
        guilds: By what happened to them; `absent` are those of the failed ones that were asked for
            by id and that the bot is not in.
        breaker: Why the mass-change breaker held something back; None if it did not.
        drift: What of the application's endpoints is not as it should be.
        message_content: Whether the application may read what others post; None if not asked.
        plans: The first plans that change something, in a dry run only.
    """

    dry_run: bool = False
    complete: bool = True
    guilds: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    breaker: str | None = None
    skipped: str | None = None
    drift: list[str] = field(default_factory=list)
    message_content: bool | None = None
    plans: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_success(self) -> bool:
        """Whether the run may be called a success: not if it stopped early, or only failed."""
        all_failed = 0 < self.guilds["seen"] <= self.guilds["failed"]
        return self.complete and not all_failed

    def count(self, plan: diff.GuildPlan) -> None:
        """Add what a plan changes."""
        if plan.guild_change:
            self.guilds[plan.guild_change] += 1
        self.channels["seen"] += plan.seen
        for change in plan.channels:
            self.channels[change.kind] += 1
        changes_something = plan.guild_change or plan.channels
        if self.dry_run and changes_something and len(self.plans) < _PLANS_SHOWN:
            self.plans.append(_described(plan))

    def trip_breaker(self, reason: str) -> None:
        """Note why something was held back, after whatever was noted before."""
        self.breaker = f"{self.breaker} {reason}" if self.breaker else reason

    def as_json(self, statistics: Statistics) -> dict[str, Any]:
        """The summary as the function returns it, with what the Discord client counted."""
        result: dict[str, Any] = {
            "complete": self.complete,
            "guilds": {name: self.guilds[name] for name in _GUILD_COUNTS},
            "channels": {name: self.channels[name] for name in _CHANNEL_COUNTS},
            "requests": statistics.requests,
            "retries": statistics.retries,
            "rate_limited": statistics.rate_limited.total(),
            "breaker": self.breaker,
            "drift": self.drift,
            "message_content": self.message_content,
        }
        if self.skipped:
            result["skipped"] = self.skipped
        if self.dry_run:
            result |= {"dry_run": True, "plan": self.plans}
        return result


def _described(plan: diff.GuildPlan) -> dict[str, Any]:
    return {
        "guild_id": str(plan.guild.guild_id),
        "name": plan.guild.name,
        "change": plan.guild_change,
        "channels": [
            {
                "channel_id": str(change.row.channel_id),
                "name": change.row.name,
                "change": change.kind,
                "state": change.row.state,
            }
            for change in plan.channels[:_CHANNELS_SHOWN]
        ],
        "more_channels": max(0, len(plan.channels) - _CHANNELS_SHOWN),
    }


def failure(guild_id: models.GuildId, error: Exception) -> str:
    """The log line for a guild that could not be synced."""
    reason = str(error) if isinstance(error, errors.ClipSaverError) else repr(error)
    return f"Failed to sync guild {guild_id}: {reason}"
