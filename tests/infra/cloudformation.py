"""Looking into a template that is plain CloudFormation."""

from collections.abc import Iterator
from typing import Any


def of_type(resources: dict[str, Any], name: str) -> dict[str, Any]:
    """The properties of every resource of a type, by its logical id."""
    return {
        logical_id: resource["Properties"]
        for logical_id, resource in resources.items()
        if resource["Type"] == name
    }


def version_of(resources: dict[str, Any], function: str) -> str:
    """The logical id of a function's version, which ends in a digest."""
    (found,) = (
        logical_id
        for logical_id, properties in of_type(resources, "AWS::Lambda::Version").items()
        if properties["FunctionName"] == {"Ref": function}
    )
    return found


def texts(part: Any) -> Iterator[str]:
    """Every key and every text of a document."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield key
            yield from texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from texts(value)
    elif isinstance(part, str):
        yield part
