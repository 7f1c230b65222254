"""A search over a million clips of one guild, for members who see 300 of its 500 channels.

Another guild has as many, and the same words in them.
"""

import asyncio
import hashlib
import random
import time
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

import psycopg

from benchmarks import clip_catalogue
from benchmarks.figures import Figure
from benchmarks.report import Report
from clipsaver.local.postgres import Postgres
from functions.deploy import migrations
from functions.shared import models
from functions.shared.db import clip_search
from functions.shared.db.clip_search import Scope
from functions.shared.db.connection import Database
from functions.shared.models import ChannelId, UserId
from functions.shared.searches import Place, Search

if TYPE_CHECKING:
    from collections.abc import Callable

_DATABASE: Final = "clip_saver"
_OPEN_CHANNELS: Final = 300
_ROUNDS: Final = 40
_BATCH: Final = 12
_BUDGET_MS: Final = 50.0
_PERCENTILES: Final = 100
_MILLISECONDS: Final = 1000


class _Asker:
    """Makes up searches, the same in each run."""

    def __init__(self) -> None:
        self._random = random.Random(0)  # noqa: S311 -- to be repeatable
        self._channels = clip_catalogue.channel_ids(clip_catalogue.HERE)
        self.kinds: dict[str, Callable[[], tuple[Search, Place | None]]] = {
            "no text": lambda: (Search(), None),
            "no text, a later page": lambda: (Search(), self._place()),
            "oldest, a later page": lambda: (Search(sort="oldest"), self._place()),
            "longest": lambda: (Search(sort="longest"), None),
            "longest, a later page": lambda: (Search(sort="longest"), self._place()),
            "a common word": lambda: (Search("highlight"), None),
            "a word": lambda: (Search(self._word(4)), None),
            "a rare word": lambda: (Search(self._word(1)), None),
            "the beginning of a word": lambda: (Search(self._word(3)[:3]), None),
            "a file's name": lambda: (Search(f"clip_{self._random.randrange(10**6)}.mp4"), None),
            "two words": lambda: (Search(f"{self._word(4)} {self._word(4)}"), None),
            "a word, longest": lambda: (Search(self._word(4), sort="longest"), None),
            "a word, a later page": lambda: (Search(self._word(4)), self._place()),
            "an author": lambda: (Search(author_id=self._user()), None),
            "a participant": lambda: (Search(participant_id=self._user()), None),
            "a game": lambda: (Search(game=self._game()), None),
            "a game and an author": lambda: (
                Search(game=self._game(), author_id=self._user()),
                None,
            ),
            "a game, a participant and a word": lambda: (
                Search("highlight", game=self._game(), participant_id=self._user()),
                None,
            ),
            "a channel and a word": lambda: (
                Search(self._word(4), channel_id=self._channel()),
                None,
            ),
        }

    def scope(self, search: Search) -> Scope:
        """Somebody, and what is open to them of what they search."""
        channels = self._random.sample(self._channels, _OPEN_CHANNELS)
        if search.channel_id is not None:
            channels = [ChannelId(search.channel_id)]
        return Scope(clip_catalogue.HERE, channels, UserId(self._user()))

    def _word(self, power: int) -> str:
        number = int(clip_catalogue.WORDS * self._random.random() ** power)
        digest = hashlib.md5(str(number).encode(), usedforsecurity=False)
        return digest.hexdigest()[:7]

    def _user(self) -> int:
        number = int(clip_catalogue.AUTHORS * self._random.random() ** 3)
        return clip_catalogue.FIRST_AUTHOR + number

    def _game(self) -> str:
        return f"game {int(clip_catalogue.GAMES * self._random.random() ** 2)}"

    def _channel(self) -> int:
        return self._random.choice(self._channels)

    def _place(self) -> Place:
        number = self._random.randrange(clip_catalogue.CLIPS)
        message_id = clip_catalogue.FIRST_MESSAGE + number * clip_catalogue.MESSAGE_STEP
        return Place(models.MessageId(message_id), 0, 5 + 100 * self._random.random() ** 2)


def run(report: Report) -> None:
    """Search again and again, in turns over all kinds."""
    with Postgres() as postgres:
        postgres.create_database(_DATABASE)
        url = postgres.url(_DATABASE)
        migrations.upgrade(url)
        report.say(f"[dim]· inserting {clip_catalogue.CLIPS:,} clips of each of two servers[/]")
        with psycopg.connect(url, autocommit=True) as connection:
            clip_catalogue.fill(connection)
        times = asyncio.run(_measure(report, url))
    everything = [seconds for measured in times.values() for seconds in measured]
    figures = [_figure("all of them, 95th percentile", _p95(everything), _BUDGET_MS)]
    figures += [_figure("all of them, median", median(everything))]
    figures += [_figure(f"{kind}, 95th percentile", _p95(each)) for kind, each in times.items()]
    report.table(f"search, {clip_catalogue.CLIPS:,} clips", figures)


async def _measure(report: Report, url: str) -> dict[str, list[float]]:
    """Seconds of each search, by kind; the first round warms the caches and does not count."""
    asker = _Asker()
    database = Database(
        url,
        application_name="clip-saver bench",
        connect_seconds=5,
        transaction_seconds=60,
        slow_statement_ms=60_000,
    )
    times: dict[str, list[float]] = {kind: [] for kind in asker.kinds}
    with report.stage("searching", _ROUNDS) as advance:
        for turn in range(_ROUNDS + 1):
            for kind, ask in asker.kinds.items():
                search, place = ask()
                scope = asker.scope(search)
                async with database.transaction() as transaction:
                    started = time.perf_counter()
                    await clip_search.select_clips(transaction, scope, search, place, _BATCH)
                    taken = time.perf_counter() - started
                if turn:
                    times[kind].append(taken)
            advance(turn)
    await database.close()
    return times


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=_PERCENTILES)[94]


def _figure(what: str, seconds: float, budget: float | None = None) -> Figure:
    return Figure(what=what, measured=seconds * _MILLISECONDS, unit="ms", budget=budget)
