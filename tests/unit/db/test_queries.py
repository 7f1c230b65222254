"""SQL files: every query is named, argued, and used by the module of its noun."""

import ast
import re
from pathlib import Path

import pytest

from functions.shared.db import queries

PACKAGE = Path(queries.__file__).parent
NOUNS = sorted(path.stem for path in PACKAGE.glob("*.sql"))
HEADING = re.compile(r"^-- ([a-z_]+)\n-- [A-Z]", re.MULTILINE)


def used_names(noun: str) -> list[str]:
    """The names that a module takes out of its queries: `_SQL["name"]`."""
    tree = ast.parse((PACKAGE / f"{noun}.py").read_text())
    return [
        node.slice.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "_SQL"
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ]


def test_there_are_queries() -> None:
    assert {"channels", "guilds", "install_intents"} <= set(NOUNS)


@pytest.mark.parametrize("noun", NOUNS)
def test_every_query_is_used_by_the_module_of_its_noun(noun: str) -> None:
    assert sorted(set(used_names(noun))) == sorted(queries.load(noun))


@pytest.mark.parametrize("noun", NOUNS)
def test_every_query_has_a_name_of_its_own_and_a_reason(noun: str) -> None:
    text = (PACKAGE / f"{noun}.sql").read_text()
    names = HEADING.findall(text)
    assert len(names) == len(set(names))
    assert names == list(queries.load(noun))
    assert len(re.findall(r";$", text, re.MULTILINE)) == len(names)


@pytest.mark.parametrize("noun", NOUNS)
def test_a_batch_that_is_locked_is_looked_for_once(noun: str) -> None:
    text = (PACKAGE / f"{noun}.sql").read_text()
    assert not re.search(r"IN \(\s*SELECT[^;]*FOR UPDATE", text)


def test_a_query_knows_its_name_and_its_text() -> None:
    query = queries.load("users")["insert_user_id"]
    assert query.name == "insert_user_id"
    assert query.sql.startswith(b"-- A user known only by id so far")
    assert b"INSERT INTO users" in query.sql
    assert query.sql.endswith(b";")


def test_a_secret_state_is_passed_under_a_name_that_logs_leave_out() -> None:
    for query in queries.load("install_intents").values():
        assert b"%(state)s" not in query.sql


def test_no_query_may_be_changed_at_run_time() -> None:
    assert not hasattr(queries.load("users"), "__setitem__")
