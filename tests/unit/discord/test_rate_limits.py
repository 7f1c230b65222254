"""Rate limits on a clock of the test's own: nothing here sleeps."""

import pytest

from functions.shared.discord import rate_limits, routes
from functions.shared.discord.answers import Answer
from functions.shared.discord.rate_limits import RateLimits

CHANNELS_OF_1 = routes.LIST_CHANNELS.compile(guild_id=1)
CHANNELS_OF_2 = routes.LIST_CHANNELS.compile(guild_id=2)
THREADS_OF_1 = routes.LIST_ACTIVE_THREADS.compile(guild_id=1)
EDIT = routes.EDIT_ORIGINAL.compile(application_id=1, interaction_token="aW50")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Bench:
    """Rate limits, their clock, and the answers that they learn from."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.limits = RateLimits(1.0, clock=self.clock, jitter=lambda: 0.0)

    def answer(
        self,
        call: routes.CompiledRoute,
        status: int = 200,
        body: bytes = b"{}",
        **headers: object,
    ) -> None:
        names = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        self.limits.answered(call, Answer.read(status, names, body))

    def learn(
        self, call: routes.CompiledRoute, remaining: int, reset_after: float, bucket: str = "h"
    ) -> None:
        self.answer(
            call,
            x_ratelimit_bucket=bucket,
            x_ratelimit_remaining=remaining,
            x_ratelimit_reset_after=reset_after,
        )


@pytest.fixture
def bench() -> Bench:
    return Bench()


def body(retry_after: float, *, is_global: bool = False) -> bytes:
    return f'{{"retry_after": {retry_after}, "global": {str(is_global).lower()}}}'.encode()


def test_an_unknown_bucket_does_not_delay(bench: Bench) -> None:
    assert bench.limits.bucket_delay(CHANNELS_OF_1) <= 0


def test_an_exhausted_bucket_delays_until_it_is_whole_again(bench: Bench) -> None:
    bench.learn(CHANNELS_OF_1, remaining=0, reset_after=4.5)
    assert bench.limits.bucket_delay(CHANNELS_OF_1) == pytest.approx(4.5)
    bench.clock.now += 4.5
    assert bench.limits.bucket_delay(CHANNELS_OF_1) <= 0


def test_a_call_uses_up_what_its_bucket_had_left_even_if_no_answer_tells(bench: Bench) -> None:
    bench.learn(CHANNELS_OF_1, remaining=1, reset_after=5)
    bench.limits.taken(CHANNELS_OF_1)
    assert bench.limits.bucket_delay(CHANNELS_OF_1) == pytest.approx(5)


def test_each_major_parameter_has_a_quota_of_its_own(bench: Bench) -> None:
    bench.learn(CHANNELS_OF_1, remaining=0, reset_after=5)
    assert bench.limits.bucket_delay(CHANNELS_OF_2) <= 0


def test_two_routes_with_one_hash_do_not_share_a_quota(bench: Bench) -> None:
    bench.learn(THREADS_OF_1, remaining=4, reset_after=5)
    bench.learn(CHANNELS_OF_1, remaining=0, reset_after=5)
    assert bench.limits.bucket_delay(THREADS_OF_1) <= 0


def test_a_new_hash_is_learnt_and_the_old_quota_left_behind(bench: Bench) -> None:
    bench.learn(CHANNELS_OF_1, remaining=0, reset_after=5, bucket="old")
    bench.learn(CHANNELS_OF_2, remaining=3, reset_after=5, bucket="new")
    assert bench.limits.bucket_delay(CHANNELS_OF_1) <= 0
    bench.learn(CHANNELS_OF_2, remaining=3, reset_after=5, bucket="old")
    assert bench.limits.bucket_delay(CHANNELS_OF_1) == pytest.approx(5)


def test_remaining_may_rise_before_the_reset(bench: Bench) -> None:
    bench.learn(CHANNELS_OF_1, remaining=0, reset_after=5)
    bench.learn(CHANNELS_OF_1, remaining=2, reset_after=5)
    assert bench.limits.bucket_delay(CHANNELS_OF_1) <= 0


@pytest.mark.parametrize(
    "names",
    [
        {},
        {"x-ratelimit-remaining": "0"},
        {"x-ratelimit-remaining": "none", "x-ratelimit-reset-after": "soon"},
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "nan"},
    ],
)
def test_headers_that_are_absent_or_odd_delay_nothing(bench: Bench, names: dict[str, str]) -> None:
    bench.limits.answered(CHANNELS_OF_1, Answer.read(200, names, b"{}"))
    assert bench.limits.bucket_delay(CHANNELS_OF_1) <= 0


def test_buckets_that_are_whole_again_are_forgotten_and_no_others(bench: Bench) -> None:
    busy = routes.LIST_CHANNELS.compile(guild_id=99_999)
    bench.learn(busy, remaining=0, reset_after=3_600)
    for guild_id in range(20_000):
        bench.learn(routes.LIST_CHANNELS.compile(guild_id=guild_id), 4, reset_after=1)
        bench.clock.now += 0.02
    assert len(bench.limits._buckets) <= 1_000
    assert bench.limits.bucket_delay(busy) > 3_000


@pytest.mark.parametrize("scope", ["user", "shared"])
def test_a_429_pauses_its_bucket_alone_even_with_requests_remaining(
    bench: Bench, scope: str
) -> None:
    bench.answer(
        CHANNELS_OF_1,
        429,
        body(2.5),
        x_ratelimit_scope=scope,
        x_ratelimit_bucket="h",
        x_ratelimit_remaining=3,
        x_ratelimit_reset_after=0.1,
    )
    assert bench.limits.bucket_delay(CHANNELS_OF_1) == pytest.approx(2.5)
    assert bench.limits.bucket_delay(CHANNELS_OF_2) <= 0
    assert bench.limits.global_delay(CHANNELS_OF_1) <= 0


def test_a_429_without_any_rate_limit_header_pauses_its_bucket(bench: Bench) -> None:
    bench.answer(CHANNELS_OF_1, 429, body(0.75))
    assert bench.limits.bucket_delay(CHANNELS_OF_1) == pytest.approx(0.75)


def test_a_429_that_names_no_wait_still_pauses(bench: Bench) -> None:
    bench.answer(CHANNELS_OF_1, 429, b"", x_ratelimit_scope="user")
    assert bench.limits.bucket_delay(CHANNELS_OF_1) > 0


def test_a_global_429_pauses_the_bot_but_not_its_interactions(bench: Bench) -> None:
    bench.answer(CHANNELS_OF_1, 429, body(3, is_global=True), x_ratelimit_scope="global")
    assert bench.limits.global_delay(CHANNELS_OF_2) == pytest.approx(3)
    assert bench.limits.global_delay(EDIT) <= 0
    bench.clock.now += 3
    assert bench.limits.global_delay(CHANNELS_OF_2) <= 0


def test_a_shorter_pause_does_not_end_a_longer_one(bench: Bench) -> None:
    bench.answer(CHANNELS_OF_1, 429, body(9, is_global=True))
    bench.answer(CHANNELS_OF_2, 429, body(1, is_global=True))
    assert bench.limits.global_delay(CHANNELS_OF_1) == pytest.approx(9)


@pytest.mark.parametrize("status", [403, 429])
def test_a_block_by_cloudflare_pauses_everything(bench: Bench, status: int) -> None:
    bench.answer(CHANNELS_OF_1, status, b"error code: 1015")
    assert bench.limits.global_delay(CHANNELS_OF_2) == pytest.approx(600)
    assert bench.limits.global_delay(EDIT) == pytest.approx(600)


def test_a_block_that_names_its_end_pauses_until_then(bench: Bench) -> None:
    bench.answer(CHANNELS_OF_1, 429, b"<html>", retry_after=30)
    assert bench.limits.global_delay(EDIT) == pytest.approx(30)


def test_a_pause_is_a_little_longer_than_asked() -> None:
    clock = Clock()
    limits = RateLimits(1.0, clock=clock)
    limits.answered(CHANNELS_OF_1, Answer.read(429, {}, body(1)))
    assert 1.0 <= limits.bucket_delay(CHANNELS_OF_1) <= 1.25


@pytest.mark.parametrize(("status", "refusal"), [(401, b"{}"), (403, b'{"a":1}'), (429, body(0))])
def test_too_many_refusals_in_ten_minutes_stop_all_calls(
    bench: Bench, status: int, refusal: bytes
) -> None:
    for _ in range(rate_limits.INVALID_REQUEST_LIMIT - 1):
        bench.answer(CHANNELS_OF_1, status, refusal)
    assert bench.limits.invalid_requests_delay() <= 0
    bench.clock.now += 500
    bench.answer(CHANNELS_OF_1, status, refusal)
    assert bench.limits.invalid_requests_delay() == pytest.approx(100)
    bench.clock.now += 100
    assert bench.limits.invalid_requests_delay() <= 0


def test_the_budget_is_well_below_what_gets_an_address_blocked() -> None:
    assert rate_limits.INVALID_REQUEST_LIMIT <= 5_000


def test_a_shared_429_and_other_errors_cost_no_budget(bench: Bench) -> None:
    for _ in range(rate_limits.INVALID_REQUEST_LIMIT):
        bench.answer(CHANNELS_OF_1, 429, body(0), x_ratelimit_scope="shared")
        bench.answer(CHANNELS_OF_1, 404)
        bench.answer(CHANNELS_OF_1, 500)
    assert bench.limits.invalid_requests_delay() <= 0
