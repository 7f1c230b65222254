"""The row that each channel of a guild should have. Pure.

Absent is not deleted. Discord leaves the channels that the bot cannot view out of its list, and
archived threads too, so a channel that is missing is asked for by itself (a probe), and only
Discord's "Unknown Channel" makes it deleted:

    listed, the bot may view it ......................... visible
    listed, the bot may not view it ..................... hidden
    missing thread, its parent visible .................. archived
    missing thread, its parent hidden or deleted ........ hidden
    missing thread, its parent unknown .................. as it was
    missing, probe says 403 Missing Access .............. hidden       probed again after a week
    missing, probe finds it nevertheless ................ as if listed probed again after a week
    missing, probe says 404 Unknown Channel (10003) ..... deleted
    missing, probe got no clear answer .................. unknown      probed again next time

A thread has its access, and its age restriction, from its parent. Where all of a guild is
age-restricted, its rows still tell what each channel says of itself, but none is read by default.
While its parent is not listed, a thread that is not stored yet is therefore not added, whatever the
list of threads says.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from functions.shared import models, settings
from functions.shared.discord import permissions
from functions.shared.reconcile.observation import Observation, ProbeOutcome, Stored

_STORED_PERMISSIONS: Final = (
    models.Permission.VIEW_CHANNEL
    | models.Permission.READ_MESSAGE_HISTORY
    | models.Permission.CONNECT
    | models.Permission.MANAGE_THREADS
)
"""Other bits would rewrite every row of a guild when an unrelated permission is granted."""


def expected(
    guild: models.StoredGuild,
    observation: Observation,
    stored: Stored,
    probes: Mapping[models.ChannelId, ProbeOutcome],
    now: datetime,
) -> dict[models.ChannelId, models.StoredChannel]:
    """The rows of all channels of a guild that are stored, listed, or were found by a probe."""
    found = [outcome for outcome in probes.values() if isinstance(outcome, models.Channel)]
    rows = {row.channel_id: row for row in _listed(guild, observation, found, stored, now)}
    absent = [channel for channel in stored.channels if channel.channel_id not in rows]
    rows |= {row.channel_id: row for row in _missing(absent, probes, now)}
    active = _active_threads(observation, absent)
    rows |= {row.channel_id: row for row in _missing_threads(absent, rows, active)}
    return rows


def _listed(
    guild: models.StoredGuild,
    observation: Observation,
    found: Iterable[models.Channel],
    stored: Stored,
    now: datetime,
) -> Iterator[models.StoredChannel]:
    """What is listed or was found by a probe, threads only with their parents."""
    before = {channel.channel_id: channel for channel in stored.channels}
    probed = {channel.id: channel for channel in found}
    parents = {channel.id: channel for channel in observation.channels} | probed
    threads = [thread for thread in observation.threads or () if thread.parent_id in parents]
    for channel in (*parents.values(), *threads):
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
        # A new thread is read if its channel is.
        known = before.get(channel.id)
        if known is None and channel.is_thread and channel.parent_id:
            known = before.get(channel.parent_id)
        yield models.StoredChannel(
            channel_id=channel.id,
            name=channel.name,
            type=channel.type,
            parent_id=channel.parent_id,
            position=channel.position,
            is_nsfw=is_nsfw,
            is_reading=known.is_reading
            if known
            else reading_by_default(
                channel.type, stored.settings, is_nsfw=is_nsfw or guild.is_age_restricted
            ),
            last_message_id=channel.last_message_id,
            state="visible" if bits & models.Permission.VIEW_CHANNEL else "hidden",
            permissions=bits & _STORED_PERMISSIONS,
            probed_at=now if channel.id in probed else None,
        )


def reading_by_default(
    channel_type: str, guild_settings: settings.GuildSettings, *, is_nsfw: bool
) -> bool:
    """Whether a channel that is new is read for clips."""
    return (
        guild_settings.auto_scan
        and channel_type in models.CLIP_SOURCE_TYPES
        and (guild_settings.scan_nsfw or not is_nsfw)
    )


def _missing(
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
            case "no answer":
                yield replace(channel, state="unknown", probed_at=None)
            case _:
                yield channel


def _active_threads(
    observation: Observation, absent: Iterable[models.StoredChannel]
) -> frozenset[models.ChannelId]:
    """Those listed; where nobody asked for the list, those stored as active."""
    if observation.threads is None:
        return frozenset(channel.channel_id for channel in absent if channel.state == "visible")
    return frozenset(thread.id for thread in observation.threads)


def _missing_threads(
    absent: Iterable[models.StoredChannel],
    rows: Mapping[models.ChannelId, models.StoredChannel],
    active: frozenset[models.ChannelId],
) -> Iterator[models.StoredChannel]:
    for thread in absent:
        if thread.type not in models.THREAD_TYPES or thread.state == "deleted":
            continue
        parent = rows.get(thread.parent_id) if thread.parent_id else None
        if parent is None or parent.state in {"hidden", "deleted"}:
            yield replace(thread, state="hidden", permissions=0)
        elif parent.state == "visible":
            is_active = thread.channel_id in active
            yield replace(
                thread,
                is_nsfw=parent.is_nsfw,
                state="visible" if is_active else "archived",
                permissions=parent.permissions,
            )
