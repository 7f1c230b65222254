"""Both sides of a small guild, for tests to change one thing in."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from functions.shared import models, settings
from functions.shared.models import ChannelId, GuildId, Overwrite, Permission, UserId
from functions.shared.reconcile import diff
from functions.shared.reconcile.observation import Observation, ProbeOutcome, Stored

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
GUILD = GuildId(1000)
OTHER_GUILD = GuildId(2000)
BOT = UserId(77)
OWNER = UserId(88)
DEFAULTS = settings.GuildSettings()

VIEW = int(Permission.VIEW_CHANNEL)
READ = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
BASE = int(READ | Permission.CONNECT)


def channel(number: int, type: str = "text", **fields: Any) -> models.Channel:  # noqa: A002
    return models.Channel(ChannelId(number), GUILD, type, f"channel-{number}", **fields)


def thread(number: int, parent: models.Channel, **fields: Any) -> models.Channel:
    return channel(number, "public_thread", parent_id=parent.id, **fields)


def denied(bits: int = VIEW) -> tuple[Overwrite, ...]:
    """Overwrites that take something from @everyone."""
    return (Overwrite(GUILD, "role", allow=0, deny=bits),)


def observe(
    *channels: models.Channel,
    threads: tuple[models.Channel, ...] | None = (),
    owner_id: UserId | None = OWNER,
    permissions: int = BASE,
    **fields: Any,
) -> Observation:
    given: dict[str, Any] = {
        "guild_id": GUILD,
        "name": "Arcade",
        "icon": None,
        "owner_id": owner_id,
        "permissions": permissions,
        "member": models.Member(BOT, ()),
        "member_was_read": owner_id is not None,
        "channels": channels,
        "threads": threads,
        "nsfw_level": None if owner_id is None else 0,
    }
    return Observation(**(given | fields))


NOTHING = Stored(None, (), DEFAULTS, has_settings=False)


def after(plan: diff.GuildPlan, stored: Stored, at: datetime = NOW) -> Stored:
    """What is stored once a plan was applied."""
    rows = {row.channel_id: row for row in stored.channels}
    rows |= {change.row.channel_id: change.row for change in plan.channels}
    read_at = at if plan.member_was_read else plan.guild.member_read_at
    guild = replace(plan.guild, synced_at=at, member_read_at=read_at)
    return Stored(guild, tuple(rows.values()), stored.settings, has_settings=True)


def plan(
    observation: Observation,
    stored: Stored = NOTHING,
    probes: dict[int, ProbeOutcome] | None = None,
    now: datetime = NOW,
) -> diff.GuildPlan:
    outcomes = {ChannelId(number): outcome for number, outcome in (probes or {}).items()}
    return diff.diff(observation, stored, outcomes, now)


def stored_as(observation: Observation, at: datetime = NOW) -> Stored:
    """What is stored once this was seen by a guild's first sync."""
    return after(plan(observation, now=at), NOTHING, at)


def row(stored: Stored, number: int) -> models.StoredChannel:
    return next(channel for channel in stored.channels if channel.channel_id == number)


def kinds(made: diff.GuildPlan) -> dict[int, str]:
    return {int(change.row.channel_id): change.kind for change in made.channels}
