"""From an event to the operation that it names.

An operation is a module with `async def run(parts, event, seconds)`, which returns JSON.
`clipsaver` runs the same code on its own variables, or has the deployed function run it, where a
database in a VPC can be reached.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from functions.operations import backup, doctor, maintenance, restore, verification
from functions.operations.parts import Parts
from functions.shared import errors
from functions.shared.configuration import Configuration

Event = Mapping[str, Any]
Operation = Callable[[Parts, Event, float], Awaitable[dict[str, Any]]]

_OPERATIONS: Final[Mapping[str, Operation]] = {
    "backup": backup.run,
    "doctor": doctor.run,
    "maintain": maintenance.run,
    "restore": restore.run,
    "verify": verification.run,
}
_ANSWER_SECONDS: Final = 3.0
"""Time kept for the answer."""


async def run(configuration: Configuration, event: Event, seconds_left: float) -> dict[str, Any]:
    """Do what the event names, on connections of its own.

    Args:
        configuration: What they are made of.
        event: `{"operation": "doctor"}`, and what that operation takes beside it.
        seconds_left: How long this invocation may still take.

    Raises:
        InvalidEvent: there is no such operation, or it does not take the rest of the event.
        ClipSaverError: the operation failed.
    """
    name = event.get("operation")
    operation = _OPERATIONS.get(name) if isinstance(name, str) else None
    if operation is None:
        known = ", ".join(_OPERATIONS)
        raise errors.InvalidEvent(f"operation is {name!r}; it can be: {known}")
    seconds = seconds_left - _ANSWER_SECONDS
    parts = Parts(configuration)
    parts.discord.deadline = time.monotonic() + seconds
    try:
        return await operation(parts, event, seconds)
    finally:
        await parts.close()
