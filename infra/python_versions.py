"""Other Python versions on this machine, for what must run on each of them.

python infra/python_versions.py 3.13    prints the path of one, or fails
"""

import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


@functools.cache
def find_python(version: str) -> Path | None:
    """The interpreter of `version`, such as "3.13", or None when this machine has none.

    PATH comes first, then pyenv's versions, the newest first. A candidate must prove itself: pyenv
    puts stand-ins on PATH that fail for every version but the selected one.
    """
    return next((path for path in _candidates(version) if _runs(path, version)), None)


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    for folder in os.get_exec_path():
        yield Path(folder, name)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{version}*/bin/{name}"), reverse=True)


def _runs(interpreter: Path, version: str) -> bool:
    show_version = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        result = subprocess.run(
            [interpreter, "-I", "-c", show_version], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return result.returncode == 0 and result.stdout.strip() == version


if __name__ == "__main__":
    found = find_python(sys.argv[1])
    if found is None:
        sys.exit(f"no Python {sys.argv[1]} on PATH or among pyenv's versions")
    print(found)
