"""The two sides of a guild: what Discord says of it now, and what is stored."""

from dataclasses import dataclass
from typing import Literal

from functions.shared import models, settings

ProbeOutcome = Literal["hidden", "deleted", "no answer"] | models.Channel
"""What asking for one channel came to; the channel itself if Discord has it after all."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What Discord says of a guild.

    Attributes:
        owner_id: None when the guild itself was not read this time.
        permissions: The bot's in the guild, channel overwrites aside.
        member: The bot as a member, read now or stored earlier.
        member_was_read: Whether it was read now.
        threads: Active threads; None when they were not asked for.
        nsfw_level: None when the guild itself was not read this time.
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
    nsfw_level: int | None


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
