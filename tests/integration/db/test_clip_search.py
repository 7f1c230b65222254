"""What a search finds, in which order, and what it never shows."""

import dataclasses
import re
from datetime import date
from typing import Any

import pytest

from functions.shared import models, snowflakes
from functions.shared.db import clip_search, queries
from functions.shared.db.clip_search import Scope
from functions.shared.db.connection import Database
from functions.shared.models import ChannelId, UserId
from functions.shared.searches import Direction, Place, Search
from tests.factories import ELSEWHERE, HERE, Rows

OPEN, ALSO_OPEN, CLOSED = ChannelId(10), ChannelId(11), ChannelId(12)
ADA, LINUS = UserId(5), UserId(6)
SCOPE = Scope(HERE, (OPEN, ALSO_OPEN), LINUS)
START = snowflakes.least_at(snowflakes.made_at(1 << 60).replace(hour=0, minute=0, second=0))
DAY = 86_400_000 << 22


@pytest.fixture(autouse=True)
def two_guilds(rows: Rows) -> None:
    for guild_id in (HERE, ELSEWHERE):
        rows.guild(guild_id)
    for channel_id in (OPEN, ALSO_OPEN, CLOSED):
        rows.channel(HERE, channel_id)
    rows.channel(ELSEWHERE, 20)
    clip(rows, 1, guild_id=ELSEWHERE, channel_id=20, game="Chess", message_text="ace elsewhere")


def clip(rows: Rows, number: int, **columns: Any) -> None:
    """The clip with this number, posted on the day with this number."""
    plain = {
        "guild_id": HERE,
        "channel_id": OPEN,
        "message_id": START + number * DAY,
        "attachment_id": number,
        "author_id": ADA,
        "author_name": "Ada",
        "filename": "clip.mp4",
    }
    rows.insert("clips", **plain | columns)


async def found(
    database: Database,
    search: Search = Search(),  # noqa: B008 -- frozen
    *,
    scope: Scope = SCOPE,
    place: Place | None = None,
    batch_size: int = 50,
) -> list[int]:
    async with database.transaction() as transaction:
        clips = await clip_search.select_clips(transaction, scope, search, place, batch_size)
    return [each.attachment_id for each in clips]


async def test_words_are_found_by_their_beginnings_wherever_they_stand(
    database: Database, rows: Rows
) -> None:
    clip(rows, 1, filename="ACE_final-cut.mp4")
    clip(rows, 2, title="An ace!")
    clip(rows, 3, game="Ace Combat")
    clip(rows, 4, author_name="ace.ventura")
    clip(rows, 5, message_text="what an acEphalous; save")
    clip(rows, 6, filename="place.mp4")
    clip(rows, 7, filename="Fähre_über_Straße.mp4")
    assert await found(database, Search("ace")) == [5, 4, 3, 2, 1]
    assert await found(database, Search("SAVE  ace")) == [5]
    assert await found(database, Search("fin ace")) == [1]
    assert await found(database, Search("final-c")) == [1]
    assert await found(database, Search("ace.vent")) == [4]
    assert await found(database, Search("über fähre straß")) == [7]


@pytest.mark.parametrize(
    "text",
    [
        "!!!", "'", "''", "\\", "a'b", ":*", "ace:*", "& | ! <-> ( )", "ace & !final", "%s %(x)s",
        "'; DROP TABLE clips; --", "\u202e", "🔥", "<->", "ä'ö", "1e5 1.5e+7 -3", "a" * 100,
        "x " * 50, "ace\nfinal", "http://x.y/z?q=1&b=2", "\ufeff", "%", "_", "$1",
    ],
)  # fmt: skip
async def test_no_text_breaks_a_search(database: Database, rows: Rows, text: str) -> None:
    clip(rows, 1, message_text=text)
    clip(rows, 2, message_text="something else")
    has_words = any(character.isalnum() for character in text)
    assert await found(database, Search(text)) == ([1] if has_words else [])


async def test_each_part_narrows_the_search(database: Database, rows: Rows) -> None:
    clip(rows, 1, game="Valorant", participant_ids=[ADA, LINUS], message_text="ace")
    clip(rows, 2, game="VALORANT", author_id=LINUS)
    clip(rows, 3, game="Valorant 2", channel_id=ALSO_OPEN, participant_ids=[LINUS])
    clip(rows, 4, author_id=None, author_name=None)
    expected: dict[Search, list[int]] = {
        Search(): [4, 3, 2, 1],
        Search(game="valorant"): [2, 1],
        Search(author_id=LINUS): [2],
        Search(participant_id=LINUS): [3, 1],
        Search("ace", participant_id=LINUS, game="Valorant", author_id=ADA): [1],
        Search("ace", author_id=LINUS): [],
        Search(after=day(2)): [4, 3, 2],
        Search(before=day(2)): [1],
        Search(after=day(2), before=day(4)): [3, 2],
        Search(after=day(4), before=day(2)): [],
    }
    assert {search: await found(database, search) for search in expected} == expected


def day(number: int) -> date:
    return snowflakes.made_at(START + number * DAY).date()


async def test_no_search_leaves_the_channels_that_are_open(database: Database, rows: Rows) -> None:
    clip(rows, 1, channel_id=CLOSED, game="Secret", message_text="ace", participant_ids=[ADA])
    for search in (
        Search(), Search("ace"), Search(game="Secret"), Search(game="Chess"), Search(author_id=ADA),
        Search(participant_id=ADA), Search(sort="longest"),
    ):  # fmt: skip
        assert await found(database, search) == []
    assert await found(database, scope=Scope(HERE, (ChannelId(20),), LINUS)) == []
    assert await found(database, scope=Scope(HERE, (), LINUS)) == []


async def test_hidden_clips_show_to_their_author_only(database: Database, rows: Rows) -> None:
    clip(rows, 1, hidden_at="now()")
    clip(rows, 2, author_id=None, hidden_at="now()")
    assert await found(database) == []
    assert await found(database, scope=dataclasses.replace(SCOPE, viewer_id=ADA)) == [1]


DIRECTIONS: tuple[Direction, Direction] = ("forwards", "backwards")
ORDERS = {"newest": [6, 5, 4, 3, 2, 1], "oldest": [1, 2, 3, 4, 5, 6], "longest": [2, 5, 4, 1, 6, 3]}


@pytest.mark.parametrize("sort", ORDERS)
async def test_pages_lead_through_all_results_and_back_without_gap_or_repeat(
    database: Database, rows: Rows, sort: Any
) -> None:
    seconds = {1: 7.5, 2: 99.25, 3: None, 4: 7.5, 5: 7.75, 6: 0.0}
    for number, length in seconds.items():
        clip(rows, number, duration_seconds=length)
    order, search = ORDERS[sort], Search(sort=sort)
    assert await found(database, search) == order
    for at, number in enumerate(order):
        for direction, expected in zip(
            DIRECTIONS, (order[at + 1 :], order[:at][::-1]), strict=True
        ):
            place = Place(START + number * DAY, number, seconds[number] or 0.0, direction)
            assert await found(database, search, place=place) == expected
            assert await found(database, search, place=place, batch_size=2) == expected[:2]


async def test_files_of_one_message_are_told_apart_by_a_place(
    database: Database, rows: Rows
) -> None:
    for number in (1, 2, 3):
        clip(rows, number, message_id=START)
    assert await found(database, place=Place(START, 2)) == [1]
    assert await found(database, place=Place(START, 2, 0.0, "backwards")) == [3]


async def test_chance_begins_anywhere_and_meets_each_clip_once(
    database: Database, rows: Rows
) -> None:
    for number in range(1, 8):
        clip(rows, number, attachment_id=number * 150_000)
    clip(rows, 8, channel_id=CLOSED)
    async with database.transaction() as transaction:
        for chance, first in ((0, 7), (300_000, 2), (300_001, 3), (1_000_002, 7), (49_997, 7)):
            clips = await clip_search.select_by_chance(transaction, SCOPE, Search(), chance, 20)
            assert sorted({each.attachment_id // 150_000 for each in clips}) == [*range(1, 8)]
            assert len(clips) == 7
            assert clips[0].attachment_id // 150_000 == first
        assert len(await clip_search.select_by_chance(transaction, SCOPE, Search(), 5, 3)) == 3


async def test_numbers_count_what_is_open_only(database: Database, rows: Rows) -> None:
    clip(rows, 1, game="Valorant", size=10, duration_seconds=1.5)
    clip(rows, 2, game="valorant", size=20, posted_at="2020-01-01T00:00:00Z")
    clip(rows, 3, game="Chess", author_id=LINUS, channel_id=ALSO_OPEN)
    clip(rows, 4, game="Secret", author_id=9, channel_id=CLOSED, size=1000)
    async with database.transaction() as transaction:
        totals = await clip_search.select_totals(transaction, SCOPE)
        authors = await clip_search.select_top_authors(transaction, SCOPE)
        games = await clip_search.select_top_games(transaction, SCOPE)
        empty = await clip_search.select_totals(transaction, Scope(HERE, (), LINUS))
    assert (totals.clips, totals.authors, totals.clips_of_month) == (3, 2, 2)
    assert (totals.seconds, totals.bytes) == (1.5, 30)
    assert totals.first_at is not None
    assert [(top.name, top.clips) for top in authors] == [("5", 2), ("6", 1)]
    assert [(top.name, top.clips) for top in games] == [("Valorant", 2), ("Chess", 1)]
    assert (empty.clips, empty.seconds, empty.first_at) == (0, 0, None)


async def test_games_complete_themselves_from_what_is_open(database: Database, rows: Rows) -> None:
    for number, game in enumerate(("Valorant", "valorant", "Elden Ring", "Ring Fit", None), 1):
        clip(rows, number, game=game)
    clip(rows, 9, game="Secret Ring", channel_id=CLOSED)
    clip(rows, 10, game="Ringworld", hidden_at="now()")

    async def suggested(typed: str) -> list[str]:
        async with database.transaction() as transaction:
            return await clip_search.select_games(transaction, SCOPE, typed)

    assert await suggested("RING") == ["Elden Ring", "Ring Fit"]
    assert [name.lower() for name in await suggested("")] == ["elden ring", "ring fit", "valorant"]
    assert await suggested("%") == []


async def test_the_threads_of_this_guild_are_listed_with_their_channels(
    database: Database, rows: Rows
) -> None:
    rows.channel(HERE, 30, type="private_thread", parent_id=OPEN, state="archived")
    rows.channel(HERE, 31, type="public_thread")
    rows.channel(ELSEWHERE, 32, type="public_thread", parent_id=20)
    async with database.transaction() as transaction:
        threads = await clip_search.select_threads(transaction, HERE)
    assert set(threads) == {
        models.StoredThread(ChannelId(30), "private_thread", OPEN),
        models.StoredThread(ChannelId(31), "public_thread", None),
    }


async def test_progress_tells_of_an_open_scan_and_since_when_all_was_read(
    database: Database, rows: Rows
) -> None:
    for channel_id, first, last in (
        (OPEN, 5, 9), (OPEN, 20, 40), (ALSO_OPEN, 30, 35), (CLOSED, 39, 40),
    ):  # fmt: skip
        rows.sql("INSERT INTO scan_coverage VALUES (%s, %s, %s, %s)", HERE, channel_id, first, last)
    rows.insert("guild_scans", guild_id=ELSEWHERE, status="running")
    rows.insert("guild_scans", guild_id=HERE, status="succeeded")
    async with database.transaction() as transaction:
        idle = await clip_search.select_progress(transaction, SCOPE)
        rows.insert("guild_scans", guild_id=HERE, status="running", results_seen=3, total_results=7)
        busy = await clip_search.select_progress(transaction, SCOPE)
        nothing = await clip_search.select_progress(transaction, Scope(HERE, (), LINUS))
    assert idle == clip_search.Progress(False, None, None, 30)  # noqa: FBT003 -- a row's value
    assert busy == clip_search.Progress(True, 3, 7, 30)  # noqa: FBT003 -- as above
    assert nothing.first_message_id is None


async def test_a_frequent_word_sifts_what_the_others_find(database: Database, rows: Rows) -> None:
    rows.sql(
        "INSERT INTO clips (guild_id, channel_id, message_id, attachment_id, author_id, filename)"
        " SELECT %s, %s, %s + id, id, %s, 'clip_' || id || '_of_' || id %% 7"
        "     || CASE WHEN id = 123 THEN '.mov' ELSE '.mp4' END"
        " FROM generate_series(1, 500) AS id",
        HERE,
        OPEN,
        START,
        ADA,
    )
    rows.sql("ANALYZE clips")
    async with database.transaction() as transaction:
        words = await clip_search.select_words(transaction, "Clip_456: of 3.MP4 nothing !")
    assert [(each.word, each.is_frequent) for each in words] == [
        ("Clip", True),
        ("456", False),
        ("of", True),
        ("3", True),
        ("MP4", True),
        ("nothing", False),
    ]
    assert await found(database, Search("clip_456_of_1.mp4")) == [456]
    assert await found(database, Search("mp4 123")) == []
    assert await found(database, Search("MOV 123 clip")) == [123]
    assert await found(database, Search("clip mov")) == [123]
    assert len(await found(database, Search("clip of"))) == 50
    # What statistics do not tell of is looked up as it is.
    rows.sql("UPDATE clips SET filename = 'new_' || filename WHERE attachment_id = 7")
    assert await found(database, Search("new clip")) == [7]


PLANS: dict[str, tuple[dict[str, Any], str]] = {
    "newest": ({}, "idx_clips_message"),
    "newest, later": ({"place_message_id": START, "place_attachment_id": 1}, "idx_clips_message"),
    "oldest": ({"descending": False}, "idx_clips_message"),
    "longest": ({"rank": "length"}, "idx_clips_length"),
    "longest, back": (
        {
            "rank": "length",
            "descending": False,
            "place_rank": 9.0,
            "place_message_id": START,
            "place_attachment_id": 1,
        },
        "idx_clips_length",
    ),
    "chance": (
        {
            "rank": "chance",
            "descending": False,
            "place_rank": 9.0,
            "place_message_id": 0,
            "place_attachment_id": 0,
        },
        "idx_clips_chance",
    ),
    "author": ({"author_id": 50}, "idx_clips_author"),
    "game": ({"game": "game 7"}, "idx_clips_game"),
    "rare word": ({"words": "word77"}, "idx_clips_document"),
    "common word": ({"words": "clip"}, "idx_clips_message"),
    "rare word, sifted by common ones": (
        {"words": "word77", "frequent_words": "clip mp4"},
        r"Filter: .*ts_match_vq(?s:.*)Bitmap Index Scan on idx_clips_document.*\n.*'word77'",
    ),
    "participant": ({"participant_id": 50}, "idx_clips_participants"),
    "one channel": ({"channel_ids": [OPEN]}, "clips_pkey|idx_clips_message|idx_clips_channel"),
}
UNGIVEN = (
    "words", "frequent_words", "author_id", "participant_id", "game", "first_id", "end_id",
    "place_rank", "place_message_id", "place_attachment_id",
)  # fmt: skip


def test_every_kind_of_search_reads_the_index_that_suits_it(rows: Rows) -> None:
    rows.sql(
        "INSERT INTO clips (guild_id, channel_id, message_id, attachment_id, author_id, filename,"
        "                   duration_seconds, game, message_text, participant_ids)"
        " SELECT %s, 10 + id %% 3, %s + id, id, id %% 500, 'clip.mp4', id %% 300,"
        "        'game ' || id %% 400, 'word' || id, ARRAY[id %% 700]"
        " FROM generate_series(1, 20000) AS id",
        HERE,
        START,
    )
    rows.sql("VACUUM ANALYZE clips")
    plain = dict.fromkeys(UNGIVEN) | {
        "guild_id": HERE, "channel_ids": [OPEN, ALSO_OPEN], "viewer_id": LINUS, "rank": "none",
        "descending": True, "batch_size": 10,
    }  # fmt: skip
    explained = b"EXPLAIN " + queries.load("clip_search")["select_clips"].sql
    for name, (given, index) in PLANS.items():
        values = plain | given
        lines = rows.connection.execute(explained, values).fetchall()
        plan = "\n".join(line for (line,) in lines)
        assert "Seq Scan" not in plan, f"{name}\n{plan}"
        assert re.search(index, plan), f"{name}\n{plan}"
