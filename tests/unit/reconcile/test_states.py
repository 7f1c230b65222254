"""A channel's state, row by row of the table in `functions/shared/reconcile/rows.py`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.shared import models
from functions.shared.models import ChannelId, Permission
from functions.shared.reconcile.observation import ProbeOutcome, Stored
from tests.unit.reconcile.sides import (
    NOW,
    READ,
    VIEW,
    after,
    channel,
    denied,
    kinds,
    observe,
    plan,
    row,
    stored_as,
    thread,
)

CLIPS = channel(1)
OTHER = channel(2)
LATER = NOW + timedelta(hours=1)
STATES: tuple[models.ChannelState, ...] = ("visible", "hidden", "deleted", "unknown")


def stored_in(state: models.ChannelState, permissions: int = READ) -> Stored:
    """CLIPS and OTHER, with CLIPS in a state."""
    stored = stored_as(observe(CLIPS, OTHER))
    probed_at = NOW if state == "hidden" else None
    clips = replace(row(stored, 1), state=state, permissions=permissions, probed_at=probed_at)
    return replace(stored, channels=(clips, row(stored, 2)))


@pytest.mark.parametrize("state", STATES)
def test_a_listed_channel_that_the_bot_may_view_is_visible_whatever_it_was(
    state: models.ChannelState,
) -> None:
    stored = stored_in(state)
    made = plan(observe(CLIPS, OTHER), stored)
    clips = row(after(made, stored), 1)
    assert (clips.state, clips.permissions, clips.probed_at) == (
        "visible",
        READ | Permission.CONNECT,
        None,
    )
    assert kinds(made) == {1: "returned" if state != "visible" else "updated"}


@pytest.mark.parametrize("state", STATES)
def test_a_listed_channel_that_the_bot_may_not_view_is_hidden_whatever_it_was(
    state: models.ChannelState,
) -> None:
    stored = stored_in(state)
    made = plan(observe(replace(CLIPS, overwrites=denied()), OTHER), stored)
    clips = row(after(made, stored), 1)
    assert (clips.state, clips.permissions, clips.probed_at) == ("hidden", 0, None)


@pytest.mark.parametrize("state", ["visible", "hidden", "unknown"])
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("hidden", ("hidden", 0, NOW)),
        ("deleted", ("deleted", 0, NOW)),
        ("no answer", ("unknown", READ, None)),
        (CLIPS, ("visible", READ | Permission.CONNECT, NOW)),
        (replace(CLIPS, overwrites=denied()), ("hidden", 0, NOW)),
    ],
)
def test_a_missing_channel_is_what_its_probe_says_whatever_it_was(
    state: models.ChannelState, outcome: ProbeOutcome, expected: tuple[object, ...]
) -> None:
    stored = stored_in(state)
    made = plan(observe(OTHER), stored, {1: outcome})
    clips = row(after(made, stored), 1)
    assert (clips.state, clips.permissions, clips.probed_at) == expected
    assert row(after(made, stored), 2) == row(stored, 2)


@pytest.mark.parametrize("state", STATES)
def test_a_missing_channel_that_was_not_probed_stays_as_it_was(state: models.ChannelState) -> None:
    assert plan(observe(OTHER), stored_in(state)).channels == ()


def test_a_probe_with_the_same_outcome_is_no_news() -> None:
    made = plan(observe(OTHER), stored_in("hidden", 0), {1: "hidden"}, LATER)
    assert kinds(made) == {1: "probed"}
    assert not made.channels[0].lost_access


def test_a_channel_found_by_its_probe_brings_its_threads_along() -> None:
    stored = stored_as(observe(OTHER))
    young = thread(10, CLIPS)
    made = plan(observe(OTHER, threads=(young,)), stored, {1: CLIPS})
    assert row(after(made, stored), 10).state == "visible"


def test_an_active_thread_is_archived_when_it_is_missing_below_a_visible_parent() -> None:
    stored = stored_as(observe(CLIPS, threads=(thread(10, CLIPS),)))
    assert row(stored, 10).state == "visible"
    made = plan(observe(CLIPS), stored)
    assert kinds(made) == {10: "archived"}
    assert row(after(made, stored), 10).permissions == row(stored, 1).permissions


def test_an_archived_thread_follows_its_parents_permissions() -> None:
    old = thread(10, CLIPS)
    stored = stored_as(observe(CLIPS, threads=(old,)))
    stored = after(plan(observe(CLIPS), stored), stored)
    unread = replace(CLIPS, overwrites=denied(int(Permission.READ_MESSAGE_HISTORY)))
    stored = after(plan(observe(unread), stored), stored)
    assert row(stored, 10).state == "archived"
    assert row(stored, 10).permissions == VIEW | Permission.CONNECT


@pytest.mark.parametrize("outcome", ["hidden", "deleted"])
def test_a_thread_goes_into_hiding_with_its_parent(outcome: ProbeOutcome) -> None:
    stored = stored_as(observe(CLIPS, OTHER, threads=(thread(10, CLIPS), thread(20, OTHER))))
    made = plan(observe(OTHER, threads=(thread(20, OTHER),)), stored, {1: outcome})
    assert kinds(made) == {1: outcome, 10: "hidden"}
    assert row(after(made, stored), 10).permissions == 0


def test_a_thread_stays_as_it_was_while_its_parent_is_unknown() -> None:
    stored = stored_as(observe(CLIPS, threads=(thread(10, CLIPS),)))
    assert kinds(plan(observe(), stored, {1: "no answer"})) == {1: "unknown"}


def test_a_thread_listed_without_its_parent_waits_for_it() -> None:
    young = thread(10, CLIPS)
    assert kinds(plan(observe(OTHER, threads=(young,)))) == {2: "added"}


def test_a_stored_thread_stays_visible_while_only_its_visible_parent_is_not_listed() -> None:
    listing = thread(10, CLIPS)
    stored = stored_as(observe(CLIPS, threads=(listing,)))
    found = replace(row(stored, 1), probed_at=NOW)
    stored = replace(stored, channels=(found, row(stored, 10)))
    assert plan(observe(threads=(listing,)), stored).channels == ()


def test_a_returning_thread_is_visible_again() -> None:
    old = thread(10, CLIPS)
    stored = stored_as(observe(CLIPS, threads=(old,)))
    stored = after(plan(observe(CLIPS), stored), stored)
    assert kinds(plan(observe(CLIPS, threads=(old,)), stored)) == {10: "returned"}


def test_threads_stay_as_they_are_where_nobody_asks_for_them() -> None:
    active, old = thread(10, CLIPS), thread(11, CLIPS)
    stored = stored_as(observe(CLIPS, threads=(active, old)))
    stored = after(plan(observe(CLIPS, threads=(active,)), stored), stored)
    assert plan(observe(CLIPS, threads=None), stored).channels == ()


def test_threads_follow_their_parent_into_hiding_and_back_where_nobody_asks_for_them() -> None:
    stored = stored_as(observe(CLIPS, threads=(thread(10, CLIPS),)))
    hidden = plan(observe(replace(CLIPS, overwrites=denied()), threads=None), stored)
    stored = after(hidden, stored)
    assert (row(stored, 10).state, row(stored, 10).permissions) == ("hidden", 0)
    stored = after(plan(observe(CLIPS, threads=None), stored), stored)
    assert row(stored, 10).state == "archived"
    assert row(stored, 10).permissions == row(stored, 1).permissions


def test_a_thread_without_a_parent_is_hidden() -> None:
    stored = stored_as(observe(CLIPS, threads=(thread(10, CLIPS),)))
    orphan = replace(row(stored, 10), parent_id=None)
    stored = replace(stored, channels=(row(stored, 1), orphan))
    assert kinds(plan(observe(CLIPS), stored)) == {10: "hidden"}


def test_a_private_thread_is_visible_when_discord_lists_it() -> None:
    private = channel(10, "private_thread", parent_id=ChannelId(1))
    stored = stored_as(observe(CLIPS, threads=(private,)))
    assert row(stored, 10).state == "visible"


@pytest.mark.parametrize("kind", ["voice", "stage"])
def test_a_voice_channel_without_connect_is_visible_and_cannot_be_read(kind: str) -> None:
    lobby = channel(3, kind, overwrites=denied(int(Permission.CONNECT)))
    made = plan(observe(lobby))
    assert (made.channels[0].row.state, made.channels[0].row.permissions) == ("visible", VIEW)
    assert made.channels[0].lost_access
