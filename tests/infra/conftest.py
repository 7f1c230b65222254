import os
import platform
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests import python_versions
from tests.infra import client

ROOT: Final = Path(__file__).parents[2]

Build = Callable[..., Path]


@pytest.fixture(scope="session")
def here() -> str:
    """This machine's architecture, as Lambda calls it."""
    return {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Builds the artifact of a function for an architecture, once for all tests of this run."""
    built: dict[tuple[str, str, int], Path] = {}

    def run(function: str, architecture: str, *, again: int = 0) -> Path:
        key = function, architecture, again
        if key not in built:
            folder = tmp_path_factory.mktemp(f"{function}-{architecture}")
            command = [
                python_versions.find_python(client.PYTHON) or client.PYTHON,
                *(ROOT / "infra" / "build.py", architecture, folder, function),
            ]
            subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": "0"}, check=True)
            built[key] = folder
        return built[key]

    return run
