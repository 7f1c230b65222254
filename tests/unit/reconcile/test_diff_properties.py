"""What holds of a guild's plan whatever Discord says and whatever is stored."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.shared import models
from functions.shared.models import ChannelId, MessageId, Permission
from functions.shared.reconcile import diff
from functions.shared.reconcile.observation import Observation, ProbeOutcome, Stored
from tests.unit.reconcile.sides import NOTHING, NOW, after, channel, denied, observe, plan, thread

LATER = NOW + timedelta(minutes=15)

numbers = st.integers(1, 6)
bits = st.sampled_from(
    [0, int(Permission.VIEW_CHANNEL), int(Permission.CONNECT), int(Permission.READ_MESSAGE_HISTORY)]
)
channels = st.builds(
    channel,
    number=numbers,
    type=st.sampled_from(["text", "voice", "category", "forum", "type_99"]),
    is_nsfw=st.booleans(),
    last_message_id=st.none() | st.just(MessageId(5)),
    overwrites=bits.map(denied),
)
threads = st.builds(thread, number=st.integers(10, 15), parent=channels)
observations = st.builds(
    lambda listed, active: observe(*listed, threads=active),
    st.lists(channels, unique_by=lambda each: each.id, max_size=5),
    st.none() | st.lists(threads, unique_by=lambda each: each.id, max_size=4).map(tuple),
)
outcomes = st.sampled_from(["hidden", "deleted", "no answer"]) | st.just("found")
histories = st.lists(st.tuples(observations, st.lists(outcomes, min_size=6, max_size=6)))


def probed(observation: Observation, stored: Stored, drawn: list[str]) -> dict[int, ProbeOutcome]:
    """An outcome for each probe that is due."""
    due = diff.probes_due(observation, stored.channels, NOW)
    answers: dict[int, ProbeOutcome] = {}
    for number in due:
        match drawn[int(number) - 1]:
            case "hidden" | "deleted" | "no answer" as outcome:
                answers[int(number)] = outcome
            case _:
                answers[int(number)] = channel(int(number))
    return answers


def lived_through(history: list[tuple[Observation, list[str]]]) -> Stored:
    """What is stored after several syncs."""
    stored = NOTHING
    for observation, drawn in history:
        stored = after(plan(observation, stored, probed(observation, stored, drawn)), stored)
    return stored


@given(history=histories, observation=observations, drawn=st.lists(outcomes, min_size=6))
def test_a_plan_that_was_applied_leaves_nothing_to_do(
    history: list[tuple[Observation, list[str]]], observation: Observation, drawn: list[str]
) -> None:
    stored = lived_through(history)
    probes = probed(observation, stored, drawn)
    once = after(plan(observation, stored, probes), stored)
    assert plan(observation, once, probes).channels == ()
    # A run later, the probes are not due again, but for the ones without an answer.
    unclear: dict[int, ProbeOutcome] = {
        key: answer for key, answer in probes.items() if answer == "no answer"
    }
    assert plan(observation, once, unclear, LATER).channels == ()
    due = diff.probes_due(observation, once.channels, LATER)
    assert set(due) == set(unclear)


@given(history=histories, observation=observations, drawn=st.lists(outcomes, min_size=6))
def test_no_channel_is_lost_and_none_is_deleted_without_discords_word(
    history: list[tuple[Observation, list[str]]], observation: Observation, drawn: list[str]
) -> None:
    stored = lived_through(history)
    probes = probed(observation, stored, drawn)
    made = after(plan(observation, stored, probes), stored)
    known = {each.channel_id: each for each in stored.channels}
    assert known.keys() <= {each.channel_id for each in made.channels}
    for each in made.channels:
        was = known.get(each.channel_id)
        was_deleted = was is not None and was.state == "deleted"
        if each.state == "deleted":
            assert was_deleted or probes[int(each.channel_id)] == "deleted"
        if was is not None:
            assert each.is_reading == was.is_reading


@given(history=histories, observation=observations)
def test_a_plan_speaks_of_its_own_guild_alone(
    history: list[tuple[Observation, list[str]]], observation: Observation
) -> None:
    stored = lived_through(history)
    strangers = {ChannelId(number) for number in range(100, 200)}
    made = plan(observation, stored, dict.fromkeys(map(int, strangers), "deleted"))
    assert made.guild.guild_id == observation.guild_id
    known = {each.channel_id for each in stored.channels}
    listed = {each.id for each in (*observation.channels, *(observation.threads or ()))}
    assert {change.row.channel_id for change in made.channels} <= known | listed


@given(observation=observations)
def test_an_unreadable_channel_grants_no_permission(observation: Observation) -> None:
    for change in plan(observation).channels:
        is_open = change.row.state == "visible"
        assert bool(change.row.permissions) == is_open
        assert is_open == bool((change.row.permissions or 0) & Permission.VIEW_CHANNEL)


@given(observation=observations)
def test_both_forms_of_the_channel_list_lead_to_the_same_access(observation: Observation) -> None:
    """Hidden channels listed, as until 2026, or left out and probed."""
    everything = tuple(replace(each, overwrites=()) for each in observation.channels)
    stored = after(plan(observe(*everything)), NOTHING)
    listed = after(plan(replace(observation, threads=()), stored), stored)
    hidden = {each.channel_id for each in listed.channels if each.state == "hidden"}
    left_out = tuple(each for each in observation.channels if each.id not in hidden)
    probes: dict[int, ProbeOutcome] = dict.fromkeys(map(int, hidden), "hidden")
    omitted = after(
        plan(replace(observation, channels=left_out, threads=()), stored, probes), stored
    )

    def access(side: Stored) -> set[tuple[models.ChannelId, str, int | None]]:
        return {(each.channel_id, each.state, each.permissions) for each in side.channels}

    assert access(listed) == access(omitted)
