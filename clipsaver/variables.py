"""The operator's variables: the environment, and the `.env` file of the current folder under it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

_FILE: Final = Path(".env")


def operator_variables() -> Mapping[str, str]:
    """What the environment and `.env` say; the environment wins."""
    from_file = {name: value for name, value in dotenv_values(_FILE).items() if value}
    return {**from_file, **os.environ}
