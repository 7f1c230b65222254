"""Pausing a deployed stack, and resuming it: no build, no database, under a minute.

Nobody starts a run any more, queues are left to fill, and every function is told by its variable
PAUSED, so that what runs all the same refuses. The API is called through its alias: it gets a
version with the new variable, without SnapStart, and the alias moves there.

The variable holds the time beside the word. A version that CloudFormation makes later, with the
word alone, then differs from this one, and Lambda makes no two equal ones.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any, Final

from clipsaver import aws
from clipsaver.operations import alias
from clipsaver.operations.stack import ALARM, CONSUMER, FUNCTION, SCHEDULE, Stack

_API: Final = "InteractionsFunction"
_NOT_TOLD: Final = frozenset({"DeployFunction", "OperationsFunction"})
"""They work for the operator, who may want them just then, and read the secret at each call."""
_LATE: Final = "SyncIsLate"
_BROUGHT_ABOUT: Final = (_LATE, "InteractionsFail")
"""The template has them silent as well, when it is deployed during a pause."""
_READ_ONLY: Final = ("Arn", "CreationDate", "LastModificationDate", "ResponseMetadata")
"""What EventBridge Scheduler tells of a schedule and does not take back."""
_ENABLED: Final = "ENABLED"
_DISABLED: Final = "DISABLED"
_NO_SNAPSHOT: Final = "None"


def is_paused(stack: Stack) -> bool:
    """Whether the API that is served now has been told to pause.

    Raises:
        AwsError: AWS could not be asked, or refused.
    """
    with closing(stack.client("lambda")) as functions, aws.translated_errors():
        return alias.is_paused(functions, stack.physical_id(_API))


def pause(stack: Stack, now: datetime) -> Iterator[str]:
    """Stop what writes, in the order that stops most first; what was done, a sentence each.

    Raises:
        AwsError: AWS could not be asked, or refused; pausing again goes on from there.
    """
    yield _set_schedules(stack, _DISABLED)
    yield _set_consumers(stack, enabled=False)
    yield _tell_functions(stack, f"true since {_written(now)}")
    yield from _set_alarms(stack, enabled=False)


def resume(stack: Stack, now: datetime) -> Iterator[str]:
    """Undo a pause, the other way round; what was done, a sentence each.

    Schedules that were deployed as disabled stay so.

    Raises:
        AwsError: AWS could not be asked, or refused; resuming again goes on from there.
    """
    yield _tell_functions(stack, f"false since {_written(now)}")
    yield _set_consumers(stack, enabled=True)
    yield _set_schedules(stack, _deployed_state(stack))
    yield from _set_alarms(stack, enabled=True)
    yield from _take_snapshot(stack)


def _deployed_state(stack: Stack) -> str:
    """The state that the schedules were deployed with."""
    return stack.parameters.get("ScheduleState", _ENABLED)


def _written(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"


def _set_schedules(stack: Stack, state: str) -> str:
    names = [identity.rpartition("|")[2] for identity in stack.of_type(SCHEDULE).values()]
    with closing(stack.client("scheduler")) as scheduler, aws.translated_errors():
        for name in names:
            found = scheduler.get_schedule(Name=name)
            kept = {key: value for key, value in found.items() if key not in _READ_ONLY}
            scheduler.update_schedule(**{**kept, "State": state})
    return f"Schedules are {state.lower()}: {', '.join(names)}."


def _set_consumers(stack: Stack, *, enabled: bool) -> str:
    consumers = stack.of_type(CONSUMER)
    with closing(stack.client("lambda")) as functions, aws.translated_errors():
        for identity in consumers.values():
            functions.update_event_source_mapping(UUID=identity, Enabled=enabled)
    return f"Queues are {'worked off' if enabled else 'left alone'}: {', '.join(consumers)}."


def _set_alarms(stack: Stack, *, enabled: bool) -> Iterator[str]:
    """Have the alarms tell somebody, or not, that a pause brings about by itself."""
    alarms = stack.of_type(ALARM)
    names = [alarms[each] for each in _BROUGHT_ABOUT if each in alarms]
    if not names:
        return
    with closing(stack.client("cloudwatch")) as watch, aws.translated_errors():
        change = watch.enable_alarm_actions if enabled else watch.disable_alarm_actions
        change(AlarmNames=names)
        if enabled and _deployed_state(stack) != _ENABLED:
            watch.disable_alarm_actions(AlarmNames=[alarms[_LATE]])
    yield f"Alarms are {'heard' if enabled else 'silent'}: {', '.join(names)}."


def _tell_functions(stack: Stack, value: str) -> str:
    told = {
        logical_id: name
        for logical_id, name in stack.of_type(FUNCTION).items()
        if logical_id not in _NOT_TOLD
    }
    with closing(stack.client("lambda")) as functions, aws.translated_errors():
        for logical_id, name in told.items():
            configuration = functions.get_function_configuration(FunctionName=name)
            # The others stay as they are.
            variables = {**alias.variables(configuration), alias.VARIABLE: value}
            functions.update_function_configuration(
                FunctionName=name,
                Environment={"Variables": variables},
                **(_snap_start(_NO_SNAPSHOT) if logical_id == _API else {}),
            )
        for name in told.values():
            functions.get_waiter("function_updated_v2").wait(FunctionName=name)
        alias.move(functions, stack.physical_id(_API))
    return f"Functions have {alias.VARIABLE}={value}: {', '.join(told)}."


def _take_snapshot(stack: Stack) -> Iterator[str]:
    """Serve from a snapshot again, where the stack was deployed so."""
    deployed = stack.parameters.get("SnapStart", _NO_SNAPSHOT)
    if deployed == _NO_SNAPSHOT:
        return
    yield "Lambda takes a snapshot for SnapStart, which may take minutes; all is served meanwhile."
    name = stack.physical_id(_API)
    with closing(stack.client("lambda")) as functions, aws.translated_errors():
        functions.update_function_configuration(FunctionName=name, **_snap_start(deployed))
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
        version = alias.move(functions, name)
    yield f"Version {version} of the API starts from its snapshot."


def _snap_start(apply_on: str) -> dict[str, Any]:
    return {"SnapStart": {"ApplyOn": apply_on}}
