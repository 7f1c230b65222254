"""The table of what could not run, in runs of pytest on files of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra import python_versions
from tests import requirements_table

ROOT = Path(__file__).parents[3]

MIXED = """
import pytest

def test_that_runs():
    pass

@pytest.mark.needs("python3.0")
def test_on_an_old_python():
    raise AssertionError("must not run")

@pytest.mark.needs("python3.0")
@pytest.mark.parametrize("number", [1, 2])
def test_on_an_old_python_again(number):
    raise AssertionError("must not run")

def test_with_a_plain_skip():
    pytest.skip("no quantum computer")
"""
COMPLETE = """
import sys
import pytest

@pytest.mark.xfail(strict=True)
def test_that_fails_as_it_should():
    raise AssertionError

def test_that_runs():
    pass
"""
UNKNOWN = """
import pytest

@pytest.mark.needs("perl")
def test_in_perl():
    pass
"""


def run(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(source)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers -q\n")
    plugins = ("-p", "tests.requirements_table", "-p", "no:cacheprovider", "-p", "no:asyncio")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *options, "test_sample.py"],
        env={"PYTHONPATH": str(ROOT), "PATH": os.defpath},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_could_not_run_is_listed_with_its_reason(tmp_path: Path) -> None:
    result = run(tmp_path, MIXED)
    assert result.returncode == 0
    _, _, table = result.stdout.partition("Could not run here")
    heading, plain, python = table.splitlines()[1:4]
    assert heading.split("  ")[0] == "tests"
    assert heading.endswith("how to get it")
    assert plain.split() == ["1", "-", "no", "quantum", "computer", "-"]
    assert python.startswith("3      python3.0  no python3.0 on PATH")
    assert "pyenv install" in python


def test_a_file_that_is_skipped_whole_is_listed_too(tmp_path: Path) -> None:
    result = run(tmp_path, "import pytest\npytest.importorskip('no_such_package')\n")
    assert "Could not run here" in result.stdout
    assert "no_such_package" in result.stdout


def test_a_strict_run_fails_when_something_could_not_run(tmp_path: Path) -> None:
    assert run(tmp_path, MIXED, "--strict-needs").returncode == pytest.ExitCode.TESTS_FAILED


def test_workers_of_a_parallel_run_tell_the_one_that_prints(tmp_path: Path) -> None:
    result = run(tmp_path, MIXED, "--strict-needs", "--numprocesses=2")
    assert result.returncode == pytest.ExitCode.TESTS_FAILED
    assert "3      python3.0  no python3.0 on PATH" in result.stdout


def test_a_strict_run_of_everything_passes_and_says_so(tmp_path: Path) -> None:
    result = run(tmp_path, COMPLETE, "--strict-needs")
    assert result.returncode == 0
    assert "Everything ran." in result.stdout.splitlines()


def test_a_need_that_nobody_described_is_an_error(tmp_path: Path) -> None:
    result = run(tmp_path, UNKNOWN)
    assert result.returncode != 0
    assert "perl" in result.stdout


def interpreter(folder: Path, script: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "python3.77"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_python_that_does_not_run_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interpreter(tmp_path / "shims", "exit 127")
    interpreter(tmp_path / "other", "echo 3.7")
    interpreter(tmp_path / "versions" / "3.77.1" / "bin", "echo 3.77")
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:{tmp_path / 'other'}:{os.defpath}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))

    found = python_versions.find_python.__wrapped__("3.77")

    assert found == tmp_path / "versions" / "3.77.1" / "bin" / "python3.77"


def test_the_running_python_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert python_versions.find_python.__wrapped__(version)


def test_a_python_of_the_future_is_not_found() -> None:
    assert python_versions.find_python("3.99") is None


def test_a_browser_is_found_by_each_of_its_names_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert requirements_table.find_browser() is None
    browser = tmp_path / "google-chrome"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    assert requirements_table.find_browser() == str(browser)
