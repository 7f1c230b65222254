"""Which schemas a release works on."""

import logging

import pytest

from functions.shared import errors, release
from functions.shared.db import schema

OWN = {release.SCHEMA: "0.1.0"}


def test_its_own_schema_is_served_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    schema.check(OWN)
    assert caplog.records == []


@pytest.mark.parametrize("older", [{}, {"0000": "0.0.1"}])
def test_an_older_schema_is_refused_with_the_way_out(older: dict[str, str]) -> None:
    found = max(older, default="none")
    with pytest.raises(errors.SchemaMismatch, match=rf"is {found}, .* run `clipsaver migrate`"):
        schema.check(older)


def test_a_newer_schema_is_served_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    schema.check(OWN | {"9998": release.RELEASE, "9999": "0.0.1"})
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "schema 9999 is newer" in record.getMessage()


@pytest.mark.parametrize("oldest", ["0.1.1", "0.2.0", "0.10.0", "1.0.0"])
def test_a_newer_schema_that_excludes_this_release_is_refused(
    monkeypatch: pytest.MonkeyPatch, oldest: str
) -> None:
    monkeypatch.setattr(release, "RELEASE", "0.1.0")
    with pytest.raises(errors.SchemaMismatch, match=f"9999 needs release {oldest} or newer"):
        schema.check(OWN | {"9999": oldest, "9998": "0.1.0"})


def test_versions_are_compared_as_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "RELEASE", "0.10.0")
    schema.check(OWN | {"9999": "0.9.0"})
