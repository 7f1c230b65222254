"""What is compared: our artifact, and the plain app's with and without bytecode."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.infra import artifacts


class Artifacts(NamedTuple):
    """Folders as Lambda unpacks them.

    Attributes:
        without_bytecode: The plain app as `sam build` leaves it when nobody compiles anything.
    """

    ours: Path
    plain: Path
    without_bytecode: Path


@contextmanager
def built() -> Iterator[Artifacts]:
    """All three for this machine's architecture, for as long as the block lasts."""
    architecture = artifacts.architecture()
    with tempfile.TemporaryDirectory() as folder:
        found = Artifacts(*(Path(folder, name) for name in Artifacts._fields))
        artifacts.build("interactions", architecture, found.ours)
        artifacts.run("-m", "benchmarks.plain_build", architecture, str(found.plain))
        shutil.copytree(
            found.plain, found.without_bytecode, ignore=shutil.ignore_patterns("__pycache__")
        )
        yield found
