"""Puts the plain app's artifact together as `infra/build.py` does with a function's.

python3.13 -m benchmarks.plain_build ARCHITECTURE FOLDER
"""

import shutil
import sys
from pathlib import Path
from typing import Final

from infra import build

_APP: Final = Path(__file__).with_name("plain_app.py")


def main(architecture: str, folder: Path) -> None:
    """Build into `folder`, which may exist and be empty."""
    build.install_packages(architecture, folder, build.ROOT / "requirements" / "plain_app.txt")
    shutil.copy(_APP, folder)
    build.compile_code(folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
