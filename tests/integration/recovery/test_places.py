"""Backups in a folder and in a bucket: the same place to whoever takes and restores them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import botocore.session
import pytest

from functions.operations.recovery import errors, manifest, places
from functions.operations.recovery.manifest import Manifest
from functions.operations.recovery.places import Place
from tests import s3

LARGE = 9_000_000
"""Bytes: more than s3transfer sends in one part."""


@pytest.fixture(scope="module")
def bucket() -> Iterator[s3.Bucket]:
    with s3.Bucket() as bucket:
        yield bucket


@pytest.fixture(params=["folder", "bucket", "whole bucket"])
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What an operator types."""
    if request.param == "folder":
        return str(tmp_path / "backups")
    bucket: s3.Bucket = request.getfixturevalue("bucket")
    bucket.clear()
    for name, value in bucket.variables.items():
        monkeypatch.setenv(name, value)
    whole = f"s3://{bucket.name}"
    return whole if request.param == "whole bucket" else f"{whole}/nightly/clips"


@pytest.fixture
def place(address: str) -> Place:
    return places.open_place(address)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The files of a backup, one of them in a folder and one of them large."""
    folder = tmp_path / "source"
    (folder / "tables").mkdir(parents=True)
    (folder / manifest.DUMP).write_bytes(b"x" * LARGE)
    (folder / "tables" / "clips.csv").write_text("1,2\n")
    _list(folder, manifest.checksums(folder))
    return folder


def _list(folder: Path, files: dict[str, str]) -> None:
    """Make these the files of the backup in a folder."""
    Manifest(
        kind="full",
        taken_at=datetime.fromisoformat("2026-01-01T00:00:00Z"),
        release="0.1.0",
        schema_revision="0001",
        server_version="18.0",
        files=files,
        rows={},
    ).write(folder)


def test_what_is_put_is_fetched(place: Place, source: Path, tmp_path: Path) -> None:
    place.put(source, "20260101T000000Z-full")
    fetched = tmp_path / "fetched"
    fetched.mkdir()
    place.fetch("20260101T000000Z-full", fetched)
    assert manifest.checksums(fetched) == manifest.checksums(source)


@pytest.mark.parametrize("way", ["../../elsewhere", "{tmp}/elsewhere", "tables/../../elsewhere"])
def test_a_backup_that_lists_files_outside_of_its_folder_is_refused(
    place: Place, source: Path, tmp_path: Path, way: str
) -> None:
    _list(source, {way.format(tmp=tmp_path): "0"})
    place.put(source, "20260101T000000Z-full")
    fetched = tmp_path / "fetched" / "here"
    fetched.mkdir(parents=True)
    with pytest.raises(errors.BackupDamaged, match="outside of the backup"):
        place.fetch("20260101T000000Z-full", fetched)
    assert not (tmp_path / "elsewhere").exists()


def test_what_lies_beside_a_backup_is_not_fetched(
    bucket: s3.Bucket, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.clear()
    for name, value in bucket.variables.items():
        monkeypatch.setenv(name, value)
    place = places.Bucket(bucket.name, "clips")
    place.put(source, "20260101T000000Z-full")
    planted = tmp_path / "planted"
    client = botocore.session.get_session().create_client("s3")
    key = f"clips/20260101T000000Z-full/{planted}"
    client.put_object(Bucket=bucket.name, Key=key, Body=b"mine")
    fetched = tmp_path / "fetched"
    fetched.mkdir()
    place.fetch("20260101T000000Z-full", fetched)
    assert not planted.exists()
    assert manifest.checksums(fetched) == manifest.checksums(source)


def test_a_backup_that_broke_off_is_none(place: Place, source: Path) -> None:
    (source / manifest.FILE).unlink()
    place.put(source, "20260101T000000Z-full")
    assert place.names() == []


def test_a_place_stands_for_its_newest_whole_backup(
    address: str, place: Place, source: Path
) -> None:
    names = ["20260101T000000Z-full", "20260102T000000Z-full", "20260103T000000Z-log"]
    for name in reversed(names):
        place.put(source, name)
    assert place.names() == names
    found, name = places.locate(address)
    assert (found.names(), name) == (names, names[1])


def test_a_full_backup_goes_before_a_newer_one_that_lacks_rows(
    address: str, place: Place, source: Path
) -> None:
    place.put(source, "20260102T000000Z-tolerant")
    assert places.locate(address)[1] == "20260102T000000Z-tolerant"
    place.put(source, "20260101T000000Z-full")
    assert places.locate(address)[1] == "20260101T000000Z-full"
    named = places.locate(f"{address}/20260102T000000Z-tolerant")
    assert named[1] == "20260102T000000Z-tolerant"


def test_the_newest_from_before_a_mistake_is_found(
    address: str, place: Place, source: Path
) -> None:
    for day in (1, 2, 3):
        place.put(source, f"2026010{day}T000000Z-full")
    # Two hours east of Greenwich: it is the second backup's own second.
    moment = datetime.fromisoformat("2026-01-02T02:00:00+02:00")
    assert places.locate(address, moment)[1] == "20260101T000000Z-full"
    assert places.locate(address, moment + timedelta(seconds=1))[1] == "20260102T000000Z-full"
    with pytest.raises(errors.BackupMissing, match="before 20260101T000000Z"):
        places.locate(address, moment - timedelta(days=1))
    with pytest.raises(errors.BackupMissing):
        places.locate(f"{address}/20260103T000000Z-full", moment)


def test_files_can_be_fetched_by_name(place: Place, source: Path, tmp_path: Path) -> None:
    place.put(source, "20260101T000000Z-full")
    fetched = tmp_path / "fetched"
    fetched.mkdir()
    place.fetch("20260101T000000Z-full", fetched, manifest.FILE)
    assert [path.name for path in fetched.iterdir()] == [manifest.FILE]


def test_a_backup_is_named_in_utc_whatever_the_servers_zone(source: Path) -> None:
    moment = datetime.fromisoformat("2026-01-02T01:00:00+02:00")
    assert manifest.stamp(moment) == "20260101T230000Z"


def test_a_backup_is_found_by_its_own_address(address: str, place: Place, source: Path) -> None:
    place.put(source, "20260102T000000Z-full")
    where = place.put(source, "20260101T000000Z-full")
    assert where == f"{address}/20260101T000000Z-full"
    found, name = places.locate(where)
    assert name == "20260101T000000Z-full"
    assert len(found.names()) == 2


def test_where_nothing_is_is_said(address: str) -> None:
    with pytest.raises(errors.BackupMissing, match=address):
        places.locate(address)


def test_a_folder_of_backups_is_for_nobody_else(source: Path, tmp_path: Path) -> None:
    where = places.Folder(tmp_path / "backups").put(source, "20260101T000000Z-full")
    assert Path(where).stat().st_mode & 0o077 == 0


def test_a_backup_in_the_current_folder_is_found_by_its_name(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places.Folder(tmp_path).put(source, "20260101T000000Z-full")
    monkeypatch.chdir(tmp_path)
    assert places.locate("20260101T000000Z-full")[1] == "20260101T000000Z-full"


def test_a_bucket_that_is_not_there_is_told(
    bucket: s3.Bucket, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in bucket.variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(errors.PlaceUnavailable, match="nobodys-bucket could not be used"):
        places.open_place("s3://nobodys-bucket/clips").put(source, "20260101T000000Z-full")
