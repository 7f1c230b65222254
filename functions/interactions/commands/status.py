"""`/status`: when this server was last synced, what the bot sees of it, and its settings."""

from collections.abc import Sequence
from typing import Final

from functions.interactions import replies
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.shared import models, settings
from functions.shared.db import channels, guild_settings, guilds

_STATES: Final[dict[models.ChannelState, str]] = {
    "visible": "visible",
    "hidden": "hidden from the bot",
    "archived": "archived threads",
    "deleted": "deleted",
    "unknown": "could not be checked",
}


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Show the state of the invoker's server, to those who manage it."""
    guild_id = interaction.guild_id
    if guild_id is None:
        return replies.sentence("This command works in servers only.")
    if not interaction.by_manager:
        return replies.sentence("You need the permission Manage Server for this.")
    defaults = parts.tunables.guild
    async with parts.database.transaction() as transaction:
        guild = await guilds.select_guild(transaction, guild_id)
        counts = await channels.count_channels_by_state(transaction, guild_id)
        stored = await guild_settings.select_settings(transaction, guild_id)
    # A guild marked as left has invited the bot again, and its channels are those of back then.
    if guild is None or guild.state == "left" or guild.synced_at is None:
        return replies.sentence(
            "This server has not been synced yet. The next sync will find it, usually within "
            "15 minutes."
        )
    own, problems = settings.GuildSettings.from_stored({} if stored is None else stored, defaults)
    return replies.panel(
        title=f"Clip Saver in {guild.name}"[:256],
        description=f"Last synced <t:{int(guild.synced_at.timestamp())}:R>",
        fields=[
            ("Channels", _channels(counts)),
            ("Settings", _settings(own, problems)),
        ],
    )


def _channels(counts: Sequence[channels.StateCount]) -> str:
    if not counts:
        return "none seen yet"
    lines = [f"{_STATES[count.state]}: **{count.channels}**" for count in counts]
    reading = sum(count.reading for count in counts if count.state == "visible")
    return "\n".join([*lines, f"read for clips: **{reading}**"])


def _settings(own: settings.GuildSettings, problems: dict[str, str]) -> str:
    lines = [f"{key}: `{value}`" for key, value in own.model_dump().items()]
    lines += [f"⚠️ {key} is not used: {problem}" for key, problem in problems.items()]
    return "\n".join(lines)[:1024]
