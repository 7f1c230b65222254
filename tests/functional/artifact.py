"""A function as it is deployed: its own code and the packages of its lock, on Lambda's Python."""

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import uv

from infra import python_versions

PYTHON: Final = "3.13"
"""The runtime that the template names."""

_ROOT: Final = Path(__file__).parents[2]
_CACHE: Final = _ROOT / ".cache" / "artifacts"
_INVOKE: Final = """
import importlib, json, sys

class Context:
    aws_request_id = "deployed"

    def get_remaining_time_in_millis(self):
        return 60_000

function, events, results = sys.argv[1:]
handler = importlib.import_module(f"functions.{function}.handler").handler
with open(events) as given, open(results, "w") as written:
    json.dump([handler(event, Context()) for event in json.load(given)], written)
"""


def names() -> list[str]:
    """Every function that has a lock of its own."""
    locks = (path.stem for path in _ROOT.glob("requirements/*.in"))
    return sorted(name for name in locks if (_ROOT / "functions" / name / "handler.py").exists())


class Artifact:
    """One function in a folder of its own.

    Args:
        function: Its name.
        folder: Where its code goes, and nothing else of this repository.
    """

    def __init__(self, function: str, folder: Path) -> None:
        self._function = function
        self._folder = folder
        for package in ("shared", function):
            shutil.copytree(
                _ROOT / "functions" / package,
                folder / "functions" / package,
                ignore=shutil.ignore_patterns("__pycache__"),
            )
        shutil.copy(_ROOT / "functions" / "__init__.py", folder / "functions")
        shutil.copy(_ROOT / "settings.default.yml", folder)
        if function == "deploy":
            shutil.copytree(_ROOT / "migrations", folder / "migrations")
        self._python = _interpreter(function)

    def invoke(self, variables: Mapping[str, str], *events: Any) -> list[Any]:
        """Start the function and invoke it with one event after another; its results."""
        given, results = self._folder / "events.json", self._folder / "results.json"
        given.write_text(json.dumps(events))
        result = subprocess.run(
            [self._python, "-W", "error", "-c", _INVOKE, self._function, given, results],
            cwd=self._folder,
            env={**variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        answers: list[Any] = json.loads(results.read_text())
        return answers


def _interpreter(function: str) -> Path:
    """A Python with the locked packages and no others, made anew when the lock changed."""
    lock = _ROOT / "requirements" / f"{function}.txt"
    fingerprint = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    environment = _CACHE / f"{function}-{PYTHON}-{fingerprint}"
    if not environment.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        for outdated in _CACHE.glob(f"{function}-{PYTHON}-*"):
            shutil.rmtree(outdated)
        _install(lock, environment)
    return environment / "bin" / "python"


def _install(lock: Path, environment: Path) -> None:
    # Elsewhere first, so that an interrupted download leaves nothing that looks complete.
    with tempfile.TemporaryDirectory(dir=_CACHE) as folder:
        building = Path(folder, "environment")
        python = building / "bin" / "python"
        _uv("venv", "--python", str(python_versions.find_python(PYTHON)), str(building))
        _uv("pip", "install", "--python", str(python), "--require-hashes", "-r", str(lock))
        building.rename(environment)


def _uv(*arguments: str) -> None:
    command = [uv.find_uv_bin(), *arguments, "--quiet", "--no-python-downloads"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
