"""docs/operations.md: what it tells to type is typed here, word for word, on the local stack."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from typer.testing import CliRunner

from clipsaver import cli, jobs
from clipsaver.emulator.samples import sample_world
from clipsaver.local import installation
from clipsaver.local.stack import LocalStack
from tests import factories
from tests.factories import HERE

ROOT: Final = Path(__file__).parents[3]
_PAGE: Final = ROOT / "docs" / "operations.md"
_BLOCK: Final = re.compile(
    r"^( *)```sh(?P<aws> aws)?\n(?P<text>.*?)^\1```$", re.MULTILINE | re.DOTALL
)
_HEADING: Final = re.compile(r"^## (.*)$", re.MULTILINE)
_ON_AWS_ALONE: Final = 18
"""Blocks that only a deployed stack can run."""


class Block(NamedTuple):
    """Commands of the runbook, and where they stand."""

    line: int
    text: str
    on_aws: bool


class Shell(NamedTuple):
    """How an operator's shell is set up."""

    folder: Path
    variables: dict[str, str]


def _blocks() -> list[Block]:
    page = _PAGE.read_text(encoding="utf-8")
    return [
        Block(page.count("\n", 0, found.start()) + 2, found["text"], bool(found["aws"]))
        for found in _BLOCK.finditer(page)
    ]


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """A stack that has synced, with one more server: the one that the runbook speaks of."""
    with LocalStack(sample_world(), log_level="ERROR") as stack:
        stack.discord.world.application.redirect_uris = [f"{stack.gateway.url}/install/callback"]
        jobs.wire(stack.variables, stack.gateway.url)
        stack.sync.invoke({})
        stack.purge.invoke({})
        with factories.open_rows(stack.database_url) as rows:
            rows.guild(HERE)
            rows.channel(HERE, HERE + 1)
        with factories.open_rows(stack.postgres.url(user="postgres")) as almighty:
            almighty.sql("ALTER ROLE clipsaver CREATEDB")
        yield stack


@pytest.fixture(scope="module")
def shell(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """How an operator's shell is set up: a folder, programs and variables."""
    programs = (Path(sys.executable).parent, installation.packaged_programs(), os.environ["PATH"])
    return Shell(
        tmp_path_factory.mktemp("release"),
        {
            **stack.variables,
            "PATH": os.pathsep.join(map(str, programs)),
            "PYTHONPATH": str(ROOT),
            "BACKUP_PASSPHRASE": "correct horse battery staple",
        },
    )


# One test, because each block begins where the one before has left off.
def test_every_block_runs_as_it_stands(shell: Shell) -> None:
    for block in _blocks():
        if block.on_aws:
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.text],
            capture_output=True,
            text=True,
            check=False,
            cwd=shell.folder,
            env=shell.variables,
        )
        told = f"{_PAGE.name}:{block.line}\n{block.text}{done.stdout}{done.stderr}"
        assert done.returncode == 0, told


def test_what_only_aws_can_run_is_counted() -> None:
    found = _blocks()
    assert sum(block.on_aws for block in found) == _ON_AWS_ALONE
    assert len(found) > _ON_AWS_ALONE


def _typed() -> list[list[str]]:
    """The verbs of `clipsaver` that only a deployed stack can run, each as its words."""
    lines = (
        shlex.split(line, comments=True)
        for block in _blocks()
        if block.on_aws
        for line in block.text.splitlines()
    )
    return [words[1:] for words in lines if words[:1] == ["clipsaver"]]


@pytest.mark.parametrize("words", _typed(), ids=" ".join)
def test_what_only_aws_can_run_is_at_least_a_verb_with_its_options(words: list[str]) -> None:
    # Typer reads every option before it shows the help of the verb.
    result = CliRunner().invoke(cli.app, [*words, "--help"])
    assert result.exit_code == 0, result.output


def test_a_fix_that_names_a_heading_of_the_runbook_names_one_that_is_there() -> None:
    headings = set(_HEADING.findall(_PAGE.read_text(encoding="utf-8")))
    sources = (ROOT / "functions").rglob("*.py")
    named = {
        heading
        for path in sources
        for heading in re.findall(r"docs/operations\.md, (\w[\w ]*)", path.read_text())
    }
    assert named
    assert named <= headings
