"""The driver's errors: each becomes one of ours, and none gets through."""

from collections.abc import Iterator

import psycopg
import pytest

from functions.shared import errors
from functions.shared.db import connection


def family(kind: type[psycopg.Error]) -> Iterator[type[psycopg.Error]]:
    yield kind
    for child in kind.__subclasses__():
        yield from family(child)


FAMILY = sorted(set(family(psycopg.Error)), key=lambda kind: kind.__name__)
TIMEOUTS = {psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable}


def test_the_family_is_the_whole_of_sqlstate() -> None:
    assert len(FAMILY) > 200


@pytest.mark.parametrize("kind", FAMILY, ids=lambda kind: kind.__name__)
def test_every_error_of_the_driver_is_translated(kind: type[psycopg.Error]) -> None:
    kept = connection.translated(kind("why"), connection_lost=False)
    lost = connection.translated(kind("why"), connection_lost=True)
    if kind in TIMEOUTS:
        assert type(kept) is type(lost) is errors.DatabaseTimeout
    else:
        assert type(kept) is errors.DatabaseError
        assert type(lost) is errors.DatabaseUnavailable
    assert str(kept).endswith("why")


def test_an_error_without_a_message_is_told_by_its_name() -> None:
    translated = connection.translated(psycopg.OperationalError(), connection_lost=False)
    assert str(translated) == "OperationalError"
