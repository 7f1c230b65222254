import pytest

from clipsaver.emulator import courier
from functions.interactions import parts
from functions.shared import queue


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer than Discord waits; tests about that override this."""
    monkeypatch.setattr(courier, "DEADLINE_SECONDS", 20.0)
    monkeypatch.setattr(queue, "_SEND_SECONDS", 20.0)
    monkeypatch.setattr(queue, "_READ_SECONDS", 10.0)
    monkeypatch.setattr(parts, "_TRANSACTION_SECONDS", 20.0)
