import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.infra import artifacts, tools

ROOT: Final = Path(__file__).parents[2]
TEMPLATE: Final = ROOT / "infra" / "template.yaml"

Build = Callable[[str, str], Path]


@pytest.fixture(scope="session")
def here() -> str:
    """This machine's architecture, as Lambda calls it."""
    return artifacts.architecture()


@pytest.fixture(scope="session")
def sam_build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Runs `sam build` for an architecture, once for all tests of this run; the built template."""
    built: dict[str, Path] = {}

    def run(architecture: str) -> Path:
        if architecture not in built:
            folder = tmp_path_factory.mktemp(architecture)
            options = ("--build-dir", folder, "--parameter-overrides")
            subprocess.run(
                [tools.program("infra", "sam"), "build", *options, f"Architecture={architecture}"],
                cwd=ROOT,
                env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
                check=True,
            )
            built[architecture] = folder / "template.yaml"
        return built[architecture]

    return run


@pytest.fixture(scope="session")
def build(sam_build: Callable[[str], Path]) -> Build:
    """The folder of a function's artifact for an architecture, as `sam build` leaves it."""

    def run(function: str, architecture: str) -> Path:
        return sam_build(architecture).parent / f"{function.capitalize()}Function"

    return run


@pytest.fixture(scope="session")
def translated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as plain CloudFormation, a JSON file."""
    return translate(TEMPLATE, tmp_path_factory.mktemp("translated") / "template.json")


@pytest.fixture(scope="session")
def template(translated: Path) -> dict[str, Any]:
    """The same, read."""
    document: dict[str, Any] = json.loads(translated.read_text())
    return document


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    """Its resources, by their logical ids."""
    found: dict[str, Any] = template["Resources"]
    return found


def translate(template: Path, target: Path) -> Path:
    """Translate a template into a file, whose path is returned."""
    translator = Path(__file__).parent / "translate.py"
    with target.open("wb") as written:
        subprocess.run(
            [tools.program("infra", "python"), translator, template], stdout=written, check=True
        )
    return target
