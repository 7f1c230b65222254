"""A search on its way through a custom_id: it comes back as it was, or not at all."""

import base64
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared import searches
from functions.shared.searches import Place, Search

BIGINT = (1 << 63) - 1
ids = st.none() | st.integers(0, BIGINT)
texts = st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]),
    max_size=searches.LONGEST_TEXT,
)
days = st.none() | st.dates(date(2015, 1, 1), date(2100, 1, 1))
all_searches = st.builds(
    Search,
    text=texts,
    channel_id=ids,
    author_id=ids,
    participant_id=ids,
    game=texts,
    after=days,
    before=days,
    sort=st.sampled_from(searches.SORTS),
)
places = st.builds(
    Place,
    message_id=st.integers(0, BIGINT),
    attachment_id=st.integers(0, BIGINT),
    seconds=st.floats(0, 1e7),
    direction=st.sampled_from(["forwards", "backwards"]),
)


@given(search=all_searches, place=st.none() | places)
def test_a_search_and_a_place_come_back_as_they_were(search: Search, place: Place | None) -> None:
    packed = searches.pack(search, place)
    assert set(packed) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    found, at = searches.unpack(packed)
    assert found == search
    if place is not None and search.sort != "longest":
        # How long clips are means nothing where they are not sorted by it.
        place = Place(place.message_id, place.attachment_id, 0.0, place.direction)
    assert at == place


@given(given=st.text() | st.binary(max_size=60).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_anything_else_is_refused_or_means_what_it_says(given: str) -> None:
    try:
        search, place = searches.unpack(given)
    except searches.Unreadable:
        return
    assert searches.pack(search, place) == given


@pytest.mark.parametrize(
    "change",
    [
        "",
        "A",
        "!!!!",
        "ä" * 20,
        "A" * 100,
        "=" * 8,
        searches.pack(Search("ace")) + "=",
        searches.pack(Search("ace"))[:-3],
        base64.urlsafe_b64encode(b"\x03\x00\x00").decode(),
        base64.urlsafe_b64encode(b"\x00\x03\x00").decode(),
        base64.urlsafe_b64encode(b"\x04\x00" + b"\xff" * 8 + b"\x00").decode().rstrip("="),
        base64.urlsafe_b64encode(b"\x02\x01" + b"\x00" * 16 + b"\x7f\xf8" + b"\x00" * 7).decode(),
        base64.urlsafe_b64encode(b"\x00\x00a\x00b\x00c").decode(),
        base64.urlsafe_b64encode(b"\x00\x00\xff\x00").decode().rstrip("="),
        base64.urlsafe_b64encode(b"\x00\x00\x00" + b"a" * 101).decode().rstrip("="),
    ],
)
def test_forged_text_is_refused(change: str) -> None:
    with pytest.raises(searches.Unreadable):
        searches.unpack(change)


def test_what_most_people_search_for_fits_into_a_custom_id() -> None:
    place = Place(BIGINT, BIGINT, 12.5)
    usual: list[dict[str, Any]] = [
        {"text": "triple kill on the last round of ranked"},
        {"text": "ace clutch", "game": "Counter-Strike 2", "author_id": BIGINT},
        {"channel_id": BIGINT, "author_id": BIGINT, "participant_id": BIGINT, "text": "ace"},
    ]
    assert all(len(searches.pack(Search(**each), place)) <= 80 for each in usual)


def test_days_before_discord_and_far_away_are_the_nearest_that_can_be_told() -> None:
    packed = searches.pack(Search(after=date(1, 1, 1), before=date.max))
    assert searches.unpack(packed)[0] == Search(
        after=date(2015, 1, 1), before=date(2015, 1, 1) + timedelta(days=65_535)
    )
