"""The version of the API that callers reach: its alias, moved to a pause and back.

A pause is a version of its own. Which one callers reached before is noted in the alias's
description, and is what they reach again, unless a deploy has moved the alias in the meantime.
Publishing is then left out, which with SnapStart would take minutes.
"""

import re
from typing import Any, Final

ALIAS: Final = "live"
VARIABLE: Final = "PAUSED"

_NOTE: Final = "version {pause} is a pause of version {before}"
_NOTED: Final = re.compile(_NOTE.format(pause=r"(?P<pause>\d+)", before=r"(?P<before>\d+)"))


def is_paused(functions: Any, name: str, qualifier: str = ALIAS) -> bool:  # noqa: ANN401 -- see aws.client
    """Whether a version has been told to pause; by default the one that callers reach."""
    found = functions.get_function_configuration(FunctionName=name, Qualifier=qualifier)
    return str(variables(found).get(VARIABLE, "")).startswith("true")


def move_to_pause(functions: Any, name: str) -> None:  # noqa: ANN401 -- as above
    """Publish the function, which has been told to pause, and have callers reach that."""
    before = _before(functions, name)
    pause = _published(functions, name)
    functions.update_alias(
        FunctionName=name,
        Name=ALIAS,
        FunctionVersion=pause,
        Description=_NOTE.format(pause=pause, before=before),
    )


def move_back(functions: Any, name: str) -> None:  # noqa: ANN401 -- as above
    """Have callers reach the version from before, or if that is paused itself, a new one."""
    version = _before(functions, name)
    if is_paused(functions, name, version):
        version = _published(functions, name)
    functions.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version, Description="")


def variables(configuration: dict[str, Any]) -> dict[str, str]:
    """A function's environment, in an answer of Lambda's."""
    found: dict[str, str] = configuration.get("Environment", {}).get("Variables", {})
    return found


def _before(functions: Any, name: str) -> str:  # noqa: ANN401 -- as above
    """What callers reach, and during a pause what they reached before it."""
    alias = functions.get_alias(FunctionName=name, Name=ALIAS)
    version = str(alias["FunctionVersion"])
    noted = _NOTED.fullmatch(alias.get("Description", ""))
    # A deploy moves the alias and may leave its description.
    return noted["before"] if noted and noted["pause"] == version else version


def _published(functions: Any, name: str) -> str:  # noqa: ANN401 -- as above
    """What was just changed, as a version."""
    version = str(functions.publish_version(FunctionName=name)["Version"])
    # With SnapStart a version is there only when its snapshot is taken.
    functions.get_waiter("published_version_active").wait(FunctionName=name, Qualifier=version)
    return version
