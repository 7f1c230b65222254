"""`docs/sync-faults.md` tells of every fault that is tested, and of no other."""

import ast
import re
from pathlib import Path

from tests.functional.sync.fault_cases import CASES

HERE = Path(__file__).parent
TABLE = HERE.parents[2] / "docs" / "sync-faults.md"
MODULES = ("test_faults.py", "test_faults_of_lists.py", "test_faults_of_the_database.py")
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)(?:\[([\w-]+)\])?`")


def rows_for(module: str) -> set[tuple[str, str, str]]:
    """The tests of a module as the table names them: parametrised faults each by itself."""
    tree = ast.parse((HERE / module).read_text())
    names = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
    tests = {name for name in names if name.startswith("test_")}
    if module == "test_faults.py":
        return {(module, name, case.name) for name in tests for case in CASES}
    return {(module, name, "") for name in tests}


def test_the_table_and_the_tests_name_the_same_faults() -> None:
    named = set(NAMED.findall(TABLE.read_text()))
    tested = set().union(*map(rows_for, MODULES))
    assert {each for each in named if each[0] in MODULES} == tested
    for module, name, _ in named - tested:
        assert name in {test for _, test, _ in rows_for(module)}


def test_no_fault_is_told_twice() -> None:
    named = NAMED.findall(TABLE.read_text())
    assert len(named) == len(set(named))
    assert len({case.name for case in CASES}) == len(CASES)
