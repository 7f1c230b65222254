"""The difference between what Discord says of a guild and what is stored, as a plan. Pure."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from functions.shared import models, snowflakes
from functions.shared.reconcile import rows
from functions.shared.reconcile.observation import Observation, ProbeOutcome, Stored

ChannelChangeKind = Literal[
    "added", "updated", "probed", "returned", "hidden", "archived", "deleted", "unknown"
]
GuildChangeKind = Literal["added", "updated", "returned"]

PROBE_AGAIN_AFTER: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """A row to write, and what it means.

    Attributes:
        kind: `probed` is no news: only the day of the last probe is noted.
        lost_access: Clips could be read in it before, or it is new, and now they cannot.
    """

    kind: ChannelChangeKind
    row: models.StoredChannel
    lost_access: bool


@dataclass(frozen=True, slots=True)
class GuildPlan:
    """What to write for one guild; channels that stay as they are do not appear.

    Attributes:
        based_on: `synced_at` of the stored guild that this plan was made against.
        seen: How many channels and active threads Discord listed.
        known: How many channels, threads aside, were stored and not deleted before.
        lacks_settings: Whether the guild is to get the default settings.
    """

    guild: models.StoredGuild
    guild_change: GuildChangeKind | None
    member_was_read: bool
    channels: tuple[ChannelChange, ...]
    based_on: datetime | None
    seen: int
    known: int
    lacks_settings: bool

    def count(self, kind: ChannelChangeKind) -> int:
        """How many channels change in this way."""
        return sum(change.kind == kind for change in self.channels)


def overwrites_hash(channels: Iterable[models.Channel]) -> str:
    """A fingerprint of all overwrites of a guild; it changes when one of them does."""
    lines = sorted(
        f"{channel.id}:{sorted((o.id, o.kind, o.allow, o.deny) for o in channel.overwrites)}"
        for channel in channels
        if channel.overwrites
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def can_read(channel_type: str, bits: int | None) -> bool:
    """Whether these permissions allow reading the history of a channel of this type."""
    needed = models.Permission.VIEW_CHANNEL | models.Permission.READ_MESSAGE_HISTORY
    if channel_type in models.VOICE_TYPES:
        needed |= models.Permission.CONNECT
    return bits is not None and bits & needed == needed


def probes_due(
    observation: Observation, stored: Iterable[models.StoredChannel], now: datetime
) -> list[models.ChannelId]:
    """The channels that Discord no longer lists and that should be asked for by themselves."""
    listed = {channel.id for channel in observation.channels}
    return [
        channel.channel_id
        for channel in stored
        if channel.channel_id not in listed
        and channel.type not in models.THREAD_TYPES
        and channel.state != "deleted"
        and (
            channel.state == "unknown"
            or channel.probed_at is None
            or now - channel.probed_at >= PROBE_AGAIN_AFTER
        )
    ]


def diff(
    observation: Observation,
    stored: Stored,
    probes: Mapping[models.ChannelId, ProbeOutcome],
    now: datetime,
) -> GuildPlan:
    """Compare, and say what to write."""
    before = {channel.channel_id: channel for channel in stored.channels}
    guild = _guild_row(observation, stored.guild)
    after = rows.expected(guild, observation, stored, probes, now)
    return GuildPlan(
        guild=guild,
        guild_change=_guild_change(stored.guild, guild),
        member_was_read=observation.member_was_read,
        channels=tuple(_changes(before, after.values())),
        based_on=stored.guild.synced_at if stored.guild else None,
        seen=len(observation.channels) + len(observation.threads or ()),
        known=sum(
            channel.type not in models.THREAD_TYPES and channel.state != "deleted"
            for channel in stored.channels
        ),
        lacks_settings=not stored.has_settings,
    )


def _changes(
    stored: Mapping[models.ChannelId, models.StoredChannel],
    expected: Iterable[models.StoredChannel],
) -> Iterator[ChannelChange]:
    for row in expected:
        before = stored.get(row.channel_id)
        if row == before:
            continue
        yield ChannelChange(_kind(before, row), row, _lost_access(before, row))


def _kind(before: models.StoredChannel | None, row: models.StoredChannel) -> ChannelChangeKind:
    if before is None:
        return "added"
    if replace(before, probed_at=row.probed_at) == row:
        return "probed"
    if before.state == row.state:
        return "updated"
    return "returned" if row.state == "visible" else row.state


def _lost_access(before: models.StoredChannel | None, row: models.StoredChannel) -> bool:
    # What happens to a thread's access happens to its parent's, which is enough to tell of.
    if row.type not in models.CLIP_SOURCE_TYPES - models.THREAD_TYPES:
        return False
    if row.state in {"deleted", "unknown"}:
        return False
    if can_read(row.type, row.permissions):
        return False
    return before is None or before.permissions is None or can_read(before.type, before.permissions)


def _guild_row(observation: Observation, stored: models.StoredGuild | None) -> models.StoredGuild:
    return models.StoredGuild(
        guild_id=observation.guild_id,
        name=observation.name,
        icon=observation.icon,
        owner_user_id=observation.owner_id or (stored.owner_user_id if stored else None),
        state="present",
        permissions=observation.permissions & snowflakes.LARGEST_BIGINT,
        bot_role_ids=sorted(observation.member.role_ids),
        timed_out_until=observation.member.timed_out_until,
        member_read_at=stored.member_read_at if stored else None,
        overwrites_hash=overwrites_hash(observation.channels),
        nsfw_level=_nsfw_level(observation, stored),
        synced_at=stored.synced_at if stored else None,
    )


def _nsfw_level(observation: Observation, stored: models.StoredGuild | None) -> int | None:
    if observation.nsfw_level is not None or stored is None:
        return observation.nsfw_level
    return stored.nsfw_level


def _guild_change(
    before: models.StoredGuild | None, row: models.StoredGuild
) -> GuildChangeKind | None:
    if before is None or before.synced_at is None:
        return "added"
    if before.state == "left":
        return "returned"
    same = (before.name, before.icon, before.owner_user_id) == (
        row.name,
        row.icon,
        row.owner_user_id,
    )
    return None if same else "updated"
