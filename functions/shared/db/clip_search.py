"""Searching the clips of a guild, always among the channels that the caller may show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from functions.shared import models, searches, snowflakes
from functions.shared.db import queries
from functions.shared.db.connection import Transaction
from functions.shared.models import ChannelId, GuildId, UserId
from functions.shared.searches import Place, Search

_SQL: Final = queries.load("clip_search")

CHANCES: Final = 1_000_003
"""A clip's chance is its file's id modulo this prime: as good as random, and an index's order."""
_TOP: Final = 5
_MOST_WORDS: Final = 12
_MOST_SUGGESTIONS: Final = 25


@dataclass(frozen=True, slots=True)
class Scope:
    """Which clips somebody may be shown.

    Attributes:
        channel_ids: The channels and threads that are open to them, or as many of those as they
            want to search; a search's own channel counts for nothing here.
        viewer_id: Who they are: their own hidden clips are shown to them.
    """

    guild_id: GuildId
    channel_ids: Sequence[ChannelId]
    viewer_id: UserId


@dataclass(frozen=True, slots=True)
class FoundClip:
    """A clip as it is shown.

    Attributes:
        rank: What it is sorted by before its message: seconds in a search by length, else 0.
    """

    channel_id: ChannelId
    message_id: models.MessageId
    attachment_id: int
    author_id: UserId | None
    author_name: str | None
    message_text: str | None
    filename: str
    title: str | None
    duration_seconds: float | None
    is_spoiler: bool
    is_forward: bool
    participant_ids: list[UserId]
    game: str | None
    posted_at: datetime
    is_hidden: bool
    rank: float


@dataclass(frozen=True, slots=True)
class Totals:
    """Numbers of all clips that somebody may see."""

    clips: int
    authors: int
    clips_of_month: int
    seconds: float
    bytes: int
    first_at: datetime | None


@dataclass(frozen=True, slots=True)
class Top:
    """A game by its name, or an author by their id, and how many clips there are."""

    name: str
    clips: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of its history a guild's clips are known of.

    Attributes:
        first_message_id: From here on, every message of the channels in question was read that were
            read at all; None if none was.
    """

    is_scanning: bool
    results_seen: int | None
    total_results: int | None
    first_message_id: int | None


@dataclass(frozen=True, slots=True)
class _Game:
    game: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a search, and whether many clips have one that begins so."""

    word: str
    is_frequent: bool


async def select_clips(
    transaction: Transaction,
    scope: Scope,
    search: Search,
    place: Place | None,
    batch_size: int,
) -> list[FoundClip]:
    """The results next to a place, or the first ones.

    Returns:
        At most `batch_size` clips, the nearest to the place first: going backwards, that is against
        the order of the search.
    """
    is_forwards = place is None or place.direction == "forwards"
    return await _select(
        transaction,
        scope,
        search,
        rank="length" if search.sort == "longest" else "none",
        descending=is_forwards is (search.sort != "oldest"),
        place=place,
        batch_size=batch_size,
    )


async def select_by_chance(
    transaction: Transaction, scope: Scope, search: Search, chance: int, batch_size: int
) -> list[FoundClip]:
    """Clips of a search in an order that has no meaning.

    Args:
        transaction: Where to look.
        scope: What may be shown.
        search: Which clips.
        chance: Where in that order to begin, from 0 to `CHANCES`; it begins anew at its end.
        batch_size: How many.
    """
    found: list[FoundClip] = []
    for begin in (chance, 0):
        place = Place(0, 0, float(begin))
        for clip in await _select(
            transaction,
            scope,
            search,
            rank="chance",
            descending=False,
            place=place,
            batch_size=batch_size - len(found),
        ):
            if clip not in found:
                found.append(clip)
        if len(found) == batch_size:
            break
    return found


async def select_words(transaction: Transaction, text: str) -> list[Word]:
    """The words of a text, in their order."""
    return await transaction.all(Word, _SQL["select_words"], words=text)


async def select_totals(transaction: Transaction, scope: Scope) -> Totals:
    """The numbers of everything that may be shown."""
    found = await transaction.one(Totals, _SQL["select_totals"], **_scoped(scope))
    assert found is not None  # noqa: S101 -- an aggregate has a row
    return found


async def select_top_authors(transaction: Transaction, scope: Scope) -> list[Top]:
    """Who posted most, the first five."""
    return await transaction.all(Top, _SQL["select_top_authors"], **_scoped(scope), batch_size=_TOP)


async def select_top_games(transaction: Transaction, scope: Scope) -> list[Top]:
    """The games with most clips, the first five."""
    return await transaction.all(Top, _SQL["select_top_games"], **_scoped(scope), batch_size=_TOP)


async def select_games(transaction: Transaction, scope: Scope, typed: str) -> list[str]:
    """Names of games that contain what somebody has typed so far."""
    found = await transaction.all(
        _Game,
        _SQL["select_games"],
        **_scoped(scope),
        typed=typed,
        batch_size=_MOST_SUGGESTIONS,
    )
    return [row.game for row in found]


async def select_threads(transaction: Transaction, guild_id: GuildId) -> list[models.StoredThread]:
    """All threads of a guild that a sync, a scan or a saved clip has met, and that are there."""
    return await transaction.all(models.StoredThread, _SQL["select_threads"], guild_id=guild_id)


async def select_progress(transaction: Transaction, scope: Scope) -> Progress:
    """How much of these channels' history is known."""
    found = await transaction.one(
        Progress,
        _SQL["select_progress"],
        guild_id=scope.guild_id,
        channel_ids=list(scope.channel_ids),
    )
    assert found is not None  # noqa: S101 -- the query always has a row
    return found


def _scoped(scope: Scope) -> dict[str, object]:
    return {
        "guild_id": scope.guild_id,
        "channel_ids": list(scope.channel_ids),
        "viewer_id": scope.viewer_id,
    }


async def _select(
    transaction: Transaction,
    scope: Scope,
    search: Search,
    *,
    rank: str,
    descending: bool,
    place: Place | None,
    batch_size: int,
) -> list[FoundClip]:
    words, frequent_words = await _sorted_words(transaction, search.text)
    if words and rank == "length":
        await transaction.execute(_SQL["expect_no_cache"])
    return await transaction.all(
        FoundClip,
        _SQL["select_clips"],
        **_scoped(scope),
        words=words,
        frequent_words=frequent_words,
        author_id=search.author_id,
        participant_id=search.participant_id,
        game=search.game or None,
        first_id=_first_id(search.after),
        end_id=_first_id(search.before),
        rank=rank,
        descending=descending,
        place_rank=place.seconds if place else None,
        place_message_id=place.message_id if place else None,
        place_attachment_id=place.attachment_id if place else None,
        batch_size=batch_size,
    )


async def _sorted_words(transaction: Transaction, text: str) -> tuple[str | None, str | None]:
    """The words to find clips by, and those to sift them by."""
    whole = " ".join(text.split()[:_MOST_WORDS])
    if not whole or whole.isalnum():
        return whole or None, None
    words = await select_words(transaction, whole)
    frequent = [each.word for each in words if each.is_frequent]
    others = [each.word for each in words if not each.is_frequent]
    if not frequent or not others:
        return whole, None
    return " ".join(others), " ".join(frequent)


def _first_id(day: date | None) -> int | None:
    """The least id that a message of a day or later can have."""
    return None if day is None else snowflakes.least_at(searches.start_of(day))
