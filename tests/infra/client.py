"""A Python of Lambda's version that has AWS's runtime interface client, and nothing else."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import uv

from tests import python_versions

PYTHON: Final = "3.13"

_ROOT: Final = Path(__file__).parents[2]
_CACHE: Final = _ROOT / ".cache" / "runtime"
_LOCK: Final = _ROOT / "requirements" / "runtime.txt"


def interpreter() -> Path:
    """Its path; it is made anew when the lock changed."""
    fingerprint = hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:16]
    environment = _CACHE / f"{PYTHON}-{fingerprint}"
    if not environment.exists():
        shutil.rmtree(_CACHE, ignore_errors=True)
        _CACHE.mkdir(parents=True)
        # Elsewhere first, so that an interrupted download leaves nothing that looks complete.
        with tempfile.TemporaryDirectory(dir=_CACHE) as folder:
            building = Path(folder, "environment")
            python = building / "bin" / "python"
            _uv("venv", "--python", str(python_versions.find_python(PYTHON)), str(building))
            _uv("pip", "install", "--python", str(python), "--require-hashes", "-r", str(_LOCK))
            building.rename(environment)
    return environment / "bin" / "python"


def _uv(*arguments: str) -> None:
    command = [uv.find_uv_bin(), *arguments, "--quiet", "--no-python-downloads"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
