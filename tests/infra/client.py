"""A Python of Lambda's version that has AWS's runtime interface client, and nothing else."""

from pathlib import Path
from typing import Final

from tests.infra import tools

PYTHON: Final = tools.PYTHON


def interpreter() -> Path:
    """Its path."""
    return tools.program("runtime", "python")
