"""Programs that run beside Clip Saver, on Lambda's Python: each from its lock, under `.cache/`."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import uv

from infra import python_versions

PYTHON: Final = "3.13"

_ROOT: Final = Path(__file__).parents[2]
_CACHE: Final = _ROOT / ".cache" / "tools"


def program(lock: str, name: str) -> Path:
    """The path of a program that the packages of `requirements/<lock>.txt` bring.

    They are installed when the lock has changed, into an environment of their own.
    """
    path = _ROOT / "requirements" / f"{lock}.txt"
    fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    environment = _CACHE / f"{lock}-{PYTHON}-{fingerprint}"
    if not environment.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        for outdated in _CACHE.glob(f"{lock}-{PYTHON}-*"):
            shutil.rmtree(outdated)
        _install(path, environment)
    return environment / "bin" / name


def _install(lock: Path, environment: Path) -> None:
    # Elsewhere first, so that an interrupted download leaves nothing that looks complete.
    with tempfile.TemporaryDirectory(dir=_CACHE) as folder:
        building = Path(folder, "environment")
        python = building / "bin" / "python"
        _uv("venv", "--relocatable", "--python", str(python_versions.find_python(PYTHON)), building)
        _uv("pip", "install", "--python", python, "--require-hashes", "-r", lock)
        building.rename(environment)


def _uv(*arguments: str | Path) -> None:
    command = [uv.find_uv_bin(), *arguments, "--quiet", "--no-python-downloads"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
