"""Everything that exists in the local Discord, held in memory and built by calling it.

    world = World()
    ada = world.add_user("ada")
    arcade = world.add_guild("Arcade", owner=ada)
    clips = arcade.add_channel("clips")
    clips.post(ada, "What a save", [messages.video("save.mp4")])
    staff = arcade.add_channel("staff", private_to=[])

A test may change anything at any time by assigning (`clips.nsfw = True`, `arcade.name = "Hall"`):
the next request sees it.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from nacl.signing import SigningKey

from clipsaver.emulator.application import Application
from clipsaver.emulator.clock import Clock
from clipsaver.emulator.guilds import BOT_ADD, AuditLogEntry, Guild, Role
from clipsaver.emulator.history import History
from clipsaver.emulator.people import User
from clipsaver.emulator.permissions import Permission, bits
from clipsaver.emulator.snowflakes import SnowflakeMint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clipsaver.emulator.channels import Channel
    from clipsaver.emulator.messages import Attachment

CDN_URL: Final = "https://cdn.discordapp.com"
LINK_LIFETIME_SECONDS: Final = 86_400
"""How long a file's link lives (observed since April 2024; the docs leave it open)."""
BOT_PERMISSIONS: Final = bits(
    (Permission.VIEW_CHANNEL, Permission.READ_MESSAGE_HISTORY, Permission.CONNECT)
)
"""What an installer grants by default here: reading text channels and the chat of voice ones."""


class World:
    """Users, guilds and one application, with a clock that tests can move.

    Attributes:
        lists_hidden_channels: Whether the channel list holds channels that the bot cannot view, as
            it did before November 2026.
        link_lifetime: Seconds that a file's link lives.
        browser_user: Who is signed in to the browser that opens the consent page.
        cdn_url: Where files are served; a running server sets its own.
    """

    def __init__(
        self, *, application_name: str = "Clip Saver", signing_key: SigningKey | None = None
    ) -> None:
        self.clock = Clock()
        self.mint = SnowflakeMint(self.clock)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.lists_hidden_channels = False
        self.link_lifetime = LINK_LIFETIME_SECONDS
        self.link_secret = secrets.token_bytes(32)
        self.uploads: dict[int, Attachment] = {}
        self.cdn_url = CDN_URL
        self._histories: dict[int, History] = {}
        developer = self.add_user("developer")
        self.browser_user = developer
        bot = self.add_user(application_name.replace(" ", "-").lower(), bot=True)
        bot.discriminator = "0042"
        self.application = Application(
            # The bot has the application's id, as every application made since 2016.
            id=bot.id,
            name=application_name,
            owner=developer,
            bot=bot,
            signing_key=signing_key or SigningKey.generate(),
        )

    def add_user(self, name: str, *, bot: bool = False, global_name: str | None = None) -> User:
        """Add somebody who is in no guild yet."""
        user = User(self.mint.next(), name, global_name, bot=bot)
        self.users[user.id] = user
        return user

    def add_guild(
        self,
        name: str,
        owner: User,
        *,
        bot: bool = True,
        bot_permissions: int = BOT_PERMISSIONS,
        features: Sequence[str] = (),
        nsfw_level: int = 0,
        premium_tier: int = 0,
    ) -> Guild:
        """Add a guild with its owner, its @everyone role and, unless `bot` is False, the bot."""
        guild = Guild(
            self,
            self.mint.next(),
            name,
            owner.id,
            features=tuple(features),
            nsfw_level=nsfw_level,
            premium_tier=premium_tier,
        )
        guild.add_everyone()
        guild.add_member(owner)
        self.guilds[guild.id] = guild
        if bot:
            self.add_bot(guild, permissions=bot_permissions, installer=owner)
        return guild

    def delete_guild(self, guild: Guild) -> None:
        """Delete a guild with all that is in it."""
        for channel in [*guild.threads.values(), *guild.channels.values()]:
            self.forget_channel(channel.id)
        del self.guilds[guild.id]

    def add_bot(
        self, guild: Guild, *, permissions: int = BOT_PERMISSIONS, installer: User | None = None
    ) -> None:
        """Let the bot join, with a managed role; or change that role when it is there."""
        bot = self.application.bot
        role = self.bot_role(guild)
        if role is None:
            role = guild.add_role(self.application.name, bot_id=bot.id)
            guild.add_member(bot, role)
            installer_id = installer.id if installer else guild.owner_id
            guild.audit_log.append(AuditLogEntry(self.mint.next(), BOT_ADD, installer_id, bot.id))
        role.permissions = permissions

    def remove_bot(self, guild: Guild) -> None:
        """Kick the bot; its managed role goes with it."""
        role = self.bot_role(guild)
        if role is not None:
            guild.delete_role(role)
        guild.remove_member(self.application.bot)

    def bot_role(self, guild: Guild) -> Role | None:
        """The bot's managed role in a guild, or None when it is not there."""
        bot_id = self.application.bot.id
        return next((role for role in guild.roles.values() if role.bot_id == bot_id), None)

    def guilds_of(self, user: User) -> list[Guild]:
        """The guilds that somebody is in, by ascending id."""
        member_of = [guild for guild in list(self.guilds.values()) if user.id in guild.members]
        return sorted(member_of, key=lambda guild: guild.id)

    def history(self, channel_id: int) -> History:
        """The messages of a channel."""
        return self._histories.setdefault(channel_id, History())

    def forget_channel(self, channel_id: int) -> None:
        """Drop a channel that was deleted, with its messages."""
        self.channels.pop(channel_id, None)
        self._histories.pop(channel_id, None)

    def now(self) -> datetime:
        """The world's time."""
        return self.clock.now()
