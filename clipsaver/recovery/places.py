"""Where backups are: a folder, or a bucket with a prefix; each backup has a folder of its own.

The manifest comes last, so that a backup that broke off is not taken for one.
"""

import contextlib
import shutil
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from s3transfer.manager import TransferManager

from clipsaver import aws
from clipsaver.recovery import errors, manifest

_SCHEME: Final = "s3"


class Place(Protocol):
    """Where backups are."""

    def put(self, source: Path, name: str) -> str:
        """Store the files of a folder as the backup `name`; where that is."""

    def fetch(self, name: str, into: Path) -> None:
        """Bring the files of the backup `name` into an empty folder."""

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

    def fetch(self, name: str, into: Path) -> None:
        """Copy it back."""
        shutil.copytree(self._path / name, into, dirs_exist_ok=True)

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

    def fetch(self, name: str, into: Path) -> None:
        """Download it."""
        start = f"{self._prefix}{name}/"
        with self._client() as client, TransferManager(client) as transfers:
            for key in self._keys(client, start):
                to = into / key.removeprefix(start)
                to.parent.mkdir(parents=True, exist_ok=True)
                transfers.download(self._bucket, key, str(to)).result()

    def names(self) -> list[str]:
        """Those with a manifest."""
        with self._client() as client:
            keys = self._keys(client, self._prefix)
        pairs = [key.removeprefix(self._prefix).split("/") for key in keys]
        return sorted(pair[0] for pair in pairs if pair[1:] == [manifest.FILE])

    @contextlib.contextmanager
    def _client(self) -> Any:  # noqa: ANN401 -- made at run time
        with aws.translated_errors(), contextlib.closing(aws.client("s3", None)) as client:
            yield client

    def _keys(self, client: Any, start: str) -> list[str]:  # noqa: ANN401 -- as above
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=start)
        return [item["Key"] for page in pages for item in page.get("Contents", ())]


def open_place(text: str) -> Place:
    """The place that an operator names: a folder's path, or `s3://BUCKET/PREFIX`."""
    parts = urlsplit(text)
    if parts.scheme == _SCHEME:
        return Bucket(parts.netloc, parts.path.strip("/"))
    return Folder(Path(text))


def locate(text: str) -> tuple[Place, str]:
    """The backup that an operator names: its own path, or a place, of which the newest is taken.

    Raises:
        BackupMissing: there is none.
    """
    place = open_place(text)
    whole = [name for name in place.names() if not name.endswith("-log")]
    if whole:
        return place, whole[-1]
    parent, _, name = text.rstrip("/").rpartition("/")
    if parent.removeprefix(f"{_SCHEME}:/") and name:
        around = open_place(parent)
        if name in around.names():
            return around, name
    elif name and not parent and name in (here := open_place(".")).names():
        return here, name
    raise errors.BackupMissing(f"There is no complete backup at {text}")


def _manifest_last(source: Path) -> list[Path]:
    files = sorted(path for path in source.rglob("*") if path.is_file())
    return sorted(files, key=lambda path: path.name == manifest.FILE)
