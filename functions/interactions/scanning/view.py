"""Reading what `/scan status` tells, and answering with it."""

from functions.interactions import replies
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.interactions.scanning import panel
from functions.shared import errors, models, settings, texts
from functions.shared.db import (
    channels,
    guild_scans,
    guild_settings,
    guilds,
    job_runs,
    scan_runs,
)
from functions.shared.db.connection import Transaction


async def show(
    transaction: Transaction, interaction: Interaction, parts: Parts, outcome: str = ""
) -> replies.Reply:
    """How far the scan of the invoker's server is; what has just happened stands on top.

    Raises:
        UnknownGuild: no sync has seen the server.
    """
    state = await read(transaction, guild_of(interaction), parts.tunables.guild)
    return panel.shown(
        state,
        parts.tunables.scan,
        outcome,
        texts.of(interaction.locale),
        update=interaction.on_message,
    )


async def read(
    transaction: Transaction, guild_id: models.GuildId, defaults: settings.GuildSettings
) -> panel.State:
    """Everything that the panel tells.

    Raises:
        UnknownGuild: no sync has seen the server.
    """
    guild = await guilds.select_guild(transaction, guild_id)
    if guild is None or guild.state == "left":
        raise errors.UnknownGuild(guild_id)
    own = await own_settings(transaction, guild_id, defaults)
    return panel.State(
        guild_name=guild.name,
        own=own,
        progress=await guild_scans.progress(transaction, guild_id, with_nsfw=own.scan_nsfw),
        reading=await channels.select_reading_channels(transaction, guild_id),
        refused=await scan_runs.select_refused(transaction, guild_id),
        sync_summary=await job_runs.select_summary(transaction, "sync"),
    )


async def own_settings(
    transaction: Transaction, guild_id: models.GuildId, defaults: settings.GuildSettings
) -> settings.GuildSettings:
    """A server's settings, with the defaults where it has none that make sense."""
    stored = await guild_settings.select_settings(transaction, guild_id)
    own, _ = settings.GuildSettings.from_stored(stored, defaults)
    return own


def guild_of(interaction: Interaction) -> models.GuildId:
    """The server in which it was asked."""
    assert interaction.guild_id is not None  # noqa: S101 -- the dispatcher refuses direct messages
    return interaction.guild_id
