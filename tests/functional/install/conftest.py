from collections.abc import Callable, Iterator

import pytest

from clipsaver.local import postgres as local_postgres
from functions.interactions.install import callback
from functions.shared.discord import transport
from tests.functional.install import stage as stages
from tests.functional.install.stage import Stage, Visitor

NewVisitor = Callable[[], Visitor]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to get to a browser or a network here."""
    monkeypatch.setattr(callback, "_JOIN_PAUSES", (0.05,) * 3)
    monkeypatch.setattr(callback, "_TWIN_PAUSES", (0.1,) * 10)
    monkeypatch.setattr(transport, "_FIRST_BACKOFF_SECONDS", 0.01)


@pytest.fixture(scope="module")
def database(postgres: local_postgres.Postgres, template_database: str) -> Iterator[str]:
    with stages.database(postgres, template_database) as name:
        yield name


@pytest.fixture
def stage(postgres: local_postgres.Postgres, database: str) -> Iterator[Stage]:
    with stages.stage(postgres, database) as stage:
        yield stage


@pytest.fixture
def new_visitor(stage: Stage) -> Iterator[NewVisitor]:
    visitors: list[Visitor] = []

    def visitor() -> Visitor:
        visitors.append(Visitor(stage))
        return visitors[-1]

    yield visitor
    for each in visitors:
        each.http.close()


@pytest.fixture
def visitor(new_visitor: NewVisitor) -> Visitor:
    return new_visitor()
