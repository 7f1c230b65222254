"""Artifacts of the functions, put together by `infra/build.py` as for a deployment."""

import os
import platform
import subprocess
from pathlib import Path
from typing import Final

from infra import python_versions
from tests.infra import client

_ROOT: Final = Path(__file__).parents[2]


def architecture() -> str:
    """This machine's, as Lambda calls it."""
    return {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")


def build(function: str, architecture: str, folder: Path) -> None:
    """Build the artifact of a function into an empty folder."""
    run("infra/build.py", architecture, str(folder), function)


def run(*arguments: str) -> None:
    """Run a program of this repository with Lambda's Python, whose bytecode it is to make."""
    python = python_versions.find_python(client.PYTHON)
    assert python, f"no python{client.PYTHON} on PATH or among pyenv's versions"
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run([python, *arguments], cwd=_ROOT, env=environment, check=True)
