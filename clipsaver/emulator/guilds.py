"""Guilds with their roles and members; channels hang below them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from clipsaver.emulator.channels import (
    CATEGORY,
    CHANNEL_TYPES,
    Channel,
    Overwrite,
    allow,
    deny,
    merged,
)
from clipsaver.emulator.permissions import EVERYONE_DEFAULT, Permission, bits
from clipsaver.emulator.revisions import Revised, touch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clipsaver.emulator.channels import ChannelType, Thread
    from clipsaver.emulator.people import User
    from clipsaver.emulator.world import World

_ROLE_OVERWRITE: Final = 0
_MEMBER_OVERWRITE: Final = 1
BOT_ADD: Final = 28
"""The audit log action of a bot being added (Discord docs, Audit Log)."""


@dataclass(slots=True, eq=False)
class Role(Revised):
    """A role; the one whose id is the guild's own is @everyone."""

    guild: Guild
    id: int
    name: str
    permissions: int = 0
    position: int = 1
    color: int = 0
    bot_id: int | None = None

    @property
    def overwrite_id(self) -> int:
        """What an overwrite for it carries as its id."""
        return self.id

    @property
    def overwrite_type(self) -> int:
        """What an overwrite for it carries as its type."""
        return _ROLE_OVERWRITE


@dataclass(slots=True, eq=False)
class Member(Revised):
    """Somebody in a guild; `role_ids` never holds @everyone."""

    guild: Guild
    user: User
    joined_at: datetime
    role_ids: tuple[int, ...] = ()
    nick: str | None = None
    timed_out_until: datetime | None = None

    @property
    def overwrite_id(self) -> int:
        """What an overwrite for them carries as its id."""
        return self.user.id

    @property
    def overwrite_type(self) -> int:
        """What an overwrite for them carries as its type."""
        return _MEMBER_OVERWRITE

    def add_role(self, role: Role) -> None:
        """Give them a role."""
        if role.id not in self.role_ids:
            self.role_ids = (*self.role_ids, role.id)

    def remove_role(self, role: Role) -> None:
        """Take a role from them."""
        self.role_ids = tuple(role_id for role_id in self.role_ids if role_id != role.id)


@dataclass(frozen=True, slots=True)
class AuditLogEntry:
    """What somebody did to a guild."""

    id: int
    action_type: int
    user_id: int
    target_id: int


@dataclass(slots=True, eq=False)
class Guild:
    """A guild. Assigning any field, or a field of what hangs below it, is a change of the guild."""

    world: World
    id: int
    name: str
    owner_id: int
    icon: str | None = None
    description: str | None = None
    features: tuple[str, ...] = ()
    nsfw_level: int = 0
    premium_tier: int = 0
    mfa_level: int = 0
    preferred_locale: str = "en-US"
    member_count: int | None = None
    """What `with_counts` tells; None counts the members that are really there."""
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    threads: dict[int, Thread] = field(default_factory=dict)
    audit_log: list[AuditLogEntry] = field(default_factory=list)
    revision: int = field(default=0, init=False)

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        touch(self)

    @property
    def everyone(self) -> Role:
        """The @everyone role."""
        return self.roles[self.id]

    @property
    def owner(self) -> Member:
        """The owner's membership."""
        return self.members[self.owner_id]

    @property
    def bot_member(self) -> Member | None:
        """The application's bot in this guild, or None when it is not there."""
        return self.members.get(self.world.application.bot.id)

    def member(self, user: User) -> Member:
        """Somebody's membership.

        Raises:
            KeyError: when they are not in this guild.
        """
        return self.members[user.id]

    def add_role(self, name: str, *permissions: Permission, bot_id: int | None = None) -> Role:
        """Add a role with these permissions, above the ones there are."""
        role = Role(
            self,
            self.world.mint.next(),
            name,
            bits(permissions),
            position=len(self.roles),
            bot_id=bot_id,
        )
        self.roles[role.id] = role
        return role

    def add_everyone(self) -> None:
        """Add the role that every guild starts with."""
        self.roles[self.id] = Role(self, self.id, "@everyone", EVERYONE_DEFAULT, position=0)

    def delete_role(self, role: Role) -> None:
        """Delete a role; members and overwrites may go on naming its id, as Discord's do."""
        del self.roles[role.id]
        touch(self)

    def add_member(self, user: User, *roles: Role, nick: str | None = None) -> Member:
        """Let somebody join, with these roles."""
        member = Member(
            self, user, self.world.clock.now(), tuple(role.id for role in roles), nick=nick
        )
        self.members[user.id] = member
        return member

    def remove_member(self, user: User) -> None:
        """Let somebody leave, or be kicked."""
        del self.members[user.id]
        touch(self)

    def add_channel(
        self,
        name: str,
        type: ChannelType = "text",  # noqa: A002 -- Discord's own word for it.
        *,
        parent: Channel | None = None,
        overwrites: Sequence[Overwrite] = (),
        private_to: Sequence[Role | Member] | None = None,
        nsfw: bool = False,
        topic: str | None = None,
    ) -> Channel:
        """Add a channel at the end of the list.

        Args:
            name: Its name.
            type: `text`, `voice`, ..., or a number for a type that has no name yet.
            parent: The category it stands in.
            overwrites: Its exceptions to permissions.
            private_to: Hide it from everybody but these (administrators and the owner aside);
                an empty list hides it from the bot.
            nsfw: Whether it is age-restricted.
            topic: Its description.
        """
        rules = tuple(overwrites)
        if private_to is not None:
            rules += (deny(self.everyone, Permission.VIEW_CHANNEL),)
            rules += tuple(allow(target, Permission.VIEW_CHANNEL) for target in private_to)
        channel = Channel(
            guild=self,
            id=self.world.mint.next(),
            type=type if isinstance(type, int) else CHANNEL_TYPES[type],
            name=name,
            position=len(self.channels),
            parent_id=parent.id if parent else None,
            topic=topic,
            nsfw=nsfw,
            overwrites=merged(rules),
        )
        self.channels[channel.id] = channel
        self.world.channels[channel.id] = channel
        return channel

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel, and the threads below it; a category's channels stay."""
        for thread in [thread for thread in self.threads.values() if thread.parent is channel]:
            self.delete_channel(thread)
        if channel.type == CATEGORY:
            for child in self.channels.values():
                if child.parent_id == channel.id:
                    child.parent_id = None
        self.channels.pop(channel.id, None)
        self.threads.pop(channel.id, None)
        self.world.forget_channel(channel.id)
        touch(self)
