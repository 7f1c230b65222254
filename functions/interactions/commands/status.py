"""`/status`: when this server was synced, what the bot sees of it, what is wrong, what helps."""

from collections.abc import Iterator, Sequence
from typing import Final

from functions.interactions import replies
from functions.interactions.commands import sync
from functions.interactions.interaction import Interaction
from functions.interactions.parts import Parts
from functions.shared import errors, models, settings, texts
from functions.shared.db import channels, guild_settings, guilds, job_runs, scan_runs

_ROOM_FOR_MORE: Final = 60
"""Characters kept for the line that counts what was left out."""


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
    own, invalid = settings.GuildSettings.from_stored({} if stored is None else stored, defaults)
    problems = [
        *_unread_content(summary, words),
        *(words.setting_not_used.format(key=key, problem=why) for key, why in invalid.items()),
        *(line for channel in reading for line in _missing(channel, words)),
    ]
    return replies.panel(
        title=words.status_title.format(guild=guild.name),
        description=words.last_synced.format(when=f"<t:{int(guild.synced_at.timestamp())}:R>"),
        fields=[
            (words.channels, _channels(counts, scans, words)),
            (words.problems, _listed(problems, words) or words.no_problems),
            (words.settings, "\n".join(f"{k}: `{v}`" for k, v in own.model_dump().items())),
        ],
        components=[replies.button(sync.NOW, words.sync_now, replies.ButtonStyle.PRIMARY)],
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


def _unread_content(summary: object, words: texts.Texts) -> Iterator[str]:
    """The last sync noted whether the application may see what others post."""
    if isinstance(summary, dict) and summary.get("message_content") is False:
        yield words.problem_message_content


def _listed(problems: Sequence[str], words: texts.Texts) -> str:
    """As many whole lines as an embed's field has room for, and how many there are besides."""
    room = replies.LONGEST_VALUE - _ROOM_FOR_MORE
    shown: list[str] = []
    for problem in problems:
        room -= len(problem) + 1
        if room < 0:
            shown.append(words.problem_more.format(count=len(problems) - len(shown)))
            break
        shown.append(problem)
    return "\n".join(shown)


def _missing(channel: channels.ChannelAccess, words: texts.Texts) -> Iterator[str]:
    """What the bot lacks in a channel that it is to read; a thread's access is its channel's."""
    if channel.permissions is None or channel.type in models.THREAD_TYPES:
        return
    mention = f"<#{channel.channel_id}>"
    bits = channel.permissions
    if not bits & models.Permission.VIEW_CHANNEL:
        # A mention of a channel that the bot cannot see still works for those who can.
        yield words.problem_view.format(channel=mention)
    elif channel.type in models.VOICE_TYPES and not bits & models.Permission.CONNECT:
        yield words.problem_connect.format(channel=mention)
    elif not bits & models.Permission.READ_MESSAGE_HISTORY:
        yield words.problem_history.format(channel=mention)
