"""The global limit, on a clock of the test's own."""

import heapq
import random
from collections import deque
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.discord import routes
from functions.shared.discord.answers import Answer
from functions.shared.discord.rate_limits import RateLimits

CHANNELS = routes.LIST_CHANNELS.compile(guild_id=1)
EDIT = routes.EDIT_ORIGINAL.compile(application_id=1, interaction_token="aW50")
QUOTA = {
    "x-ratelimit-bucket": "h",
    "x-ratelimit-remaining": "4",
    "x-ratelimit-reset-after": "5",
}


class Bench:
    """Rate limits and the clock they go by."""

    def __init__(self, rate_share: float) -> None:
        self.now = 1_000.0
        self.limits = RateLimits(rate_share, clock=lambda: self.now)


def test_interactions_take_nothing_from_the_global_limit() -> None:
    bench = Bench(1.0)
    for _ in range(200):
        assert bench.limits.global_delay(EDIT) <= 0
        bench.limits.taken(EDIT)
    assert bench.limits.global_delay(CHANNELS) <= 0


def test_after_idling_only_a_small_burst_leaves_at_once() -> None:
    bench = Bench(0.8)
    bench.limits.taken(CHANNELS)
    bench.now += 3_600
    burst = 0
    while bench.limits.global_delay(CHANNELS) <= 0:
        bench.limits.taken(CHANNELS)
        burst += 1
    assert 1 <= burst <= 6


def send_all(rate_share: float, count: int, lateness: Callable[[], float]) -> list[float]:
    """When `count` requests leave that always queue, each timer being late by `lateness`."""
    bench = Bench(rate_share)
    instants = []
    for _ in range(count):
        while (delay := bench.limits.global_delay(CHANNELS)) > 0:
            bench.now += delay + lateness()
        bench.limits.taken(CHANNELS)
        instants.append(bench.now)
    return instants


def most_in_any_second(instants: Iterable[float]) -> int:
    window: deque[float] = deque()
    most = 0
    for instant in sorted(instants):
        window.append(instant)
        while window[0] <= instant - 1.0:
            window.popleft()
        most = max(most, len(window))
    return most


@pytest.mark.parametrize(("rate_share", "rate"), [(1.0, 48.5), (0.8, 40.0), (0.1, 5.0)])
def test_the_rate_is_met_exactly_in_spite_of_late_timers(rate_share: float, rate: float) -> None:
    late = random.Random(1)
    instants = send_all(rate_share, 1_000, lambda: late.uniform(0, 0.004))
    assert instants[-1] - instants[0] == pytest.approx(999 / rate, abs=0.11)


@given(
    rate_share=st.sampled_from([0.5, 0.8, 0.97, 1.0]),
    seed=st.integers(),
    stall=st.sampled_from([0.0, 0.05, 0.3, 1.5]),
)
def test_no_second_of_discords_clock_sees_more_than_fifty(
    rate_share: float, seed: int, stall: float
) -> None:
    chance = random.Random(seed)

    def lateness() -> float:
        return stall if chance.random() < 0.02 else chance.uniform(0, 0.004)

    sent = send_all(rate_share, 400, lateness)
    arrived = [instant + chance.uniform(0, 0.019) for instant in sent]
    assert most_in_any_second(arrived) <= 50


@pytest.mark.parametrize("rate_share", [0.8, 1.0])
def test_a_sync_of_a_thousand_guilds_keeps_the_rate_full(rate_share: float) -> None:
    # Eight workers, two calls per guild, answers within 20 to 80 ms, timers up to 3 ms late.
    chance = random.Random(7)
    bench = Bench(rate_share)
    calls = deque(
        route.compile(guild_id=guild_id)
        for guild_id in range(1_000)
        for route in (routes.LIST_CHANNELS, routes.LIST_ACTIVE_THREADS)
    )
    total = len(calls)
    started = bench.now
    arrivals: list[float] = []
    events: list[tuple[float, int, routes.CompiledRoute | None]] = [
        (started, worker, None) for worker in range(8)
    ]
    while events:
        bench.now, worker, answered = heapq.heappop(events)
        if answered is not None:
            bench.limits.answered(answered, Answer.read(200, QUOTA, b"[]"))
        if not calls:
            continue
        delay = max(bench.limits.bucket_delay(calls[0]), bench.limits.global_delay(calls[0]))
        if delay > 0:
            late = chance.uniform(0, 0.003)
            heapq.heappush(events, (bench.now + delay + late, worker, None))
            continue
        call = calls.popleft()
        bench.limits.taken(call)
        arrivals.append(bench.now + chance.uniform(0, 0.003))
        heapq.heappush(events, (bench.now + chance.uniform(0.02, 0.08), worker, call))
    assert len(arrivals) == total
    assert bench.now - started <= 1.05 * total / (50 * rate_share)
    assert most_in_any_second(arrivals) <= 50
