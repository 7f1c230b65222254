"""The drawn trees of errors have every class, at its place."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
DRAWINGS = (
    "functions/shared/errors.py",
    "functions/operations/recovery/errors.py",
    "clipsaver/aws.py",
    "clipsaver/local/errors.py",
)
ROOTS = {"ClipSaverError", "AwsError", "LocalError"}
_BRANCH = re.compile(r"([ │]*)[├└]── (\w+)  ")


def _drawn() -> Iterator[tuple[str, str]]:
    """Each error of a drawing, with the one that it hangs on."""
    for path in DRAWINGS:
        lines = (ast.get_docstring(ast.parse((ROOT / path).read_text())) or "").splitlines()
        above: dict[int, str] = {}
        for before, line in pairwise(lines):
            branch = _BRANCH.match(line)
            if branch is None:
                continue
            depth = len(branch[1])
            if not above:
                above[depth - 4] = before.split()[0]
            above[depth] = branch[2]
            yield branch[2], above[depth - 4]


def _written() -> set[tuple[str, str]]:
    """Each class that descends from a tree's root, with the one that it is derived from."""
    bases = [
        (node.name, base.attr if isinstance(base, ast.Attribute) else base.id)
        for folder in ("functions", "clipsaver")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Attribute | ast.Name)
    ]
    known, found = set(ROOTS), set[tuple[str, str]]()
    while more := {(name, base) for name, base in bases if base in known} - found:
        found |= more
        known |= {name for name, _ in more}
    return found


def test_every_error_is_drawn_where_it_hangs() -> None:
    drawn = list(_drawn())
    assert sorted(drawn) == sorted(set(drawn))
    assert set(drawn) == _written()
