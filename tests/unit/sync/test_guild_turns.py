"""Whose turn it is in a full run."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.shared.db.guilds import SyncTurn
from functions.shared.models import GuildEntry, GuildId, GuildState
from functions.sync import guild_turns

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def entry(number: int) -> GuildEntry:
    return GuildEntry(GuildId(number), f"guild-{number}", None, 0)


def turn(
    number: int, synced: int | None = 0, read: int | None = 0, state: GuildState = "present"
) -> SyncTurn:
    """A guild synced, and its member read, so many hours ago."""

    def ago(hours: int | None) -> datetime | None:
        return None if hours is None else NOW - timedelta(hours=hours)

    return SyncTurn(GuildId(number), state, ago(synced), ago(read), NOW)


def order(*turns: SyncTurn, listed: list[int]) -> list[int]:
    made = guild_turns.in_order(map(entry, listed), {each.guild_id: each for each in turns})
    return [int(each.id) for each in made]


def test_guilds_never_synced_come_first_and_then_the_longest_ago() -> None:
    turns = turn(1, synced=1), turn(2, synced=3), turn(3, synced=None), turn(4, synced=2)
    assert order(*turns, listed=[1, 2, 3, 4, 5]) == [3, 5, 2, 4, 1]


def test_equals_are_taken_by_their_ids() -> None:
    assert order(listed=[9, 3, 7]) == [3, 7, 9]


@given(
    st.dictionaries(st.integers(1, 50), st.none() | st.integers(0, 100)),
    st.lists(st.integers(1, 60), unique=True),
)
def test_every_listed_guild_has_exactly_one_turn(
    synced: dict[int, int | None], listed: list[int]
) -> None:
    turns = [turn(number, hours) for number, hours in synced.items()]
    assert sorted(order(*turns, listed=listed)) == sorted(listed)


def pending(*turns: SyncTurn, listed: list[int], since: datetime | None) -> int:
    by_id = {each.guild_id: each for each in turns}
    return guild_turns.pending(list(map(entry, listed)), by_id, since)


def test_before_the_first_complete_run_only_guilds_never_synced_are_pending() -> None:
    turns = turn(1, synced=1), turn(2, synced=None)
    assert pending(*turns, listed=[1, 2, 3], since=None) == 2


def test_guilds_not_synced_since_the_last_complete_run_are_pending() -> None:
    turns = turn(1, synced=1), turn(2, synced=2), turn(3, synced=3), turn(4, synced=9)
    assert pending(*turns, listed=[1, 2, 3, 5], since=NOW - timedelta(hours=2)) == 3


def test_missing_are_those_present_so_far_that_are_not_listed() -> None:
    turns = [turn(1), turn(2), turn(3, state="left")]
    found = guild_turns.missing([entry(1), entry(9)], turns)
    assert [each.guild_id for each in found] == [2]


def test_the_rotation_takes_the_members_read_longest_ago() -> None:
    turns = [turn(number, read=number) for number in range(1, 201)]
    assert guild_turns.in_rotation(turns) == {198, 199, 200}


def test_the_rotation_leaves_out_the_left_and_those_due_anyway() -> None:
    turns = [turn(number, read=number) for number in range(1, 68)]
    turns += [turn(100, read=900, state="left"), turn(101, read=None)]
    assert guild_turns.in_rotation(turns) == {67}


def test_a_few_guilds_need_no_rotation_for_the_daily_reading() -> None:
    assert guild_turns.in_rotation([turn(number) for number in range(1, 60)]) == frozenset()


def test_everybody_has_a_turn_in_the_rotation_within_a_day_of_quarterly_runs() -> None:
    reads = dict.fromkeys(range(1, 501), 96)
    seen: set[int] = set()
    for run in range(96):
        chosen = guild_turns.in_rotation(
            [turn(number, read=hours) for number, hours in reads.items()]
        )
        seen |= {int(number) for number in chosen}
        reads |= {int(number): -run for number in chosen}
    assert seen == set(reads)
