"""*Save clip*, on a message: its videos go into the catalogue, without the Message Content intent.

Discord brings the message along with the command (Discord docs, Message Commands), forwarded ones
with what they carry.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from functions.interactions import replies
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.interactions.settings import changes
from functions.shared import clips, errors, models, settings, texts
from functions.shared.db import (
    channels,
    clip_opt_outs,
    guild_settings,
    guilds,
    processed_interactions,
    tombstones,
)
from functions.shared.db import clips as stored_clips
from functions.shared.db.connection import Transaction
from functions.shared.discord import messages, payloads
from functions.shared.reconcile import rows

_ORIGIN: Final = "Save clip"
_BYTES_PER_MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Kept:
    """What became of a message's clips.

    Attributes:
        saved: Those that were saved just now.
        buried: Those that were deleted for good.
        is_unwanted: Whether their author wants none of theirs to be saved.
    """

    saved: frozenset[int]
    buried: frozenset[int]
    is_unwanted: bool

    def fate(self, clip: models.Attachment) -> Literal["saved", "known", "buried", "unwanted"]:
        """What became of one; what is neither new nor kept out was there already."""
        if clip.id in self.saved:
            return "saved"
        if clip.id in self.buried:
            return "buried"
        return "unwanted" if self.is_unwanted else "known"


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Save what can be saved, and say why the rest cannot."""
    guild_id = interaction.guild_id
    assert guild_id is not None  # noqa: S101 -- the dispatcher refuses direct messages
    words = texts.of(interaction.locale)
    message = messages.message(interaction.message, _ORIGIN)
    if not message.attachments:
        return replies.sentence(words.clip_none if message.has_all_files else words.went_wrong)
    channel = payloads.channel(interaction.channel, _ORIGIN, guild_id)
    defaults = parts.tunables.guild
    async with parts.database.transaction() as transaction:
        guild = await guilds.select_guild(transaction, guild_id)
        if guild is None:
            raise errors.UnknownGuild(guild_id)
        is_news = await processed_interactions.record(transaction, interaction.number)
        # In a thread, the message that it began with belongs to the channel above.
        if is_news and channel.id == message.channel_id:
            await _insert_channel(transaction, guild, channel, defaults)
        scope = changes.Scope(guild_id, message.channel_id)
        most = await changes.value(transaction, scope, "max_file_size_mb", defaults)
        keeps_text = await changes.value(
            transaction, changes.Scope(guild_id), "keep_message_text", defaults
        )
        found = clips.sort(message.attachments, most.value, parts.tunables.scan)
        buried = await tombstones.select_tombstones(
            transaction, guild_id, message.channel_id, message.id
        )
        is_unwanted = await clip_opt_outs.is_opted_out(transaction, guild_id, message.author_id)
        saved: frozenset[stored_clips.ClipId] = frozenset()
        if is_news:
            saved = await stored_clips.insert_clips(
                transaction,
                guild_id,
                [(message, found.clips)],
                keep_text=keeps_text.value,
                saved_by=interaction.user_id,
            )
    kept = _Kept(
        frozenset(attachment_id for _, attachment_id in saved),
        frozenset(buried),
        is_unwanted=is_unwanted,
    )
    lines = [*_lines(found, kept, most.value, words)]
    if not message.has_all_files:
        lines.append(words.went_wrong)
    return replies.sentence("\n".join(lines))


async def _insert_channel(
    transaction: Transaction,
    guild: models.StoredGuild,
    channel: models.Channel,
    defaults: settings.GuildSettings,
) -> None:
    """Make sure that the channel is known, as the sync would have made it."""
    stored = await guild_settings.select_settings(transaction, channel.guild_id)
    own, _ = settings.GuildSettings.from_stored(stored, defaults)
    is_nsfw = channel.is_nsfw or guild.is_age_restricted
    is_reading = rows.reading_by_default(channel.type, own, is_nsfw=is_nsfw)
    await channels.insert_channel(transaction, channel.guild_id, channel, is_reading=is_reading)


def _lines(
    found: clips.Sorted, kept: _Kept, max_file_size_mb: int, words: texts.Texts
) -> Iterator[str]:
    sentences = {
        "saved": words.clips_saved,
        "known": words.clips_known,
        "buried": words.clips_buried,
        "unwanted": words.clips_unwanted,
    }
    for fate, sentence in sentences.items():
        if those := [clip for clip in found.clips if kept.fate(clip) == fate]:
            yield sentence.format(names=_names(those))
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
