import pytest

from functions.shared.reconcile import breaker


@pytest.mark.parametrize(
    ("gone", "known", "expected"),
    [
        (0, 0, False),
        (3, 4, False),  # three quarters, but no more than the minimum
        (4, 4, True),
        (4, 16, False),  # more than the minimum, but exactly the share
        (5, 16, True),
        (4, 15, True),
        (4, 1000, False),
        (250, 1000, False),
        (251, 1000, True),
    ],
)
def test_it_trips_on_more_than_the_share_and_more_than_the_minimum(
    *, gone: int, known: int, expected: bool
) -> None:
    assert breaker.trips(gone, known, share=0.25, minimum=3) is expected


def test_a_share_of_nothing_and_no_minimum_trips_on_the_first_one() -> None:
    assert breaker.trips(1, 100, share=0.0, minimum=0)
    assert not breaker.trips(0, 100, share=0.0, minimum=0)


def test_a_share_of_everything_never_trips() -> None:
    assert not breaker.trips(100, 100, share=1.0, minimum=0)


def test_it_says_how_much_is_gone_and_how_to_force_it() -> None:
    told = breaker.explain(7, 9, "guilds")
    assert "7 of 9 guilds" in told
    assert '{"force": true}' in told
    assert "`clipsaver sync --force`" in told
