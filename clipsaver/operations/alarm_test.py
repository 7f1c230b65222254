"""One alarm of a stack, fired on purpose: does anybody hear it?"""

from contextlib import closing
from typing import Final

from clipsaver import aws
from clipsaver.operations.stack import ALARM, Stack

_REASON: Final = "clipsaver doctor --alarm-test: only a test"


def fire(stack: Stack) -> str:
    """Set the first alarm to ALARM; its name. CloudWatch sets it back when it next looks.

    Raises:
        NotDeployed: the stack has no alarm.
        AwsError: AWS could not be asked, or refused.
    """
    alarms = sorted(stack.of_type(ALARM).values())
    if not alarms:
        raise aws.NotDeployed(
            f"Stack {stack.name} has no alarm: deploy it with Monitoring full or critical"
        )
    with closing(stack.client("cloudwatch")) as watch, aws.translated_errors():
        watch.set_alarm_state(AlarmName=alarms[0], StateValue="ALARM", StateReason=_REASON)
    return alarms[0]
