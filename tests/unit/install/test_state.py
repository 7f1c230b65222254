import pytest

from functions.interactions.install import state as states


def test_a_state_is_sealed_by_its_own_key_only() -> None:
    key, other = states.new_key(), states.new_key()
    state = states.new_state(key)
    assert states.is_key(key)
    assert states.is_well_formed(state)
    assert states.is_sealed_by(state, key)
    assert not states.is_sealed_by(state, other)


def test_a_state_that_was_touched_is_not_sealed() -> None:
    key = states.new_key()
    state = states.new_state(key)
    for place, letter in enumerate(state):
        touched = f"{state[:place]}{'A' if letter != 'A' else 'B'}{state[place + 1 :]}"
        assert not (states.is_well_formed(touched) and states.is_sealed_by(touched, key))


def test_neither_the_key_nor_its_parts_stand_in_the_state() -> None:
    key = states.new_key()
    assert key not in states.new_state(key)


@pytest.mark.parametrize("text", [None, "", "a" * 42, "a" * 44, "é" * 43, f"{'a' * 43}\n"])
def test_what_is_no_key_is_none(text: str | None) -> None:
    assert not states.is_key(text)
    assert not states.is_well_formed(text)
