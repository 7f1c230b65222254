"""docs/operations.md: what only AWS can run (blocks marked `sh aws`) is at least well typed."""

import re
import shlex
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from clipsaver import cli

_RUNBOOK: Final = Path(__file__).parents[3] / "docs" / "operations.md"
_BLOCK: Final = re.compile(r"^( *)```sh aws\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def _typed() -> list[list[str]]:
    """The words of each `clipsaver ...` in such blocks."""
    lines = "".join(text for _, text in _BLOCK.findall(_RUNBOOK.read_text())).splitlines()
    words = [shlex.split(line, comments=True) for line in lines]
    return [each[1:] for each in words if each[:1] == ["clipsaver"]]


@pytest.mark.parametrize("words", _typed(), ids=" ".join)
def test_a_verb_of_the_runbook_is_there_with_its_options(words: list[str]) -> None:
    # Every option is read before the help of the verb is shown.
    result = CliRunner().invoke(cli.app, [*words, "--help"])
    assert result.exit_code == 0, result.output
