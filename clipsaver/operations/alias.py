"""The version of the API that callers reach: published and moved to, beside CloudFormation.

A version that is new starts every environment anew, with what the secret holds now. One with
SnapStart is there only when its snapshot is taken, which takes minutes; so a pause does without.

Versions made here say so in their description, and are deleted when nobody reaches them any more:
CloudFormation, which deletes its own, knows nothing of them, and a snapshot is charged by the hour.
"""

from typing import Any, Final

ALIAS: Final = "live"
VARIABLE: Final = "PAUSED"

_OURS: Final = "made by clipsaver"


def is_paused(functions: Any, name: str) -> bool:  # noqa: ANN401 -- see aws.client
    """Whether the version that callers reach has been told to pause."""
    found = functions.get_function_configuration(FunctionName=name, Qualifier=ALIAS)
    return variables(found).get(VARIABLE, "").startswith("true")


def move(functions: Any, name: str) -> str:  # noqa: ANN401 -- as above
    """Have callers reach the function as it was just changed; the version that they reach now."""
    version = str(functions.publish_version(FunctionName=name, Description=_OURS)["Version"])
    functions.get_waiter("published_version_active").wait(FunctionName=name, Qualifier=version)
    functions.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    for found in [each for page in pages for each in page["Versions"]]:
        if found.get("Description") == _OURS and found["Version"] != version:
            functions.delete_function(FunctionName=name, Qualifier=found["Version"])
    return version


def variables(configuration: dict[str, Any]) -> dict[str, str]:
    """A function's environment, in an answer of Lambda's."""
    found: dict[str, str] = configuration.get("Environment", {}).get("Variables", {})
    return found
