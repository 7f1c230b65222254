"""The difference between what Discord says of a guild and what is stored, as rows to write. Pure.

Absent is not deleted. Discord leaves the channels that the bot cannot view out of its list, and
archived threads too, so a channel that is missing is asked for by itself (a probe), and only
Discord's "Unknown Channel" makes it deleted:

    listed, the bot may view it ......................... visible
    listed, the bot may not view it ..................... hidden
    missing thread, its parent visible .................. archived
    missing thread, its parent not visible .............. hidden
    missing, probe says 403 Missing Access .............. hidden      probed again after a week
    missing, probe finds it nevertheless ................ as it was   probed again after a week
    missing, probe says 404 Unknown Channel (10003) ..... deleted
    missing, probe got no clear answer .................. unknown     probed again next time
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from functions.shared import models, settings
from functions.shared.discord import permissions

ProbeOutcome = Literal["found", "hidden", "deleted", "no answer"]
ChannelChangeKind = Literal[
    "added", "updated", "returned", "hidden", "archived", "deleted", "unknown"
]
GuildChangeKind = Literal["added", "updated", "returned"]

PROBE_AGAIN_AFTER: Final = timedelta(days=7)

_STORED_PERMISSIONS: Final = (
    models.Permission.VIEW_CHANNEL
    | models.Permission.READ_MESSAGE_HISTORY
    | models.Permission.CONNECT
    | models.Permission.MANAGE_THREADS
)
"""Other bits would rewrite every row of a guild when an unrelated permission is granted."""
_BIGINT_MASK: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Observation:
    """What Discord says of a guild.

    Attributes:
        owner_id: None when the guild itself was not read this time.
        permissions: The bot's in the guild, channel overwrites aside.
        member: The bot as a member, read now or stored earlier.
        member_was_read: Whether it was read now.
        threads: Active threads; None when they were not asked for.
    """

    guild_id: models.GuildId
    name: str
    icon: str | None
    owner_id: models.UserId | None
    permissions: int
    member: models.Member
    member_was_read: bool
    channels: tuple[models.Channel, ...]
    threads: tuple[models.Channel, ...] | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database has of a guild.

    Attributes:
        guild: None for a guild never seen before.
        has_settings: Whether the guild has settings of its own, which are then in `settings`.
    """

    guild: models.StoredGuild | None
    channels: tuple[models.StoredChannel, ...]
    settings: settings.GuildSettings
    has_settings: bool


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """A row to write, and what it means.

    Attributes:
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
    rows = {row.channel_id: row for row in _listed(observation, before, stored.settings, now)}
    absent = [channel for key, channel in before.items() if key not in rows]
    rows |= {row.channel_id: row for row in _absent(absent, probes, now)}
    if observation.threads is not None:
        rows |= {row.channel_id: row for row in _absent_threads(absent, rows)}
    guild = _guild_row(observation, stored.guild)
    return GuildPlan(
        guild=guild,
        guild_change=_guild_change(stored.guild, guild),
        member_was_read=observation.member_was_read,
        channels=tuple(_changes(before, rows.values())),
        based_on=stored.guild.synced_at if stored.guild else None,
        seen=len(observation.channels) + len(observation.threads or ()),
        known=sum(
            channel.type not in models.THREAD_TYPES and channel.state != "deleted"
            for channel in stored.channels
        ),
        lacks_settings=not stored.has_settings,
    )


def _listed(
    observation: Observation,
    stored: Mapping[models.ChannelId, models.StoredChannel],
    guild_settings: settings.GuildSettings,
    now: datetime,
) -> Iterator[models.StoredChannel]:
    parents = {channel.id: channel for channel in observation.channels}
    for channel in (*observation.channels, *(observation.threads or ())):
        parent = parents.get(channel.parent_id) if channel.parent_id else None
        bits = permissions.channel_permissions(
            observation.permissions,
            observation.member,
            channel,
            parent,
            now=now,
            # Discord lists a private thread only to those who are in it, or may manage it.
            is_thread_member=channel.is_thread,
        )
        is_nsfw = parent.is_nsfw if channel.is_thread and parent else channel.is_nsfw
        known = stored.get(channel.id)
        yield models.StoredChannel(
            channel_id=channel.id,
            name=channel.name,
            type=channel.type,
            parent_id=channel.parent_id,
            position=channel.position,
            is_nsfw=is_nsfw,
            is_reading=known.is_reading
            if known
            else _reading_by_default(channel.type, guild_settings, is_nsfw=is_nsfw),
            last_message_id=channel.last_message_id,
            state="visible" if bits & models.Permission.VIEW_CHANNEL else "hidden",
            permissions=bits & _STORED_PERMISSIONS,
            probed_at=None,
        )


def _reading_by_default(
    channel_type: str, guild_settings: settings.GuildSettings, *, is_nsfw: bool
) -> bool:
    return (
        guild_settings.auto_scan
        and channel_type in models.CLIP_SOURCE_TYPES
        and (guild_settings.scan_nsfw or not is_nsfw)
    )


def _absent(
    absent: Iterable[models.StoredChannel],
    probes: Mapping[models.ChannelId, ProbeOutcome],
    now: datetime,
) -> Iterator[models.StoredChannel]:
    for channel in absent:
        match probes.get(channel.channel_id):
            case "deleted":
                yield replace(channel, state="deleted", permissions=0, probed_at=now)
            case "hidden":
                yield replace(channel, state="hidden", permissions=0, probed_at=now)
            case "found":
                yield replace(channel, probed_at=now)
            case "no answer":
                yield replace(channel, state="unknown", probed_at=None)
            case None:
                yield channel


def _absent_threads(
    absent: Iterable[models.StoredChannel], rows: Mapping[models.ChannelId, models.StoredChannel]
) -> Iterator[models.StoredChannel]:
    for thread in absent:
        if thread.type not in models.THREAD_TYPES or thread.state == "deleted":
            continue
        parent = rows.get(thread.parent_id) if thread.parent_id else None
        if parent and parent.state == "visible":
            yield replace(thread, state="archived", permissions=parent.permissions)
        else:
            yield replace(thread, state="hidden", permissions=0)


def _changes(
    stored: Mapping[models.ChannelId, models.StoredChannel],
    rows: Iterable[models.StoredChannel],
) -> Iterator[ChannelChange]:
    for row in rows:
        before = stored.get(row.channel_id)
        if row == before:
            continue
        yield ChannelChange(_kind(before, row), row, _lost_access(before, row))


def _kind(before: models.StoredChannel | None, row: models.StoredChannel) -> ChannelChangeKind:
    if before is None:
        return "added"
    if before.state == row.state:
        return "updated"
    return "returned" if row.state == "visible" else row.state


def _lost_access(before: models.StoredChannel | None, row: models.StoredChannel) -> bool:
    if row.type not in models.CLIP_SOURCE_TYPES or row.state in {"deleted", "unknown"}:
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
        permissions=observation.permissions & _BIGINT_MASK,
        bot_role_ids=sorted(observation.member.role_ids),
        timed_out_until=observation.member.timed_out_until,
        member_read_at=stored.member_read_at if stored else None,
        overwrites_hash=overwrites_hash(observation.channels),
        synced_at=stored.synced_at if stored else None,
    )


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
