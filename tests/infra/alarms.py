"""CloudWatch's judgement, as far as the template's alarms on quarters of an hour need it."""

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
