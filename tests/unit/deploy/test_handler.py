"""What must work even where nothing else does."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_handler_needs_no_package_to_start() -> None:
    """A package that does not load would otherwise leave CloudFormation waiting."""
    starting = "import functions.deploy.handler"
    result = subprocess.run([sys.executable, "-S", "-c", starting], cwd=ROOT, check=False)
    assert result.returncode == 0
