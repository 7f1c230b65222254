"""Pages of clips as messages of components (Discord docs, Components Reference). Pure.

A page has five clips at most, each a line of text and a video: far from the 40 components and 4,000
characters that a message may have, whatever people call their files.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from functions.shared import components, durations, models, searches, snowflakes, texts
from functions.shared.catalogue.pages import Numbers, Page
from functions.shared.catalogue.truth import LinkedClip
from functions.shared.components import Component
from functions.shared.db.clip_search import FoundClip, Progress, Top
from functions.shared.discord import links
from functions.shared.searches import Place, Search

SEARCH: Final = "clips_search"
RANDOM: Final = "clips_random"
"""First parts of custom_ids: the modules that answer the clicks."""

_LONGEST_CUSTOM_ID: Final = 100
_LONGEST_NAME: Final = 80
_MOST_PARTICIPANTS: Final = 5
_MARKDOWN: Final = re.compile(r"([\\*_~`|>\[\]()#<@:-])")
_BYTES_PER_GB: Final = 1024**3

Content = Mapping[str, Any]


def of_search(guild_id: models.GuildId, search: Search, page: Page, words: texts.Texts) -> Content:
    """A page of a search, with buttons for its neighbours."""
    shown = [components.text(f"🔎 {_described(search, words)}")]
    shown += _clips(guild_id, page.clips, words)
    notes = [] if page.clips else list(_reasons(page, words))
    if page.doubtful:
        notes.append(words.gallery_doubtful.format(count=page.doubtful))
    buttons = list(_page_buttons(search, page, words))
    if (page.before or page.after) and not buttons:
        notes.append(words.gallery_too_long_to_page)
    return _message(shown, notes, buttons)


def of_chance(guild_id: models.GuildId, search: Search, page: Page, words: texts.Texts) -> Content:
    """One clip, and a button for another."""
    notes = [] if page.clips else list(_reasons(page, words))
    buttons = []
    custom_id = f"{RANDOM}:{searches.pack(search)}"
    if page.clips and len(custom_id) <= _LONGEST_CUSTOM_ID:
        buttons.append(_button(custom_id, words.gallery_another))
    return _message(_clips(guild_id, page.clips, words), notes, buttons)


def of_numbers(numbers: Numbers, words: texts.Texts) -> Content:
    """What there is, who posted most of it, and of which games."""
    totals = numbers.totals
    if not totals.clips or totals.first_at is None:
        return told(words.gallery_none)
    lines = [
        words.numbers_title,
        words.numbers_clips.format(
            clips=totals.clips, authors=totals.authors, since=_instant(totals.first_at, "D")
        ),
        words.numbers_month.format(clips=totals.clips_of_month),
        words.numbers_size.format(
            length=durations.shown(totals.seconds), size=f"{totals.bytes / _BYTES_PER_GB:.1f}"
        ),
    ]
    shown = [components.text("\n".join(lines))]
    authors = [(f"<@{top.name}>", top) for top in numbers.authors]
    games = [(_plain(top.name), top) for top in numbers.games]
    for title, listed in ((words.numbers_authors, authors), (words.numbers_games, games)):
        if listed:
            shown.append(components.text("\n".join([title, *_ranking(listed)])))
    return _message(shown, [words.numbers_scope], [])


def told(sentence: str) -> Content:
    """A plain sentence, in the one form that can replace a page: components."""
    return _message([components.text(sentence)], [], [])


def _message(
    shown: Sequence[Component], notes: Sequence[str], buttons: Sequence[Component]
) -> Content:
    parts = [*shown]
    if notes:
        parts.append(components.text("\n".join(f"-# {note}" for note in notes)))
    if buttons:
        parts.append(components.row(*buttons))
    return {"flags": components.IS_COMPONENTS_V2, "components": parts}


def _clips(
    guild_id: models.GuildId, clips: Sequence[LinkedClip], words: texts.Texts
) -> list[Component]:
    shown: list[Component] = []
    for each in clips:
        shown.append(components.text(_line(guild_id, each.clip, words)))
        shown.append(components.video(each.url, is_spoiler=each.clip.is_spoiler))
    return shown


def _line(guild_id: models.GuildId, clip: FoundClip, words: texts.Texts) -> str:
    jump = links.message(guild_id, clip.channel_id, clip.message_id)
    facts = [
        f"<@{clip.author_id}>" if clip.author_id else _plain(clip.author_name or "?"),
        f"<#{clip.channel_id}>",
        _instant(clip.posted_at, "R"),
        durations.shown(clip.duration_seconds) if clip.duration_seconds else "",
        _plain(clip.game or ""),
        _company(clip, words),
        words.gallery_forwarded if clip.is_forward else "",
        words.gallery_hidden if clip.is_hidden else "",
        f"[{words.gallery_jump}]({jump})",
    ]
    return f"**{_plain(clip.title or clip.filename)}**\n{' · '.join(filter(None, facts))}"


def _company(clip: FoundClip, words: texts.Texts) -> str:
    others = [each for each in clip.participant_ids if each != clip.author_id]
    if not others:
        return ""
    named = " ".join(f"<@{each}>" for each in others[:_MOST_PARTICIPANTS])
    more = len(others) - _MOST_PARTICIPANTS
    return words.gallery_with.format(people=f"{named} +{more}" if more > 0 else named)


def _page_buttons(search: Search, page: Page, words: texts.Texts) -> Iterator[Component]:
    """Buttons to the neighbours; none if the search is too long for one of them."""
    labels = (page.before, words.gallery_before), (page.after, words.gallery_after)
    wanted = [(_page_id(search, place), label) for place, label in labels if place]
    if all(len(custom_id) <= _LONGEST_CUSTOM_ID for custom_id, _ in wanted):
        yield from (_button(custom_id, label) for custom_id, label in wanted)


def _page_id(search: Search, place: Place) -> str:
    return f"{SEARCH}:{searches.pack(search, place)}"


def _described(search: Search, words: texts.Texts) -> str:
    """What is searched for, in words."""
    parts = [
        f"**{_plain(search.text)}**" if search.text else "",
        f"<#{search.channel_id}>" if search.channel_id else "",
        words.gallery_by.format(who=f"<@{search.author_id}>") if search.author_id else "",
        words.gallery_with.format(people=f"<@{search.participant_id}>")
        if search.participant_id
        else "",
        _plain(search.game),
        words.gallery_since.format(day=search.after.isoformat()) if search.after else "",
        words.gallery_until.format(day=search.before.isoformat()) if search.before else "",
        getattr(words, f"gallery_{search.sort}"),
    ]
    return " · ".join(filter(None, parts))


def _reasons(page: Page, words: texts.Texts) -> Iterator[str]:
    """Why there is nothing, as far as it is known."""
    yield words.gallery_none
    if page.progress is not None:
        yield from _unread(page.progress, words)


def _unread(progress: Progress, words: texts.Texts) -> Iterator[str]:
    if progress.is_scanning and progress.total_results:
        # A share, because the numbers are those of all channels, closed ones too.
        share = (progress.results_seen or 0) / progress.total_results
        yield words.gallery_scanning_of.format(percent=min(100, int(100 * share)))
    elif progress.is_scanning:
        yield words.gallery_scanning
    if progress.first_message_id is None:
        yield words.gallery_nothing_read
    else:
        instant = snowflakes.made_at(progress.first_message_id)
        yield words.gallery_read_since.format(when=_instant(instant, "D"))


def _ranking(listed: Sequence[tuple[str, Top]]) -> Iterator[str]:
    return (f"{place}. {name} · {top.clips}" for place, (name, top) in enumerate(listed, start=1))


def _button(custom_id: str, label: str) -> Component:
    return components.button(custom_id, label, components.ButtonStyle.SECONDARY)


def _plain(text: str) -> str:
    """Text that people wrote, without the meaning that Discord's Markdown would give to it."""
    words = " ".join(text.split())
    short = words if len(words) <= _LONGEST_NAME else f"{words[: _LONGEST_NAME - 1]}…"
    return _MARKDOWN.sub(r"\\\1", short)


def _instant(instant: datetime, style: str) -> str:
    return f"<t:{int(instant.timestamp())}:{style}>"
