"""One guild's turn: what everything that reads for it shares."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from functions.scan.budget import Budget
from functions.scan.intent import MessageContent
from functions.shared import clips, models, settings
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient
from functions.shared.lease import RunLease


@dataclass(slots=True)
class Tally:
    """What was done.

    Attributes:
        messages: Messages read for the first time.
        unreadable: Those among them that made no sense.
        clips: Clips that were not known before.
        steps: Whatever else was written: without any, another turn would bring nothing, either.
    """

    messages: int = 0
    unreadable: int = 0
    clips: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """The parts and bounds of one guild's turn.

    Attributes:
        own: The guild's settings.
        rules: What counts as a clip.
        stop_at: The instant of `time.monotonic` after which nothing more is begun.
    """

    guild_id: models.GuildId
    discord: DiscordClient
    database: Database
    lease: RunLease
    budget: Budget
    content: MessageContent
    own: settings.GuildSettings
    rules: settings.ScanSettings
    stop_at: float
    tally: Tally = field(default_factory=Tally)

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self.stop_at

    def clips_of(self, message: models.Message, channel_settings: object) -> clips.Sorted:
        """The files of a message, sorted by what the channel or else the guild takes.

        A channel's setting that makes no sense counts as none.
        """
        key = "max_file_size_mb"
        given = channel_settings if isinstance(channel_settings, Mapping) else {}
        own = {key: given[key]} if key in given else {}
        in_force, _ = settings.GuildSettings.from_stored(own, self.own)
        return clips.sort(message.attachments, in_force.max_file_size_mb, self.rules)
