"""Pausing a deployed stack, and resuming it: no build, no database, under a minute.

Nobody starts a run any more, queues are left to fill, and every function is told by its variable
PAUSED, so that what runs all the same refuses. The API is called through its alias: it gets a
version with the new variable, and the alias moves there.

The variable holds the time beside the word. A version that CloudFormation makes later, with the
word alone, then differs from this one, and Lambda makes no two equal ones.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any, Final

from clipsaver import aws
from clipsaver.operations.stack import ALIAS, CONSUMER, FUNCTION, SCHEDULE, Stack

VARIABLE: Final = "PAUSED"

_API: Final = "InteractionsFunction"
_ALIAS: Final = "live"
_NOT_TOLD: Final = frozenset({"DeployFunction", "OperationsFunction"})
"""They work for the operator, who may want them just then."""
_READ_ONLY: Final = ("Arn", "CreationDate", "LastModificationDate", "ResponseMetadata")
"""What EventBridge Scheduler tells of a schedule and does not take back."""
_ENABLED: Final = "ENABLED"
_DISABLED: Final = "DISABLED"


def is_paused(stack: Stack) -> bool:
    """Whether the API that is served now has been told to pause.

    Raises:
        AwsError: AWS could not be asked, or refused.
    """
    with closing(stack.client("lambda")) as functions, aws.translated_errors():
        found = functions.get_function_configuration(
            FunctionName=stack.physical_id(_API), Qualifier=_ALIAS
        )
    return str(_variables(found).get(VARIABLE, "")).startswith("true")


def pause(stack: Stack, now: datetime) -> Iterator[str]:
    """Stop what writes, in the order that stops most first; what was done, a sentence each.

    Raises:
        AwsError: AWS could not be asked, or refused; pausing again goes on from there.
    """
    yield _set_schedules(stack, _DISABLED)
    yield _set_consumers(stack, enabled=False)
    yield _tell_functions(stack, f"true since {_written(now)}")


def resume(stack: Stack, now: datetime) -> Iterator[str]:
    """Undo a pause, the other way round; what was done, a sentence each.

    Schedules that were deployed as disabled stay so.

    Raises:
        AwsError: AWS could not be asked, or refused; resuming again goes on from there.
    """
    yield _tell_functions(stack, f"false since {_written(now)}")
    yield _set_consumers(stack, enabled=True)
    yield _set_schedules(stack, stack.parameters.get("ScheduleState", _ENABLED))


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


def _tell_functions(stack: Stack, value: str) -> str:
    told = {
        logical_id: name
        for logical_id, name in stack.of_type(FUNCTION).items()
        if logical_id not in _NOT_TOLD
    }
    with closing(stack.client("lambda")) as functions, aws.translated_errors():
        for name in told.values():
            _set_variable(functions, name, value)
        for name in told.values():
            functions.get_waiter("function_updated_v2").wait(FunctionName=name)
        aliases = stack.of_type(ALIAS)
        for logical_id, name in told.items():
            if any(alias.startswith(f"{logical_id}Alias") for alias in aliases):
                _publish(functions, name)
    return f"Functions have {VARIABLE}={value}: {', '.join(told)}."


def _set_variable(functions: Any, name: str, value: str) -> None:  # noqa: ANN401 -- see aws.client
    """Change one variable; the others stay as they are."""
    variables = _variables(functions.get_function_configuration(FunctionName=name))
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**variables, VARIABLE: value}}
    )


def _publish(functions: Any, name: str) -> None:  # noqa: ANN401 -- see aws.client
    """Have callers reach what was just changed."""
    version = functions.publish_version(FunctionName=name)["Version"]
    # With SnapStart a version is there only when its snapshot is taken.
    functions.get_waiter("published_version_active").wait(FunctionName=name, Qualifier=version)
    functions.update_alias(FunctionName=name, Name=_ALIAS, FunctionVersion=version)


def _variables(configuration: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = configuration.get("Environment", {}).get("Variables", {})
    return found
