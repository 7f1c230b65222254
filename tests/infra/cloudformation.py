"""Looking into a template that is plain CloudFormation."""

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

_PLAIN: Final = {
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Period": 60,
}
"""What ministack takes an alarm on, instead of an expression."""


def of_types(template: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """A template of nothing but the resources of these types, in any order, for ministack."""
    kept: dict[str, Any] = json.loads(json.dumps(template))
    kept["Resources"] = {
        logical_id: resource
        for logical_id, resource in kept["Resources"].items()
        if resource["Type"] in names
    }
    for resource in kept["Resources"].values():
        resource.pop("DependsOn", None)
        if resource["Properties"].pop("Metrics", None):
            resource["Properties"] |= _PLAIN
    kept.pop("Outputs")
    return kept


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


def text(value: Any) -> str:
    """A text, or what Fn::Sub makes of it before anything is put in."""
    return value if isinstance(value, str) else str(value["Fn::Sub"])
