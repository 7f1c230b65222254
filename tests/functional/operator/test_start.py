"""How `clipsaver` starts: a second before the first word is too long for `--help`."""

import subprocess
import sys


def test_it_loads_no_local_stack_and_no_migrations_before_a_verb_needs_them() -> None:
    program = (
        "import sys, clipsaver.cli\n"
        "heavy = {'alembic', 'moto', 'sqlalchemy', 'uvicorn'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
