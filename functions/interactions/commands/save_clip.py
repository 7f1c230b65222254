"""*Save clip*, on a message: its videos go into the catalogue, without the Message Content intent.

Discord brings the message along with the command (Discord docs, Message Commands), forwarded ones
with what they carry.
"""

from collections.abc import Iterator

from functions.interactions import replies
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.shared import clips, errors, models, settings, texts
from functions.shared.db import channels, guild_settings, guilds, processed_interactions
from functions.shared.db import clips as stored_clips
from functions.shared.discord import messages, payloads

_ORIGIN = "Save clip"
_BYTES_PER_MB = 1024 * 1024


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Save what can be saved, and say why the rest cannot."""
    guild_id = interaction.guild_id
    assert guild_id is not None  # noqa: S101 -- the dispatcher refuses direct messages
    words = texts.of(interaction.locale)
    message = messages.message(interaction.message, _ORIGIN)
    if not message.attachments:
        return replies.sentence(words.clip_none)
    async with parts.database.transaction() as transaction:
        guild = await guilds.select_guild(transaction, guild_id)
        if guild is None:
            raise errors.UnknownGuild(guild_id)
        stored = await guild_settings.select_settings(transaction, guild_id)
        own, _ = settings.GuildSettings.from_stored(stored or {}, parts.tunables.guild)
        found = clips.sort(message.attachments, own.max_file_size_mb)
        saved: frozenset[int] = frozenset()
        if await processed_interactions.record(transaction, interaction.number) and found.clips:
            channel = payloads.channel(interaction.channel, _ORIGIN, guild_id)
            if channel.id == message.channel_id:
                await channels.insert_channel(transaction, guild_id, channel)
            saved = await stored_clips.insert_clips(
                transaction, guild_id, message, found.clips, interaction.user_id
            )
    return replies.sentence("\n".join(_lines(found, saved, own.max_file_size_mb, words)))


def _lines(
    found: clips.Sorted, saved: frozenset[int], max_file_size_mb: int, words: texts.Texts
) -> Iterator[str]:
    new = [clip for clip in found.clips if clip.id in saved]
    known = [clip for clip in found.clips if clip.id not in saved]
    if new:
        yield words.clips_saved.format(names=_names(new))
    if known:
        yield words.clips_known.format(names=_names(known))
    for attachment, reason in found.refused:
        if reason == "too large":
            size = -(-attachment.size // _BYTES_PER_MB)
            yield words.clip_too_large.format(
                name=attachment.filename, size=size, most=max_file_size_mb
            )
        else:
            yield words.clip_not_a_video.format(name=attachment.filename)


def _names(attachments: list[models.Attachment]) -> str:
    return ", ".join(f"`{attachment.filename}`" for attachment in attachments)
