"""Where Discord's own clients show what it has. Pure."""

from functions.shared import models


def message(
    guild_id: models.GuildId, channel_id: models.ChannelId, message_id: models.MessageId
) -> str:
    """The address of a message; it opens to whoever may see it."""
    return f"https://discord.com/channels/{guild_id}/{channel_id}/{message_id}"
