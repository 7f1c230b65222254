"""What `doctor` looks at around the functions: schedules, queues, and whether all is paused."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, Final

from clipsaver import aws
from clipsaver.operations import dead_letters, pause
from clipsaver.operations.stack import SCHEDULE, Stack
from functions.operations import finding
from functions.operations.finding import Finding
from functions.shared import settings

_ENABLED: Final = "ENABLED"
_DEEP: Final = 1000
_PAUSED_FIX: Final = "`clipsaver resume --stack {stack}`"
_OWN_PAUSE_FIX: Final = "Take PAUSED out of the environment and .env; a stack has its own pause"
_SCHEDULE_FIX: Final = "`make deploy DEPLOY_ARGUMENTS='-p ScheduleState=ENABLED'`"
_DEEP_FIX: Final = "`clipsaver logs {queue}`: does its function fail, or is it throttled?"
_DEAD_FIX: Final = "`clipsaver dlq list --stack {stack}`"


def own(variables: Mapping[str, str]) -> Iterator[Finding]:
    """What there is to see around an operator's own machine."""
    is_paused = settings.from_variables(variables).paused
    yield _pause(_OWN_PAUSE_FIX, is_paused=is_paused)


def look(stack: Stack) -> Iterator[Finding]:
    """Ask AWS.

    Raises:
        AwsError: AWS could not be asked, or refused.
    """
    is_paused = pause.is_paused(stack)
    yield _pause(_PAUSED_FIX.format(stack=stack.name), is_paused=is_paused)
    yield from _schedules(stack, is_paused=is_paused)
    yield from _queues(stack)


def _pause(fix: str, *, is_paused: bool) -> Finding:
    if is_paused:
        return finding.warning("pause", "nothing is written", fix)
    return finding.fine("pause", "running")


def _schedules(stack: Stack, *, is_paused: bool) -> Iterator[Finding]:
    with closing(stack.client("scheduler")) as scheduler:
        for identity in stack.of_type(SCHEDULE).values():
            with aws.translated_errors():
                found = scheduler.get_schedule(Name=identity.rpartition("|")[2])
            check = f"schedule {found['Name']}"
            told = f"{found['ScheduleExpression']}, {found['State'].lower()}"
            if found["State"] == _ENABLED or is_paused:
                yield finding.fine(check, told)
            else:
                yield finding.warning(check, told, _SCHEDULE_FIX)


def _queues(stack: Stack) -> Iterator[Finding]:
    with closing(stack.client("sqs")) as sqs:
        for queue, (dead, alive) in dead_letters.QUEUES.items():
            if alive in stack.resources and alive:
                waiting = _depth(sqs, stack.physical_id(alive))
                yield _depth_finding(queue, waiting)
            if dead in stack.resources:
                yield _dead_finding(queue, _depth(sqs, stack.physical_id(dead)), stack.name)


def _depth(sqs: Any, url: str) -> int:  # noqa: ANN401 -- see aws.client
    with aws.translated_errors():
        answer = sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def _depth_finding(queue: str, waiting: int) -> Finding:
    told = f"{waiting} waiting"
    if waiting < _DEEP:
        return finding.fine(f"queue {queue}", told)
    return finding.warning(f"queue {queue}", told, _DEEP_FIX.format(queue=queue))


def _dead_finding(queue: str, dead: int, stack: str) -> Finding:
    told = f"{dead} dead letters"
    if not dead:
        return finding.fine(f"dead letters {queue}", told)
    return finding.warning(f"dead letters {queue}", told, _DEAD_FIX.format(stack=stack))
