"""What a guild's plan says beyond the states of its channels."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.shared import models, settings
from functions.shared.models import MessageId, Permission, RoleId, UserId
from functions.shared.reconcile import diff
from functions.shared.reconcile.observation import ProbeOutcome
from tests.unit.reconcile.sides import (
    BASE,
    BOT,
    DEFAULTS,
    NOTHING,
    NOW,
    OWNER,
    READ,
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


def test_a_first_sight_adds_everything() -> None:
    made = plan(observe(CLIPS, channel(2, "voice"), threads=(thread(10, CLIPS),)))
    assert made.guild_change == "added"
    assert kinds(made) == {1: "added", 2: "added", 10: "added"}
    assert (made.seen, made.known, made.lacks_settings) == (3, 0, True)


def test_a_second_sight_of_the_same_changes_nothing() -> None:
    seen = observe(CLIPS, channel(2, "voice"), threads=(thread(10, CLIPS),))
    made = plan(seen, stored_as(seen))
    assert (made.guild_change, made.channels, made.lacks_settings) == (None, (), False)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "renamed"},
        {"type": "announcement"},
        {"parent_id": 9},
        {"position": 4},
        {"is_nsfw": True},
        {"last_message_id": MessageId(555)},
    ],
)
def test_each_fact_of_a_channel_is_kept_up_to_date(change: dict[str, Any]) -> None:
    stored = stored_as(observe(CLIPS))
    made = plan(observe(replace(CLIPS, **change)), stored)
    assert kinds(made) == {1: "updated"}
    (field, value), *_ = change.items()
    assert getattr(row(after(made, stored), 1), field) == value


@pytest.mark.parametrize(
    "change", [{"name": "Arcade II"}, {"icon": "f00"}, {"owner_id": UserId(99)}]
)
def test_a_renamed_guild_and_a_new_owner_are_news(change: dict[str, Any]) -> None:
    made = plan(observe(CLIPS, **change), stored_as(observe(CLIPS)))
    assert made.guild_change == "updated"


def test_an_owner_who_was_not_read_stays_as_stored() -> None:
    made = plan(observe(CLIPS, owner_id=None), stored_as(observe(CLIPS)))
    assert (made.guild_change, made.guild.owner_user_id) == (None, OWNER)


def test_a_guild_that_was_left_returns() -> None:
    stored = stored_as(observe(CLIPS))
    assert stored.guild is not None
    left = replace(stored, guild=replace(stored.guild, state="left"))
    made = plan(observe(CLIPS), left)
    assert (made.guild_change, made.guild.state) == ("returned", "present")


def test_a_guild_added_by_hand_is_added_once_it_was_synced() -> None:
    stored = stored_as(observe(CLIPS))
    assert stored.guild is not None
    by_hand = replace(stored, guild=replace(stored.guild, synced_at=None))
    made = plan(observe(CLIPS), by_hand)
    assert (made.guild_change, made.based_on) == ("added", None)


def test_a_returning_channel_keeps_what_belongs_to_people() -> None:
    stored = stored_as(observe(CLIPS))
    stopped = replace(row(stored, 1), is_reading=False, state="deleted")
    stored = replace(stored, channels=(stopped,))
    made = plan(observe(CLIPS), stored)
    assert kinds(made) == {1: "returned"}
    assert made.channels[0].row.is_reading is False


@pytest.mark.parametrize(
    ("own", "kind", "is_nsfw", "expected"),
    [
        ({}, "text", False, True),
        ({}, "forum", False, True),
        ({}, "voice", False, True),
        ({}, "category", False, False),
        ({}, "type_99", False, False),
        ({}, "text", True, False),
        ({"scan_nsfw": True}, "text", True, True),
        ({"auto_scan": False}, "text", False, False),
        ({"auto_scan": False, "scan_nsfw": True}, "text", True, False),
    ],
)
def test_a_new_channel_is_read_as_the_guilds_settings_say(
    *, own: dict[str, bool], kind: str, is_nsfw: bool, expected: bool
) -> None:
    given = settings.GuildSettings.model_validate(DEFAULTS.model_dump() | own)
    made = plan(observe(channel(1, kind, is_nsfw=is_nsfw)), replace(NOTHING, settings=given))
    assert made.channels[0].row.is_reading is expected


@pytest.mark.parametrize(
    ("level", "expected"), [(0, True), (1, False), (2, True), (3, False), (None, True)]
)
def test_a_new_channel_of_an_age_restricted_guild_is_not_read(
    *, level: int | None, expected: bool
) -> None:
    made = plan(observe(CLIPS, nsfw_level=level))
    assert made.guild.nsfw_level == level
    assert made.channels[0].row.is_reading is expected
    assert not made.channels[0].row.is_nsfw


def test_a_guild_that_was_not_read_is_as_age_restricted_as_before() -> None:
    stored = stored_as(observe(nsfw_level=3))
    made = plan(observe(CLIPS, owner_id=None), stored)
    assert made.guild.nsfw_level == 3
    assert not made.channels[0].row.is_reading


def test_a_thread_is_age_restricted_with_its_parent() -> None:
    dark = channel(1, is_nsfw=True)
    made = plan(observe(dark, threads=(thread(10, dark),)))
    young = made.channels[1].row
    assert (young.is_nsfw, young.is_reading) == (True, False)


@pytest.mark.parametrize("is_nsfw", [False, True])
def test_an_archived_thread_follows_the_age_restriction_of_its_parent(*, is_nsfw: bool) -> None:
    before = channel(1, is_nsfw=not is_nsfw)
    stored = stored_as(observe(before, threads=(thread(10, before),)))
    made = plan(observe(channel(1, is_nsfw=is_nsfw)), stored)
    assert {int(change.row.channel_id): change.row.is_nsfw for change in made.channels} == {
        1: is_nsfw,
        10: is_nsfw,
    }


def test_permissions_are_stored_as_far_as_reading_needs_them() -> None:
    much = BASE | Permission.MANAGE_THREADS | 1 << 11 | 1 << 52
    stored = stored_as(observe(CLIPS, permissions=much))
    assert row(stored, 1).permissions == BASE | Permission.MANAGE_THREADS
    assert plan(observe(CLIPS, permissions=much | 1 << 60), stored).channels == ()


def test_an_administrators_permissions_fit_into_a_bigint() -> None:
    made = plan(observe(CLIPS, permissions=-1))
    assert made.guild.permissions == (1 << 63) - 1
    assert made.channels[0].row.permissions == BASE | Permission.MANAGE_THREADS


def test_lost_access_is_told_once_per_change() -> None:
    open_, closed = observe(CLIPS), observe(replace(CLIPS, overwrites=denied()))
    stored = stored_as(open_)
    losing = plan(closed, stored)
    assert [change.lost_access for change in losing.channels] == [True]
    stored = after(losing, stored)
    renamed = observe(replace(CLIPS, overwrites=denied(), name="renamed"))
    again = plan(renamed, stored)
    assert [change.lost_access for change in again.channels] == [False]
    stored = after(again, stored)
    stored = after(plan(open_, stored), stored)
    assert [change.lost_access for change in plan(closed, stored).channels] == [True]


def test_lost_access_is_told_of_a_new_channel_and_of_one_added_by_hand() -> None:
    closed = replace(CLIPS, overwrites=denied())
    assert plan(observe(closed)).channels[0].lost_access
    stored = stored_as(observe(CLIPS))
    by_hand = replace(stored, channels=(replace(row(stored, 1), permissions=None),))
    assert plan(observe(closed), by_hand).channels[0].lost_access


@pytest.mark.parametrize("outcome", ["deleted", "no answer"])
def test_what_is_gone_or_unclear_is_no_lost_access(outcome: ProbeOutcome) -> None:
    made = plan(observe(), stored_as(observe(CLIPS)), {1: outcome})
    assert not made.channels[0].lost_access


def test_lost_access_is_told_of_a_parent_and_not_of_each_thread() -> None:
    stored = stored_as(observe(CLIPS, threads=(thread(10, CLIPS), thread(11, CLIPS))))
    made = plan(observe(), stored, {1: "hidden"})
    assert [change.row.channel_id for change in made.channels if change.lost_access] == [1]


def test_no_clips_are_missed_in_a_category() -> None:
    made = plan(observe(channel(1, "category", overwrites=denied())))
    assert not made.channels[0].lost_access


def test_what_may_trip_the_breaker_is_counted_without_threads_and_the_deleted() -> None:
    seen = observe(CLIPS, channel(2), channel(3), threads=(thread(10, CLIPS),))
    stored = stored_as(seen)
    stored = after(plan(observe(CLIPS, channel(2)), stored, {3: "deleted"}), stored)
    made = plan(observe(CLIPS), stored, {2: "deleted"})
    assert (made.known, made.count("deleted")) == (2, 1)


def test_probes_are_due_once_and_then_weekly() -> None:
    stored = stored_as(observe(CLIPS))
    assert diff.probes_due(observe(), stored.channels, NOW) == [1]
    stored = after(plan(observe(), stored, {1: "hidden"}), stored)
    week = timedelta(days=7)
    assert diff.probes_due(observe(), stored.channels, NOW + timedelta(hours=1)) == []
    assert diff.probes_due(observe(), stored.channels, NOW + week - timedelta(seconds=1)) == []
    assert diff.probes_due(observe(), stored.channels, NOW + week) == [1]


def test_an_unknown_channel_is_probed_at_each_run() -> None:
    stored = stored_as(observe(CLIPS))
    stored = after(plan(observe(), stored, {1: "no answer"}), stored)
    assert diff.probes_due(observe(), stored.channels, NOW) == [1]


def test_neither_listed_nor_deleted_channels_nor_threads_are_probed() -> None:
    stored = stored_as(observe(CLIPS, channel(2), threads=(thread(10, CLIPS),)))
    stored = after(plan(observe(CLIPS), stored, {2: "deleted"}), stored)
    assert diff.probes_due(observe(CLIPS), stored.channels, NOW + timedelta(days=30)) == []


def test_a_channel_hidden_in_the_list_is_not_probed() -> None:
    """As the channel list was before it left hidden channels out."""
    closed = replace(CLIPS, overwrites=denied())
    stored = stored_as(observe(closed))
    assert row(stored, 1).state == "hidden"
    assert diff.probes_due(observe(closed), stored.channels, NOW) == []


def test_the_fingerprint_of_overwrites_knows_no_order() -> None:
    one, two = denied(1), (models.Overwrite(5, "member", allow=1, deny=0),)
    forth = channel(1, overwrites=one + two), channel(2, overwrites=one)
    back = channel(2, overwrites=one), channel(1, overwrites=two + one)
    assert diff.overwrites_hash(forth) == diff.overwrites_hash(back)
    assert diff.overwrites_hash(forth) != diff.overwrites_hash((forth[0], channel(2)))
    assert diff.overwrites_hash(forth) != diff.overwrites_hash(forth[:1])


def test_the_bots_member_is_stored_in_a_stable_form() -> None:
    until = datetime(2026, 6, 1, tzinfo=UTC)
    member = models.Member(BOT, (RoleId(9), RoleId(3)), until)
    guild = plan(observe(CLIPS, member=member)).guild
    assert (guild.bot_role_ids, guild.timed_out_until) == ([3, 9], until)


@pytest.mark.parametrize(
    ("kind", "bits", "expected"),
    [
        ("text", READ, True),
        ("text", int(Permission.VIEW_CHANNEL), False),
        ("text", int(Permission.READ_MESSAGE_HISTORY), False),
        ("text", None, False),
        ("voice", READ, False),
        ("stage", READ | Permission.CONNECT, True),
    ],
)
def test_reading_takes_view_history_and_in_voice_channels_connect(
    *, kind: str, bits: int | None, expected: bool
) -> None:
    assert diff.can_read(kind, bits) is expected
