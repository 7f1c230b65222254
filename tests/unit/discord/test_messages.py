"""Messages and their files, as Discord sends them and as it should not."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared import errors
from functions.shared.discord import messages

ROUTE = "GET /somewhere"
FILE: dict[str, Any] = {"id": "9", "filename": "ace.mp4", "size": 7, "url": "https://cdn/ace"}
MESSAGE: dict[str, Any] = {
    "id": "8",
    "channel_id": "20",
    "author": {"id": "5", "username": "ada"},
    "content": "gg",
    "attachments": [FILE],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OPTIONAL = (
    "title",
    "content_type",
    "width",
    "height",
    "duration_secs",
    "placeholder",
    "flags",
    "clip_created_at",
    "clip_participants",
    "application",
    "url",
)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("look at this\nheadshot", None),
        ("kills\tdeaths", None),
        ("windows\r\nlines", "windows \nlines"),
        ("a\x0bb\x85c\x1dd", "a b c d"),
        ("nul\x00, bell\x07, lone \ud83d", "nul, bell, lone "),
    ],
)
def test_the_words_of_a_text_stay_apart(sent: str, kept: str | None) -> None:
    content = messages.message(MESSAGE | {"content": sent}, ROUTE).content
    assert content == (sent if kept is None else kept)


@given(st.text(st.characters(exclude_categories=())))
def test_every_text_can_be_stored(text: str) -> None:
    content = messages.message(MESSAGE | {"content": text}, ROUTE).content
    assert "\x00" not in content
    content.encode()


def test_a_native_clip_is_read_whole() -> None:
    taken = "2026-11-23T14:42:53.064000+00:00"
    clip = messages.attachment(
        FILE
        | {
            "flags": 1,
            "width": 1920,
            "height": 1080,
            "duration_secs": 29.5,
            "clip_created_at": taken,
            "clip_participants": [{"id": "5", "username": "ada"}, {"id": "6"}],
            "application": {"id": "77", "name": "Arena"},
        },
        ROUTE,
    )
    assert (clip.is_native_clip, clip.participant_ids) == (True, (5, 6))
    assert (clip.game_id, clip.game) == (77, "Arena")
    assert clip.clip_created_at == datetime(2026, 11, 23, 14, 42, 53, 64000, UTC)
    assert (clip.width, clip.height, clip.duration_seconds) == (1920, 1080, 29.5)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("application", {"id": "77"}),
        ("application", {"name": "Arena"}),
        ("application", "Arena"),
        ("clip_created_at", "yesterday"),
        ("clip_created_at", 5),
        ("width", 1920.5),
        ("width", -1),
        ("height", 3_000_000_000),
        ("clip_participants", "ada"),
        ("flags", "1"),
        ("title", 5),
        ("content_type", []),
        ("placeholder", {}),
        ("duration_secs", math.inf),
        ("url", 5),
    ],
)
def test_an_odd_detail_does_not_cost_the_file(key: str, value: object) -> None:
    (clip,) = messages.message(MESSAGE | {"attachments": [FILE | {key: value}]}, ROUTE).attachments
    assert (clip.id, clip.filename, clip.size) == (9, "ace.mp4", 7)


def test_what_is_told_of_a_game_is_kept_as_far_as_it_makes_sense() -> None:
    clip = messages.attachment(FILE | {"application": {"id": "77", "name": None}}, ROUTE)
    assert (clip.game_id, clip.game) == (77, None)
    clip = messages.attachment(FILE | {"application": {"id": "x", "name": "Arena"}}, ROUTE)
    assert (clip.game_id, clip.game) == (None, "Arena")


def test_an_odd_participant_does_not_cost_the_others() -> None:
    people = [{"id": "5"}, {"username": "x"}, None, "6", {"id": "7"}]
    assert messages.attachment(FILE | {"clip_participants": people}, ROUTE).participant_ids == (
        5,
        7,
    )


@given(st.dictionaries(st.sampled_from(OPTIONAL), JSON))
def test_no_detail_whatever_costs_the_file(details: dict[str, object]) -> None:
    clip = messages.attachment(FILE | details, ROUTE)
    for pixels in (clip.width, clip.height):
        assert pixels is None or 0 <= pixels < 1 << 31


@pytest.mark.parametrize("missing", ["id", "filename", "size"])
def test_a_file_that_cannot_be_told_does_not_cost_the_others(
    missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    broken = {key: value for key, value in FILE.items() if key != missing}
    read = messages.message(MESSAGE | {"attachments": [broken, FILE]}, ROUTE)
    assert [each.id for each in read.attachments] == [9]
    assert not read.has_all_files
    (record,) = caplog.records
    assert "message 8" in record.getMessage()


@pytest.mark.parametrize(
    ("size", "makes_sense"),
    [
        (-1, False),
        (0, True),
        ((1 << 63) - 1, True),
        (1 << 63, False),
    ],
)
def test_a_file_has_a_size_that_can_be_stored(size: int, *, makes_sense: bool) -> None:
    read = messages.message(MESSAGE | {"attachments": [FILE | {"size": size}]}, ROUTE)
    assert [each.size for each in read.attachments] == [size] * makes_sense
    assert read.has_all_files is makes_sense


def test_a_message_that_is_read_whole_has_all_files() -> None:
    assert messages.message(MESSAGE, ROUTE).has_all_files


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ({"id": "5", "username": "ada", "global_name": "Ada"}, "Ada"),
        ({"id": "5", "username": "ada", "global_name": None}, "ada"),
        ({"id": "5", "username": "ada", "global_name": 5}, "ada"),
        ({"id": "5"}, None),
    ],
)
def test_an_author_may_have_no_name(author: dict[str, object], name: str | None) -> None:
    assert messages.message(MESSAGE | {"author": author}, ROUTE).author_name == name


@pytest.mark.parametrize("key", ["id", "channel_id", "author"])
def test_what_a_message_must_have_is_missed(key: str) -> None:
    with pytest.raises(errors.UnexpectedPayload):
        messages.message({name: MESSAGE[name] for name in MESSAGE if name != key}, ROUTE)


def test_a_forward_is_what_it_carries() -> None:
    carried = {"content": "first\nline", "attachments": [FILE]}
    empty = {"content": "", "attachments": [], "message_snapshots": [{"message": carried}]}
    read = messages.message(MESSAGE | empty, ROUTE)
    assert read.is_forward
    assert (read.content, [each.id for each in read.attachments]) == ("first\nline", [9])
