"""A backup as it is brought here, with what was decided after it.

Every backup carries a journal, whatever else is in it, so the newest one after the backup tells
most. Of a broken database it may lack some; that comes from the one before.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from functions.operations.recovery import journal, places
from functions.operations.recovery import manifest as manifests
from functions.operations.recovery.journal import Journal
from functions.operations.recovery.manifest import Manifest
from functions.operations.recovery.places import Place


@dataclass(frozen=True, slots=True)
class Source:
    """A backup in a folder on this machine.

    Attributes:
        decided: What was decided by the time of the newest backup after it.
    """

    folder: Path
    manifest: Manifest
    decided: Journal


@contextmanager
def fetched(text: str, before: datetime | None = None) -> Iterator[Source]:
    """Bring a backup here for as long as the block lasts.

    Args:
        text: What the operator named: see `places.locate`.
        before: Only one that was taken before this.

    Raises:
        BackupMissing, BackupDamaged: it is not there, or not what was written.
    """
    place, name = places.locate(text, before)
    with tempfile.TemporaryDirectory(prefix="clipsaver-restore-") as temporary:
        folder = Path(temporary, "backup")
        folder.mkdir()
        place.fetch(name, folder)
        made = Manifest.read(folder)
        later = [each for each in place.names() if each > name]
        yield Source(folder, made, _decided(place, later))


def decided(text: str) -> Journal:
    """What was decided by the time of a backup, whatever else is in it.

    Args:
        text: The backup's own path or address, or a place: its newest.

    Raises:
        BackupMissing, BackupDamaged: none is there, or it is not what was written.
    """
    place = places.open_place(text)
    names = place.names()
    if not names:
        place, last = places.locate(text)
        names = [each for each in place.names() if each <= last]
    return _decided(place, names)


def _decided(place: Place, names: Sequence[str]) -> Journal:
    return journal.combined(_journal(place, name) for name in reversed(names))


def _journal(place: Place, name: str) -> Journal:
    with tempfile.TemporaryDirectory(prefix="clipsaver-journal-") as temporary:
        folder = Path(temporary)
        place.fetch(name, folder, manifests.FILE, manifests.JOURNAL)
        Manifest.read(folder, manifests.JOURNAL)
        return journal.load(folder)
