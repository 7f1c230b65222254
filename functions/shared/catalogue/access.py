"""What a member may see of a guild's clips, by Discord's own rules. Pure.

Whatever is not known counts as closed: a thread without its channel, a channel that Discord did not
list, a private thread whose members were not asked for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.shared import models
from functions.shared.discord import permissions
from functions.shared.models import Channel, ChannelId, Guild, Member, Permission, StoredThread

_READ: Final = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What Discord said of a guild at one moment: its roles, and the channels the bot can view."""

    guild: Guild
    channels: Mapping[ChannelId, Channel]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and from where.

    Attributes:
        member: With the roles and the time-out that hold now.
        channel_id: The channel the command was used in; for a thread, the channel above it.
    """

    member: Member
    channel_id: ChannelId | None


@dataclass(frozen=True, slots=True)
class Access:
    """The channels and threads whose clips a member may see.

    Attributes:
        open_ids: Those that may be shown.
        private_ids: Private threads that may be shown only to members of them, which is still to be
            asked.
    """

    open_ids: frozenset[ChannelId] = frozenset()
    private_ids: frozenset[ChannelId] = frozenset()

    @property
    def all_ids(self) -> list[ChannelId]:
        """Both kinds, in a stable order."""
        return sorted(self.open_ids | self.private_ids)


def of_viewer(
    snapshot: Snapshot, viewer: Viewer, threads: Iterable[StoredThread], now: datetime
) -> Access:
    """Decide what somebody may see.

    Args:
        snapshot: The guild as it is now.
        viewer: Who looks.
        threads: The guild's threads, archived ones too, which Discord's list of channels lacks.
        now: The present, for time-outs.
    """
    judge = _Judge(snapshot, viewer, now)
    open_ids = {channel.id for channel in snapshot.channels.values() if judge.opens(channel)}
    private_ids = set()
    verdicts: dict[tuple[ChannelId, str], tuple[bool, bool]] = {}
    for thread in threads:
        parent = snapshot.channels.get(thread.parent_id) if thread.parent_id else None
        if parent is None or thread.type not in models.THREAD_TYPES:
            continue
        kind = parent.id, thread.type
        if kind not in verdicts:
            verdicts[kind] = judge.opens_thread(thread, parent)
        to_all, to_members = verdicts[kind]
        if to_all:
            open_ids.add(thread.channel_id)
        elif to_members:
            private_ids.add(thread.channel_id)
    return Access(frozenset(open_ids), frozenset(private_ids - open_ids))


def within(
    snapshot: Snapshot, threads: Iterable[StoredThread], channel_id: int
) -> frozenset[ChannelId]:
    """A channel with all that is below it: the channels of a category, and everybody's threads."""
    found = {ChannelId(channel_id)}
    found |= {each.id for each in snapshot.channels.values() if each.parent_id == channel_id}
    return frozenset(found | {each.channel_id for each in threads if each.parent_id in found})


class _Judge:
    """The rules for one viewer of one guild."""

    def __init__(self, snapshot: Snapshot, viewer: Viewer, now: datetime) -> None:
        self._guild = snapshot.guild
        self._member = viewer.member
        self._now = now
        self._base = permissions.base_permissions(snapshot.guild, viewer.member)
        place = snapshot.channels.get(viewer.channel_id) if viewer.channel_id else None
        self._in_restricted = place is not None and (
            place.is_nsfw or snapshot.guild.is_age_restricted
        )

    def opens(self, channel: Channel) -> bool:
        """Whether the messages of a channel may be shown."""
        return self._suits_place(channel) and self._may_read(channel, None, is_thread_member=False)

    def opens_thread(self, thread: StoredThread, parent: Channel) -> tuple[bool, bool]:
        """Whether a thread may be shown, to the viewer as they are and to a member of it."""
        place = Channel(thread.channel_id, parent.guild_id, thread.type, "", parent.id)
        if not self._suits_place(parent):
            return False, False
        is_private = thread.type == models.PRIVATE_THREAD
        return (
            self._may_read(place, parent, is_thread_member=False),
            is_private and self._may_read(place, parent, is_thread_member=True),
        )

    def _suits_place(self, channel: Channel) -> bool:
        """Whether its age restriction allows to show it where the viewer is."""
        guild = self._guild
        is_restricted = channel.is_nsfw or guild.is_age_restricted or guild.nsfw_level is None
        return self._in_restricted or not is_restricted

    def _may_read(
        self, channel: Channel, parent: Channel | None, *, is_thread_member: bool
    ) -> bool:
        granted = permissions.channel_permissions(
            self._base,
            self._member,
            channel,
            parent,
            now=self._now,
            is_thread_member=is_thread_member,
        )
        return granted & _READ == _READ
