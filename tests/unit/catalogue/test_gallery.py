"""Messages of clips: within Discord's limits, whatever people call their files."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from clipsaver.emulator import component_rules
from clipsaver.emulator.problems import FormErrors
from functions.shared import durations, searches, texts
from functions.shared.catalogue import gallery
from functions.shared.catalogue.pages import Numbers, Page
from functions.shared.catalogue.truth import LinkedClip
from functions.shared.db.clip_search import FoundClip, Progress, Top, Totals
from functions.shared.models import ChannelId, GuildId, MessageId, UserId
from functions.shared.searches import Place, Search

BIGINT = (1 << 63) - 1
HERE = GuildId(BIGINT)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
anything = st.text(max_size=1_000) | st.sampled_from(["*" * 1_000, "_" * 90, "\n" * 9, "<@1>" * 99])
clips = st.builds(
    FoundClip,
    channel_id=st.just(ChannelId(BIGINT)),
    message_id=st.just(MessageId(BIGINT)),
    attachment_id=st.just(BIGINT),
    author_id=st.none() | st.just(UserId(BIGINT)),
    author_name=st.none() | anything,
    message_text=st.none() | anything,
    filename=anything,
    title=st.none() | anything,
    duration_seconds=st.none() | st.floats(0, 1e7),
    is_spoiler=st.booleans(),
    is_forward=st.booleans(),
    participant_ids=st.lists(st.just(UserId(BIGINT - 1)), max_size=30),
    game=st.none() | anything,
    posted_at=st.just(NOW),
    is_hidden=st.booleans(),
    rank=st.just(0.0),
)
before = st.none() | st.just(Place(BIGINT, BIGINT, 1e6, "backwards"))
after = st.none() | st.just(Place(BIGINT, BIGINT, 1e6))
linked = st.builds(LinkedClip, clips, st.just("https://cdn.example/" + "x" * 300))
progress = st.builds(
    Progress,
    is_scanning=st.booleans(),
    results_seen=st.none() | st.just(7),
    total_results=st.none() | st.just(9),
    first_message_id=st.none() | st.just(1 << 60),
)
pages = st.builds(
    Page,
    clips=st.lists(linked, max_size=5).map(tuple),
    before=before,
    after=after,
    doubtful=st.integers(0, 99),
    progress=st.none() | progress,
)
some_searches = st.builds(
    Search,
    text=st.text(max_size=searches.LONGEST_TEXT),
    channel_id=st.none() | st.just(BIGINT),
    author_id=st.none() | st.just(BIGINT),
    participant_id=st.none() | st.just(BIGINT),
    game=st.text(max_size=searches.LONGEST_TEXT),
    after=st.none() | st.just(date(2026, 1, 1)),
    before=st.none() | st.just(date(2026, 1, 2)),
    sort=st.sampled_from(searches.SORTS),
)
languages = st.sampled_from(texts.LANGUAGES)


def check(content: Any) -> None:
    """By the rules of the local Discord."""
    form = FormErrors()
    component_rules.check_message(form, list(content["components"]), is_v2=True)
    form.check()
    assert content["flags"] == 1 << 15


@given(search=some_searches, page=pages, language=languages)
def test_a_page_keeps_discords_limits(search: Search, page: Page, language: str) -> None:
    words = texts.of(language)
    check(gallery.of_search(HERE, search, page, words))
    check(gallery.of_chance(HERE, search, page, words))


@given(
    listed=st.lists(st.builds(Top, anything, st.integers(0, 10**9)), max_size=5).map(tuple),
    clips=st.integers(0, 10**9),
    language=languages,
)
def test_numbers_keep_discords_limits(listed: Any, clips: int, language: str) -> None:
    totals = Totals(clips, clips, clips, 1e12, 1 << 60, NOW)
    authors = tuple(Top(str(BIGINT), top.clips) for top in listed)
    check(gallery.of_numbers(Numbers(totals, authors, listed), texts.of(language)))


def test_lengths_are_shown_as_players_show_them() -> None:
    shown = {seconds: durations.shown(seconds) for seconds in (0.4, 7, 59.6, 750, 3723)}
    assert shown == {0.4: "0:00", 7: "0:07", 59.6: "1:00", 750: "12:30", 3723: "1:02:03"}


def test_a_sentence_alone_can_replace_a_page() -> None:
    content = gallery.told("Gone.")
    check(content)
    assert [each["content"] for each in content["components"]] == ["Gone."]
