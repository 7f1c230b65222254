"""`/status`: when this server was synced, what the bot sees of it, what is wrong, what helps."""

from collections.abc import Sequence

from functions.interactions import problems, replies
from functions.interactions.commands import sync
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.shared import components, errors, settings, texts
from functions.shared.db import channels, guild_settings, guilds, job_runs, scan_runs


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Show the state of the invoker's server."""
    guild_id = interaction.guild_id
    assert guild_id is not None  # noqa: S101 -- the dispatcher refuses direct messages
    words = texts.of(interaction.locale)
    async with parts.database.transaction() as transaction:
        guild = await guilds.select_guild(transaction, guild_id)
        counts = await channels.count_channels_by_state(transaction, guild_id)
        reading = await channels.select_reading_channels(transaction, guild_id)
        stored = await guild_settings.select_settings(transaction, guild_id)
        scans = await scan_runs.count_running(transaction, guild_id)
        summary = await job_runs.select_summary(transaction, "sync")
    # A guild marked as left has invited the bot again, and its channels are those of back then.
    if guild is None or guild.state == "left" or guild.synced_at is None:
        raise errors.UnknownGuild(guild_id)
    defaults = parts.tunables.guild
    own, invalid = settings.GuildSettings.from_stored(stored, defaults)
    wrong = [
        *problems.unread_content(summary, words),
        *(words.setting_not_used.format(key=key, problem=why) for key, why in invalid.items()),
        *(line for channel in reading for line in problems.lacking(channel, words)),
        *problems.restricted(reading, own, words),
    ]
    return replies.panel(
        title=words.status_title.format(guild=guild.name),
        description=words.last_synced.format(when=f"<t:{int(guild.synced_at.timestamp())}:R>"),
        fields=[
            (words.channels, _channels(counts, scans, words)),
            (words.problems, problems.listed(wrong, words) or words.no_problems),
            (words.settings, "\n".join(f"{k}: `{v}`" for k, v in own.model_dump().items())),
        ],
        controls=[components.button(sync.NOW, words.sync_now, components.ButtonStyle.PRIMARY)],
    )


def _channels(counts: Sequence[channels.StateCount], scans: int, words: texts.Texts) -> str:
    if not counts:
        return words.no_channels
    sentences = {
        "visible": words.state_visible,
        "hidden": words.state_hidden,
        "archived": words.state_archived,
        "deleted": words.state_deleted,
        "unknown": words.state_unknown,
    }
    reading = sum(count.reading for count in counts if count.state == "visible")
    lines = [sentences[count.state].format(count=count.channels) for count in counts]
    lines.append(words.read_for_clips.format(count=reading))
    if scans:
        lines.append(words.running_scans.format(count=scans))
    return "\n".join(lines)
