"""Pages of clips for one viewer: authorised, searched, and read again, each time from the start."""

import dataclasses
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar

from functions.shared import errors
from functions.shared.catalogue import access, truth
from functions.shared.catalogue.access_reader import AccessReader, KnownMember
from functions.shared.catalogue.truth import LinkedClip
from functions.shared.catalogue.visit import Visit
from functions.shared.db import clip_search
from functions.shared.db.clip_search import FoundClip, Progress, Scope
from functions.shared.db.connection import Database
from functions.shared.discord.client import DiscordClient
from functions.shared.models import ChannelId, GuildId
from functions.shared.searches import Direction, Place, Search

PER_PAGE: Final = 5
_BATCH: Final = 2 * PER_PAGE + 1
"""Some to replace those that turn out to be gone, and one to tell whether there is more."""
_MOST_ROUNDS: Final = 6
_CHANCES: Final = 25
"""Few clips are drawn from all at once, so that each of them is as likely."""
_MOST_DRAWS: Final = 3
_MOST_VISITS: Final = 2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, where.

    Attributes:
        channel_id: The channel the command was used in; for a thread, the channel above it.
    """

    guild_id: GuildId
    member: KnownMember
    channel_id: ChannelId | None


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown.

    Attributes:
        before: Where the page before it ends; None on the first page.
        after: Where the next page begins; None on the last page.
        doubtful: How many clips were left out because Discord did not tell whether they are there.
        progress: Why there may be nothing; only if there is nothing.
    """

    clips: tuple[LinkedClip, ...]
    before: Place | None = None
    after: Place | None = None
    doubtful: int = 0
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a server's clips amount to, for somebody."""

    totals: clip_search.Totals
    authors: tuple[clip_search.Top, ...]
    games: tuple[clip_search.Top, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The catalogue, with what it is read from."""

    discord: DiscordClient
    database: Database
    reader: AccessReader

    async def search(self, request: Request, search: Search, place: Place | None) -> Page:
        """A page of a search: the first one, or what is next to a place.

        Raises:
            DiscordError: what somebody may see could not be read.
            OutdatedAccess: it was read too long ago by the time that the page was there.
            DatabaseError: the clips could not be.
        """
        return await self._while_current(
            request, search.channel_id, lambda visit: self._search(visit, search, place)
        )

    async def by_chance(self, request: Request, search: Search) -> Page:
        """One clip of a search, any; raises what `search` does."""
        return await self._while_current(
            request, search.channel_id, lambda visit: self._by_chance(visit, search)
        )

    async def numbers(self, request: Request) -> Numbers:
        """Numbers of all clips in channels and threads that are open to somebody.

        Private threads do not count: each would take a request. Raises what `search` does.
        """
        return await self._while_current(request, None, self._numbers)

    async def games(self, request: Request, typed: str) -> list[str]:
        """Names of games that contain what somebody has typed so far, private threads aside.

        Raises what `search` does.
        """
        return await self._while_current(request, None, lambda visit: self._games(visit, typed))

    async def _while_current(
        self,
        request: Request,
        channel_id: int | None,
        look: Callable[[Visit], Awaitable[T]],
    ) -> T:
        """Look at what somebody may see, and if that took too long, once more from the start."""
        for _ in range(_MOST_VISITS):
            visit = await self._visit(request, channel_id)
            seen = await look(visit)
            if self.reader.is_current(visit.as_of):
                return seen
        raise errors.OutdatedAccess

    async def _search(self, visit: Visit, search: Search, place: Place | None) -> Page:
        walk = _Walk(place)
        for rounds_left in reversed(range(_MOST_ROUNDS)):
            if not rounds_left:
                # Where the page ends is told by its buttons: not by a clip that may be closed.
                visit.close_unasked()
            async with self.database.transaction() as transaction:
                found = await clip_search.select_clips(
                    transaction, visit.scope, search, walk.place, _BATCH
                )
            await self._take(visit, walk, found)
            if walk.is_done:
                break
        page = _turned(walk, place)
        if page.clips:
            return page
        return dataclasses.replace(page, progress=await self._progress(visit, search))

    async def _by_chance(self, visit: Visit, search: Search) -> Page:
        doubtful = 0
        for _ in range(_MOST_DRAWS):
            async with self.database.transaction() as transaction:
                found = await clip_search.select_by_chance(
                    transaction,
                    visit.scope,
                    search,
                    chance=secrets.randbelow(clip_search.CHANCES),
                    batch_size=_CHANCES,
                )
            drawn = await visit.allowed(secrets.SystemRandom().sample(found, len(found)))
            for clip in drawn[:_MOST_ROUNDS]:
                checked = await self._check(visit, [clip])
                doubtful += checked.doubtful
                if checked.linked:
                    return Page(checked.linked, doubtful=doubtful)
            if not found:
                break
        return Page((), doubtful=doubtful, progress=await self._progress(visit, search))

    async def _numbers(self, visit: Visit) -> Numbers:
        scope = dataclasses.replace(visit.scope, channel_ids=sorted(visit.access.open_ids))
        async with self.database.transaction() as transaction:
            return Numbers(
                await clip_search.select_totals(transaction, scope),
                tuple(await clip_search.select_top_authors(transaction, scope)),
                tuple(await clip_search.select_top_games(transaction, scope)),
            )

    async def _games(self, visit: Visit, typed: str) -> list[str]:
        scope = dataclasses.replace(visit.scope, channel_ids=sorted(visit.access.open_ids))
        async with self.database.transaction() as transaction:
            return await clip_search.select_games(transaction, scope, typed)

    async def _visit(self, request: Request, channel_id: int | None) -> Visit:
        """Find out what somebody may see now, in the whole guild or below one channel."""
        known = await self.reader.snapshot(request.guild_id)
        known_member = await self.reader.member(request.guild_id, request.member)
        snapshot, member = known.value, known_member.value
        seen, wanted = access.Access(), None
        if member is not None:
            async with self.database.transaction() as transaction:
                threads = await clip_search.select_threads(transaction, request.guild_id)
            viewer = access.Viewer(member, request.channel_id)
            seen = access.of_viewer(snapshot, viewer, threads, datetime.now(UTC))
            if channel_id is not None:
                wanted = access.within(snapshot, threads, channel_id)
        viewer_id = request.member.member.user_id
        channel_ids = [each for each in seen.all_ids if wanted is None or each in wanted]
        scope = Scope(request.guild_id, channel_ids, viewer_id)
        as_of = min(known.as_of, known_member.as_of)
        return Visit(seen, scope, as_of, lambda threads: self.reader.joined(viewer_id, threads))

    async def _take(self, visit: Visit, walk: "_Walk", found: Sequence[FoundClip]) -> None:
        """Add to a page what may be shown of some results, and is still there."""
        allowed = await visit.allowed(found)
        examined, rest = allowed[: walk.wanted], allowed[walk.wanted :]
        checked = await self._check(visit, examined)
        walk.clips += checked.linked
        walk.doubtful += checked.doubtful
        walk.has_more = bool(rest) or len(found) == _BATCH
        walk.is_done = (not walk.wanted and bool(rest)) or not walk.has_more
        if last := examined[-1:] if rest else found[-1:]:
            walk.place = _place(last[0], walk.direction)

    async def _progress(self, visit: Visit, search: Search) -> Progress:
        """How much was read of what they may see for certain, and of a thread they asked for."""
        if search.channel_id is not None:
            await visit.ask([ChannelId(search.channel_id)])
        visit.close_unasked()
        async with self.database.transaction() as transaction:
            return await clip_search.select_progress(transaction, visit.scope)

    async def _check(self, visit: Visit, clips: Sequence[FoundClip]) -> truth.Truth:
        checked = await truth.check(self.discord, clips)
        await truth.keep(self.database, visit.scope.guild_id, checked)
        visit.close(checked.closed_ids)
        return checked


@dataclass(slots=True)
class _Walk:
    """A page as it fills.

    Attributes:
        place: Up to where the results were looked at.
        has_more: Whether there may be results beyond the page.
        is_done: Whether it needs no further results.
    """

    place: Place | None
    clips: list[LinkedClip] = field(default_factory=list)
    doubtful: int = 0
    has_more: bool = True
    is_done: bool = False

    @property
    def direction(self) -> Direction:
        """Where it walks."""
        return self.place.direction if self.place else "forwards"

    @property
    def wanted(self) -> int:
        """How many clips the page still has room for."""
        return PER_PAGE - len(self.clips)


def _turned(walk: _Walk, search_place: Place | None) -> Page:
    """The page that a walk from a place made, in the order of the search."""
    clips = tuple(walk.clips)
    beyond = walk.place if walk.has_more else None
    if walk.direction == "backwards":
        clips = clips[::-1]
        return Page(clips, beyond, _edge(clips[-1:], search_place, "forwards"), walk.doubtful)
    return Page(clips, _edge(clips[:1], search_place, "backwards"), beyond, walk.doubtful)


def _edge(
    outermost: Sequence[LinkedClip], search_place: Place | None, direction: Direction
) -> Place | None:
    """Where the page begins from which the walk came; None if it began with the first result."""
    if search_place is None:
        return None
    if not outermost:
        return dataclasses.replace(search_place, direction=direction)
    return _place(outermost[0].clip, direction)


def _place(clip: FoundClip, direction: Direction) -> Place:
    return Place(clip.message_id, clip.attachment_id, clip.rank, direction)
