from collections.abc import Iterator

import pytest

from tests.secrets_manager import SecretsManager


@pytest.fixture(scope="package")
def manager() -> Iterator[SecretsManager]:
    with SecretsManager() as manager:
        yield manager


@pytest.fixture(autouse=True)
def reachable(manager: SecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process as a function that has been told where AWS is."""
    for name, value in manager.variables.items():
        monkeypatch.setenv(name, value)
