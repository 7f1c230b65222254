"""One alarm of each of a stack's topics, fired on purpose: does anybody hear it?"""

from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any, Final

from clipsaver import aws
from clipsaver.operations.stack import ALARM, Stack

_REASON: Final = "clipsaver doctor --alarm-test: only a test"
_GOES_BACK: Final = "notBreaching"
"""An alarm that takes silence for health; one that ignores it could stay where it was put."""
_FIRED: Final = "ALARM"


def fire(stack: Stack) -> list[str]:
    """Set one alarm of each topic to ALARM; their names.

    CloudWatch sets them back when it next looks at them. An alarm that is one already, or tells
    nobody while the stack is paused, is left alone.

    Raises:
        NotDeployed: the stack has no alarm.
        AwsError: AWS could not be asked, or refused; or every alarm is one already.
    """
    names = sorted(stack.of_type(ALARM).values())
    if not names:
        raise aws.NotDeployed(
            f"Stack {stack.name} has no alarm: deploy it with Monitoring full or critical"
        )
    with closing(stack.client("cloudwatch")) as watch, aws.translated_errors():
        found = watch.describe_alarms(AlarmNames=names)["MetricAlarms"]
        chosen = _one_of_each_topic(sorted(found, key=lambda alarm: str(alarm["AlarmName"])))
        for name in chosen:
            watch.set_alarm_state(AlarmName=name, StateValue=_FIRED, StateReason=_REASON)
    if not chosen:
        raise aws.AwsError(f"Every alarm of {stack.name} is in alarm, or silent: look at it first")
    return chosen


def _one_of_each_topic(alarms: Iterable[Mapping[str, Any]]) -> list[str]:
    chosen: dict[str, str] = {}
    for alarm in alarms:
        is_heard = alarm["ActionsEnabled"] and alarm["StateValue"] != _FIRED
        if is_heard and alarm.get("TreatMissingData") == _GOES_BACK:
            for topic in alarm["AlarmActions"]:
                chosen.setdefault(topic, alarm["AlarmName"])
    return sorted(chosen.values())
