"""What could not run on this machine, and what would let it: a table at the end of each run.

A test says what it needs with `@pytest.mark.needs("python3.13")`. When this machine lacks it, the
test is skipped and listed; so is every plain skip. With `--strict-needs` such a run fails.
"""

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from infra import python_versions
from tests import pgbouncer


class Need(NamedTuple):
    """Something that a machine may lack.

    Attributes:
        unmet: Given the match of `pattern`, why the need is not met, or None when it is.
        remedy: How to get it.
    """

    pattern: re.Pattern[str]
    unmet: Callable[[re.Match[str]], str | None]
    remedy: str


def _no_python(need: re.Match[str]) -> str | None:
    if python_versions.find_python(need["version"]):
        return None
    return f"no {need[0]} on PATH or among pyenv's versions"


_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """The path of a browser of Chromium's family, or None when there is none."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def _no_browser(_: re.Match[str]) -> str | None:
    return None if find_browser() else f"none of {', '.join(_BROWSERS)} on PATH"


def _no_pgbouncer(_: re.Match[str]) -> str | None:
    return None if pgbouncer.find_program() else "no pgbouncer on PATH or in /usr/sbin"


def _no_debian_postgresql(need: re.Match[str]) -> str | None:
    folder = Path("/usr/lib/postgresql", need["major"], "bin")
    return None if (folder / "postgres").is_file() else f"no PostgreSQL in {folder}"


NEEDS: Final = (
    Need(
        re.compile(r"python(?P<version>3\.\d+)"),
        _no_python,
        "install it; with pyenv: pyenv install and the version",
    ),
    Need(
        re.compile("browser"),
        _no_browser,
        "install it; on Debian and Ubuntu: apt-get install chromium",
    ),
    Need(
        re.compile(r"postgresql-(?P<major>\d+)"),
        _no_debian_postgresql,
        "install it; on Debian and Ubuntu: apt-get install and its name",
    ),
    Need(
        re.compile("pgbouncer"),
        _no_pgbouncer,
        "install it; on Debian and Ubuntu: apt-get install pgbouncer",
    ),
)
"""Every need a test may declare; the first whose pattern fits the whole name counts."""


class Row(NamedTuple):
    """A line of the table, its test count aside."""

    need: str
    why: str
    remedy: str


_HEADINGS: Final = ("tests", "need", "why", "how to get it")
_UNMET: Final = "unmet need"
_SKIPPED: Final = "Skipped: "
_NONE: Final = "-"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--strict-needs", action="store_true", help="fail when anything could not run here"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(name, ...): skip, and list at the end, on machines that lack one of them"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            row = _lack(name)
            if row:
                # Plain, because workers of a parallel run send it to the one that prints.
                item.user_properties.append((_UNMET, list(row)))
                pytest.skip(row.why)


def _lack(name: str) -> Row | None:
    for need in NEEDS:
        match = need.pattern.fullmatch(name)
        if match:
            why = need.unmet(match)
            return Row(name, why, need.remedy) if why else None
    raise pytest.UsageError(f"No test may need {name!r}: tests/requirements_table.py knows no such")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not session.config.pluginmanager.has_plugin("terminalreporter"):
        return  # a worker of a parallel run
    strict = session.config.getoption("--strict-needs")
    if strict and _missing(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    missing = _missing(config)
    if not missing:
        terminalreporter.write_line("Everything ran.")
        return
    terminalreporter.section("Could not run here")
    lines = [_HEADINGS, *((str(count), *row) for row, count in sorted(missing.items()))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        terminalreporter.write_line("  ".join(cells).rstrip())


def _missing(config: pytest.Config) -> Counter[Row]:
    """How many tests, or whole files, each reason kept from running."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    assert isinstance(reporter, pytest.TerminalReporter)
    return Counter(map(_row, reporter.stats.get("skipped", ())))


def _row(report: pytest.TestReport | pytest.CollectReport) -> Row:
    if isinstance(report, pytest.TestReport):
        for name, value in report.user_properties:
            if name == _UNMET and isinstance(value, list):
                return Row(*value)
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return Row(_NONE, reason.removeprefix(_SKIPPED), _NONE)
