"""Where backups are: a folder, or a bucket with a prefix; each backup has a folder of its own.

The manifest comes last, so that a backup that broke off is not taken for one.
"""

import contextlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.manager import TransferManager

from functions.operations.recovery import errors, manifest

_SCHEME: Final = "s3"


class Place(Protocol):
    """Where backups are."""

    def put(self, source: Path, name: str) -> str:
        """Store the files of a folder as the backup `name`; where that is."""

    def fetch(self, name: str, into: Path, *only: str) -> None:
        """Bring the files that the backup `name` lists, or `only` these, into an empty folder.

        Raises:
            BackupDamaged: it lists files that would lie outside of the folder.
        """

    def names(self) -> list[str]:
        """The complete backups here, the oldest first."""


class Folder:
    """A folder of backups."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, source: Path, name: str) -> str:
        """Copy it; nobody else may read it."""
        target = self._path / name
        target.mkdir(parents=True, mode=0o700)
        for file in _manifest_last(source):
            to = target / file.relative_to(source)
            to.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, to)
        return str(target)

    def fetch(self, name: str, into: Path, *only: str) -> None:
        """Copy it back."""
        source = self._path / name
        for file in _to_fetch(into, only):
            shutil.copyfile(source / file, _target(into, file))

    def names(self) -> list[str]:
        """Those with a manifest."""
        return sorted(path.parent.name for path in self._path.glob(f"*/{manifest.FILE}"))


class Bucket:
    """A bucket, and what the keys in it begin with."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""

    def put(self, source: Path, name: str) -> str:
        """Upload it, large files in parts."""
        with self._client() as client, TransferManager(client) as transfers:
            for file in _manifest_last(source):
                key = f"{self._prefix}{name}/{file.relative_to(source).as_posix()}"
                transfers.upload(str(file), self._bucket, key).result()
        return f"{_SCHEME}://{self._bucket}/{self._prefix}{name}"

    def fetch(self, name: str, into: Path, *only: str) -> None:
        """Download it."""
        with self._client() as client, TransferManager(client) as transfers:
            for file in _to_fetch(into, only):
                key = f"{self._prefix}{name}/{file}"
                transfers.download(self._bucket, key, str(_target(into, file))).result()

    def names(self) -> list[str]:
        """Those with a manifest."""
        with self._client() as client:
            keys = self._keys(client, self._prefix)
        pairs = [key.removeprefix(self._prefix).split("/") for key in keys]
        return sorted(pair[0] for pair in pairs if pair[1:] == [manifest.FILE])

    @contextlib.contextmanager
    def _client(self) -> Any:  # noqa: ANN401 -- made at run time
        try:
            session = botocore.session.get_session()
            with contextlib.closing(session.create_client("s3")) as client:
                yield client
        except (BotoCoreError, ClientError) as error:
            raise errors.PlaceUnavailable(
                f"The bucket {self._bucket} could not be used: {error}; is that its name, are there"
                " credentials here, and may they list, read and write it?"
            ) from error

    def _keys(self, client: Any, start: str) -> list[str]:  # noqa: ANN401 -- as above
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=start)
        return [item["Key"] for page in pages for item in page.get("Contents", ())]


def open_place(text: str) -> Place:
    """The place that an operator names: a folder's path, or `s3://BUCKET/PREFIX`."""
    parts = urlsplit(text)
    if parts.scheme == _SCHEME:
        return Bucket(parts.netloc, parts.path.strip("/"))
    return Folder(Path(text))


def locate(text: str, before: datetime | None = None) -> tuple[Place, str]:
    """The backup that an operator names: its own path, or a place, of which the newest is taken.

    Of a place, a tolerant backup is taken only where there is no full one: rows are missing in it.

    Args:
        text: As the operator typed it.
        before: Only backups that were taken before this; None for all.

    Raises:
        BackupMissing: there is none.
    """
    place = open_place(text)
    if chosen := _newest(place.names(), before):
        return place, chosen
    parent, _, name = text.rstrip("/").rpartition("/")
    if parent.removeprefix(f"{_SCHEME}:/") and name:
        around = open_place(parent)
        if name in _taken_before(around.names(), before):
            return around, name
    elif name and not parent:
        here = open_place(".")
        if name in _taken_before(here.names(), before):
            return here, name
    told = f", taken before {manifest.stamp(before)}" if before else ""
    raise errors.BackupMissing(f"There is no complete backup at {text}{told}")


def _newest(names: Iterable[str], before: datetime | None) -> str | None:
    """The newest full backup; the newest tolerant one where there is none."""
    old_enough = _taken_before(names, before)
    for kind in ("full", "tolerant"):
        if found := [name for name in old_enough if name.endswith(f"-{kind}")]:
            return found[-1]
    return None


def _taken_before(names: Iterable[str], before: datetime | None) -> list[str]:
    return [name for name in names if before is None or name < manifest.stamp(before)]


def _manifest_last(source: Path) -> list[Path]:
    files = sorted(path for path in source.rglob("*") if path.is_file())
    return sorted(files, key=lambda path: path.name == manifest.FILE)


def _to_fetch(into: Path, only: Sequence[str]) -> Iterator[str]:
    """The files to fetch; what else lies beside them is not ours, and may have any name."""
    if only:
        yield from only
        return
    yield manifest.FILE
    # It is there by now.
    yield from manifest.Manifest.parse(into).files


def _target(into: Path, file: str) -> Path:
    to = into / file
    to.parent.mkdir(parents=True, exist_ok=True)
    return to
