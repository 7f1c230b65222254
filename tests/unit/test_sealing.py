"""The secret in a backup."""

import pytest

from functions.operations.recovery import errors, sealing

VARIABLES = {"BOT_TOKEN": "not-a-token", "DATABASE_URL": "postgresql://here"}
PASSPHRASE = "correct horse battery staple"


def test_the_passphrase_opens_it() -> None:
    assert sealing.open_sealed(sealing.seal(VARIABLES, PASSPHRASE), PASSPHRASE) == VARIABLES


def test_nothing_of_it_is_in_clear_and_no_two_are_alike() -> None:
    first, second = (sealing.seal(VARIABLES, PASSPHRASE) for _ in range(2))
    assert b"token" not in first.lower()
    assert first != second


@pytest.mark.parametrize("change", ["passphrase", "byte", "length"])
def test_another_passphrase_or_a_changed_file_is_told(change: str) -> None:
    sealed = sealing.seal(VARIABLES, PASSPHRASE)
    if change == "byte":
        sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    if change == "length":
        sealed = sealed[:10]
    with pytest.raises(errors.NotSealed):
        sealing.open_sealed(sealed, PASSPHRASE + "!" * (change == "passphrase"))


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(errors.NotSealed, match="BACKUP_PASSPHRASE"):
        sealing.seal(VARIABLES, "hunter2")
