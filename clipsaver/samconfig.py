"""samconfig.toml: what SAM is told of each environment, default, staging or production say.

Source: SAM developer guide, AWS SAM CLI configuration file.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from functions.shared import errors

PATH: Final = Path("samconfig.toml")
ENVIRONMENT: Final = "default"
_SECTION: Final = "parameters"


def deploy_options(path: Path, environment: str) -> Mapping[str, Any]:
    """The options of `sam deploy` in one environment, with underscores in their names.

    Raises:
        ConfigurationError: the file cannot be read, or has no such environment; SAM would say
            nothing to the latter.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise errors.ConfigurationError(
            f"{path} cannot be read: {error}; run from the release's folder, or give --stack"
        ) from error
    environments = {name: each for name, each in document.items() if isinstance(each, Mapping)}
    if environment not in environments:
        known = ", ".join(environments) or "none"
        raise errors.ConfigurationError(
            f"{path.name} has no environment {environment}; there are: {known}"
        )
    chosen = environments[environment]
    return {
        **chosen.get("global", {}).get(_SECTION, {}),
        **chosen.get("deploy", {}).get(_SECTION, {}),
    }
