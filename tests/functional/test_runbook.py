"""docs/operations.md: its commands, run verbatim on the local stack, and its links.

A block that starts with three backticks and `sh` runs here; `sh aws` marks what only AWS can run.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from clipsaver import cli, jobs
from clipsaver.emulator.samples import sample_world
from clipsaver.local.stack import LocalStack

ROOT: Final = Path(__file__).parents[2]
RUNBOOK: Final = ROOT / "docs" / "operations.md"
BLOCK: Final = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HERE: Final = "sh"
ON_AWS: Final = "sh aws"


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCK.findall(RUNBOOK.read_text()) if found == kind]


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """As a deploy leaves it, after the first sync and purge."""
    with LocalStack(sample_world()) as stack:
        stack.discord.world.application.redirect_uris = [f"{stack.gateway.url}/install/callback"]
        jobs.wire(stack.variables, stack.gateway.url)
        stack.sync.invoke({})
        stack.purge.invoke({})
        yield stack


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the operator stands; what one block leaves there, the next one finds."""
    return tmp_path_factory.mktemp("operator")


@pytest.mark.parametrize("block", blocks(HERE))
def test_what_runs_here_runs_verbatim(stack: LocalStack, folder: Path, block: str) -> None:
    programs = Path(sys.executable).parent
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env={
            **stack.variables,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_block_of_commands_is_run_here_or_counted() -> None:
    kinds = [found for found, _ in BLOCK.findall(RUNBOOK.read_text())]
    assert set(kinds) <= {HERE, ON_AWS}
    assert kinds.count(HERE) >= 1
    # Whoever adds one says here that nothing but AWS can run it.
    assert kinds.count(ON_AWS) == 5


def _typed(block: str) -> list[list[str]]:
    """The verbs of `clipsaver` in a block, each as its words."""
    lines = (shlex.split(line, comments=True) for line in block.splitlines())
    return [words[1:] for words in lines if words[:1] == ["clipsaver"]]


@pytest.mark.parametrize(
    "words", [words for block in blocks(ON_AWS) for words in _typed(block)], ids=" ".join
)
def test_what_only_aws_can_run_is_at_least_a_verb_with_its_options(words: list[str]) -> None:
    # Typer reads every option before it shows the help of the verb.
    result = CliRunner().invoke(cli.app, [*words, "--help"])
    assert result.exit_code == 0, result.output
