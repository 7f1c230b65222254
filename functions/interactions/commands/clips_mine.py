"""`/clips mine`: the invoker's own clips, to list, hide, delete and take along.

Whose they are is always who Discord signed: a custom_id names a clip, and the author of the command
has to be the author of the clip as well.
"""

from functools import partial

from functions.interactions import replies
from functions.interactions.interaction import Interaction, bigint
from functions.interactions.mine import changes, panel
from functions.interactions.parts import Parts
from functions.shared import errors, texts
from functions.shared.db import clip_opt_outs, guilds, own_clips, processed_interactions
from functions.shared.db.connection import Transaction
from functions.shared.db.own_clips import Author, ClipKey
from functions.shared.jobs import Job


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Show the newest of the invoker's clips."""
    return await _list(interaction, parts, 0)


async def respond_to_click(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Turn a page, ask before something is lost, do it, or hand the export over."""
    match interaction.arguments:
        case (panel.PAGE, page):
            answering = _list(interaction, parts, bigint(page))
        case (panel.EXPORT,):
            answering = _export(interaction, parts)
        case (panel.ASK_DELETE_ALL | panel.ASK_OPT_OUT,):
            answering = _ask_about_all(interaction, parts)
        case (panel.ASK_DELETE, message, attachment, page):
            answering = _ask(interaction, parts, _key(message, attachment), bigint(page))
        case (action, message, attachment, page) if action in changes.OF_A_CLIP:
            change = partial(changes.OF_A_CLIP[action], key=_key(message, attachment))
            answering = _change(interaction, parts, change, bigint(page))
        case (action,) if action in changes.OF_ALL:
            answering = _change(interaction, parts, changes.OF_ALL[action], 0)
        case _:
            return replies.sentence(texts.of(interaction.locale).outdated_component)
    return await answering


async def _list(interaction: Interaction, parts: Parts, page: int) -> replies.Reply:
    async with parts.database.transaction() as transaction:
        return await _page(transaction, interaction, page)


async def _export(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Hand it over: only an edit of a deferred reply brings a file, and reading all takes time."""
    if parts.queue is None:
        raise errors.ConfigurationError("JOBS_QUEUE_URL is not set; an export needs the queue")
    author = _author(interaction)
    await parts.queue.send(Job("export_clips", author.guild_id, interaction.ticket()))
    return replies.THINKING


async def _ask(interaction: Interaction, parts: Parts, key: ClipKey, page: int) -> replies.Reply:
    words = texts.of(interaction.locale)
    async with parts.database.transaction() as transaction:
        clip = await own_clips.select_clip(transaction, _author(interaction), key)
        if clip is None:
            return await _page(transaction, interaction, page, words.mine_gone)
    return panel.asked_about(clip, page, words)


async def _ask_about_all(interaction: Interaction, parts: Parts) -> replies.Reply:
    words = texts.of(interaction.locale)
    async with parts.database.transaction() as transaction:
        summary = await own_clips.select_summary(transaction, _author(interaction))
    if interaction.arguments[0] == panel.ASK_OPT_OUT:
        return panel.asked_to_opt_out(summary, words)
    return panel.asked_about_all(summary, words)


async def _change(
    interaction: Interaction, parts: Parts, change: changes.Change, page: int
) -> replies.Reply:
    """Do it once, however often the click is delivered, and show what is left."""
    words, author = texts.of(interaction.locale), _author(interaction)
    outcome = ""
    async with parts.database.transaction() as transaction:
        if await guilds.select_guild(transaction, author.guild_id) is None:
            raise errors.UnknownGuild(author.guild_id)
        if await processed_interactions.record(transaction, interaction.number):
            outcome = await change(transaction, author, words)
        return await _page(transaction, interaction, page, outcome)


async def _page(
    transaction: Transaction, interaction: Interaction, number: int, outcome: str = ""
) -> replies.Reply:
    """A page, or the last one if there are no longer that many."""
    author = _author(interaction)
    summary = await own_clips.select_summary(transaction, author)
    shown = min(number, panel.last_page(summary))
    clips = await own_clips.select_page(
        transaction, author, shown * panel.CLIPS_PER_PAGE, panel.CLIPS_PER_PAGE
    )
    is_opted_out = await clip_opt_outs.is_opted_out(transaction, author.guild_id, author.author_id)
    page = panel.Page(author.guild_id, clips, summary, shown, is_opted_out, outcome)
    return panel.listed(page, texts.of(interaction.locale), update=interaction.on_message)


def _author(interaction: Interaction) -> Author:
    assert interaction.guild_id is not None  # noqa: S101 -- the dispatcher refuses direct messages
    return Author(interaction.guild_id, interaction.user_id)


def _key(message: str, attachment: str) -> ClipKey:
    """What is no id is the id of no clip."""
    return ClipKey(bigint(message), bigint(attachment))
