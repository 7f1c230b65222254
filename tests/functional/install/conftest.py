from collections.abc import Callable, Iterator

import pytest

from tests.functional.install import stage as stages
from tests.functional.install.stage import Stage, Visitor

NewVisitor = Callable[[], Visitor]


@pytest.fixture
def stage(database_url: str, superuser_url: str) -> Iterator[Stage]:
    with stages.stage(database_url, superuser_url) as stage:
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
