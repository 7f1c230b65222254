"""How long each drill took, and how long it may: a table at the end of a run.

Drills tell it as a property of their report, which workers of a parallel run send to the one that
prints.
"""

from typing import Final

import pytest

PROPERTY: Final = "drill"
"""Its value: what was done, the seconds it took, the minutes it may take."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    taken = [value for each in reports for name, value in each.user_properties if name == PROPERTY]
    if not taken:
        return
    terminalreporter.section("Drills")
    for what, seconds, minutes in taken:
        terminalreporter.write_line(f"{what}: {seconds:.1f} s (at most {minutes:.0f} min)")
