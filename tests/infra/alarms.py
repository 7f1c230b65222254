"""The template's alarms: which a stack has, and when they go off, as CloudWatch judges."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

QUARTER_SECONDS: Final = 900

Figures = Mapping[str, Sequence[float]]
"""What was measured within one quarter of an hour, by name."""

_Statistic = Callable[[Sequence[float]], float]
_Comparison = Callable[[float, float], bool]

_STATISTICS: Final[Mapping[str, _Statistic]] = {"Sum": sum, "Maximum": max}
_COMPARISONS: Final[Mapping[str, _Comparison]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
}


def of_stack(template: dict[str, Any], **changed: str) -> dict[str, dict[str, Any]]:
    """The alarms of a stack with the default parameters, or with other ones."""
    parameters = {
        name: str(changed.get(name, parameter.get("Default", "")))
        for name, parameter in template["Parameters"].items()
    }
    return {
        logical_id: resource["Properties"]
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
        and _holds(template, {"Condition": resource["Condition"]}, parameters)
    }


def _holds(template: dict[str, Any], condition: Any, parameters: dict[str, str]) -> Any:
    match condition:
        case {"Condition": name}:
            return _holds(template, template["Conditions"][name], parameters)
        case {"Fn::Equals": [{"Ref": name}, value]}:
            return parameters[name] == str(value)
        case {"Fn::Not": [part]}:
            return not _holds(template, part, parameters)
        case {"Fn::And": [*parts]}:
            return all(_holds(template, part, parameters) for part in parts)
    raise AssertionError(condition)


def fires(alarm: Mapping[str, Any], quarters: Sequence[Figures]) -> bool:
    """Whether an alarm goes off in the course of these quarters, after quiet ones.

    Source: AWS docs, CloudWatch, "Evaluating an alarm" ("M out of N").
    """
    assert alarm["Period"] == QUARTER_SECONDS
    looked_at = alarm["EvaluationPeriods"]
    needed = alarm.get("DatapointsToAlarm", looked_at)
    breaching = [_is_breaching(alarm, figures) for figures in quarters]
    return any(
        sum(breaching[max(0, end - looked_at) : end]) >= needed
        for end in range(1, len(quarters) + 1)
    )


def _is_breaching(alarm: Mapping[str, Any], figures: Figures) -> bool:
    values = figures.get(alarm["MetricName"])
    if not values:
        # Neither missing nor ignored data brings an alarm about.
        assert alarm["TreatMissingData"] in {"notBreaching", "ignore"}
        return False
    found = _STATISTICS[alarm["Statistic"]](values)
    return _COMPARISONS[alarm["ComparisonOperator"]](found, alarm["Threshold"])
