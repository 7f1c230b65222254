"""A backup as it is brought here, with what was decided after it.

Every backup carries a journal, whatever else is in it, so the newest one after the backup tells
most. Of a broken database it may lack parts; those come from the one before.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from functions.operations.recovery import errors, journal, places
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
    """What was decided by the time of the newest backup at a place, whatever else is in it.

    Raises:
        BackupMissing, BackupDamaged: none is there, or it is not what was written.
    """
    place = places.open_place(text)
    names = place.names()
    if not names:
        raise errors.BackupMissing(f"There is no complete backup at {text}")
    return _decided(place, names)


def _decided(place: Place, names: Sequence[str]) -> Journal:
    """Each part out of the newest of these backups that has it."""
    found: dict[str, list[dict[str, object]]] = {}
    for name in reversed(names):
        if found.keys() >= set(journal.PARTS):
            break
        with tempfile.TemporaryDirectory(prefix="clipsaver-journal-") as temporary:
            folder = Path(temporary)
            place.fetch(name, folder, manifests.FILE, manifests.JOURNAL)
            Manifest.read(folder, manifests.JOURNAL)
            found = {**journal.load(folder), **found}
    return found
