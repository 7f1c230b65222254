"""The operator's variables: the environment, and the `.env` file of the current folder under it."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from functions.shared import observability, settings
from functions.shared.configuration import Configuration

_FILE: Final = Path(".env")


def operator_variables() -> Mapping[str, str]:
    """What the environment and `.env` say; the environment wins."""
    from_file = {name: value for name, value in dotenv_values(_FILE).items() if value}
    return {**from_file, **os.environ}


def configured(variables: Mapping[str, str], *, required: Iterable[str]) -> Configuration:
    """The variables, and behind them the secret's, with the logs set up.

    Raises:
        ConfigurationError: a required one is missing or malformed.
    """
    given = settings.from_variables(variables)
    observability.configure(given)
    return Configuration(given, required=required)
