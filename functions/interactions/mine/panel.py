"""How somebody's own clips look: a page of a list, and what is asked before something is lost.

Pure. Of the message a clip came with, nothing is shown but where and when it was posted: its author
may have lost access to the channel since. A channel's mention names it to those only who see it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from functions.interactions import replies
from functions.interactions.mine import changes
from functions.shared import components, durations, models, texts
from functions.shared.db import own_clips
from functions.shared.db.own_clips import OwnClip, Summary
from functions.shared.discord import links

MODULE: Final = "clips_mine"
PAGE, EXPORT = "page", "export"
ASK_DELETE, ASK_DELETE_ALL, ASK_OPT_OUT = "delete", "delete_all", "stop"
CLIPS_PER_PAGE: Final = 5
"""Each takes five of the forty components of a message (Discord docs, Components Reference)."""

_BYTES_PER_MB: Final = 1024 * 1024
_LONGEST_NAME: Final = 100
_GRAVE: Final = "\N{MODIFIER LETTER GRAVE ACCENT}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of somebody's clips.

    Attributes:
        number: Counted from 0.
        outcome: What has just happened; empty if nothing did.
    """

    guild_id: models.GuildId
    clips: Sequence[OwnClip]
    summary: Summary
    number: int
    is_opted_out: bool
    outcome: str = ""


def last_page(summary: Summary) -> int:
    """The number of the last page, which is 0 if there is nothing to show."""
    return max(0, (summary.clips - 1) // CLIPS_PER_PAGE)


def listed(page: Page, words: texts.Texts, *, update: bool) -> replies.Reply:
    """The list, with all that can be done."""
    return replies.layout(
        [
            components.text("\n".join(_heading(page, words))),
            *(part for clip in page.clips for part in _entry(clip, page, words)),
            *_pages(page, words),
            components.row(*_buttons(page, words)),
        ],
        update=update,
    )


def asked_about(clip: OwnClip, page: int, words: texts.Texts) -> replies.Reply:
    """Whether one clip is really to be deleted."""
    danger = components.ButtonStyle.DANGER
    return _question(
        words.mine_ask_delete.format(name=_name(clip)),
        components.button(_of_clip(changes.DELETE, clip, page), words.mine_delete, danger),
        _back(page, words),
    )


def asked_about_all(summary: Summary, words: texts.Texts) -> replies.Reply:
    """Whether every clip is really to be deleted."""
    count, most = summary.clips, own_clips.MOST_BURIED
    asked = words.mine_ask_delete_all if count <= most else words.mine_ask_delete_newest
    return _question(
        asked.format(count=min(count, most), total=count),
        _action(changes.DELETE_ALL, words.mine_delete_all, components.ButtonStyle.DANGER),
        _back(0, words),
    )


def asked_to_opt_out(summary: Summary, words: texts.Texts) -> replies.Reply:
    """What it means to opt out, and whether the clips there are shall go as well."""
    danger = components.ButtonStyle.DANGER
    return _question(
        words.mine_ask_opt_out.format(count=summary.clips),
        _action(changes.OPT_OUT, words.mine_opt_out, components.ButtonStyle.PRIMARY),
        _action(changes.LEAVE, words.mine_leave, danger, disabled=not summary.clips),
        _back(0, words),
    )


def _heading(page: Page, words: texts.Texts) -> Iterator[str]:
    yield f"### {words.mine_title}"
    if page.outcome:
        yield page.outcome
    if page.is_opted_out:
        yield words.mine_not_saved
    if not page.summary.clips:
        yield words.mine_none
        return
    yield words.mine_count.format(
        count=page.summary.clips,
        hidden=page.summary.hidden,
        page=page.number + 1,
        pages=last_page(page.summary) + 1,
    )


def _entry(clip: OwnClip, page: Page, words: texts.Texts) -> tuple[components.Component, ...]:
    hiding, label = (
        (changes.HIDE, words.mine_hide)
        if clip.hidden_at is None
        else (changes.SHOW, words.mine_show)
    )
    secondary, danger = components.ButtonStyle.SECONDARY, components.ButtonStyle.DANGER
    return (
        components.text("\n".join(_lines(clip, page.guild_id, words))),
        components.row(
            components.button(_of_clip(hiding, clip, page.number), label, secondary),
            components.button(_of_clip(ASK_DELETE, clip, page.number), words.mine_delete, danger),
        ),
    )


def _lines(clip: OwnClip, guild_id: models.GuildId, words: texts.Texts) -> Iterator[str]:
    facts = [f"**{_name(clip)}**"]
    if clip.size is not None:
        facts.append(f"{clip.size / _BYTES_PER_MB:.1f} MB")
    if clip.duration_seconds is not None:
        facts.append(durations.shown(clip.duration_seconds))
    yield " · ".join(facts)
    posted = int(clip.posted_at.timestamp())
    link = f"[{words.mine_message}]({links.message(guild_id, clip.channel_id, clip.message_id)})"
    yield f"<#{clip.channel_id}> · <t:{posted}:D> · <t:{posted}:R> · {link}"
    if clip.hidden_at is not None:
        yield words.mine_is_hidden


def _name(clip: OwnClip) -> str:
    return f"`{clip.filename[:_LONGEST_NAME].replace('`', _GRAVE)}`"


def _pages(page: Page, words: texts.Texts) -> Iterator[components.Component]:
    last = last_page(page.summary)
    if last:
        secondary = components.ButtonStyle.SECONDARY
        newer, older = (f"{MODULE}:{PAGE}:{page.number + step}" for step in (-1, 1))
        yield components.row(
            components.button(newer, words.mine_newer, secondary, disabled=page.number == 0),
            components.button(older, words.mine_older, secondary, disabled=page.number == last),
        )


def _buttons(page: Page, words: texts.Texts) -> Iterator[components.Component]:
    secondary, primary = components.ButtonStyle.SECONDARY, components.ButtonStyle.PRIMARY
    has_none = not page.summary.clips
    yield _action(EXPORT, words.mine_export, secondary, disabled=has_none)
    if page.is_opted_out:
        yield _action(changes.OPT_IN, words.mine_opt_in, primary)
    else:
        yield _action(ASK_OPT_OUT, words.mine_opt_out, secondary)
    yield _action(ASK_DELETE_ALL, words.mine_delete_all, secondary, disabled=has_none)


def _question(question: str, *buttons: components.Component) -> replies.Reply:
    return replies.layout([components.text(question), components.row(*buttons)], update=True)


def _back(page: int, words: texts.Texts) -> components.Component:
    return components.button(
        f"{MODULE}:{PAGE}:{page}", words.mine_back, components.ButtonStyle.SECONDARY
    )


def _action(
    action: str, label: str, style: components.ButtonStyle, *, disabled: bool = False
) -> components.Component:
    return components.button(f"{MODULE}:{action}", label, style, disabled=disabled)


def _of_clip(action: str, clip: OwnClip, page: int) -> str:
    return f"{MODULE}:{action}:{clip.message_id}:{clip.attachment_id}:{page}"
