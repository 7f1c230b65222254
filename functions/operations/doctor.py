"""`doctor`: whether everything that serves people is as it should be, and what mends it if not."""

from collections.abc import Mapping
from typing import Any

from functions.operations.checks import application, database, variables
from functions.operations.parts import Parts


async def run(parts: Parts, event: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Look everywhere that is reached from here; nothing is changed.

    Args:
        parts: What is looked at.
        event: Nothing beside the operation's name is read.
        seconds: Discord's client and the database keep to limits of their own.

    Returns:
        `{"findings": [{"check", "level", "told", "fix"}]}`, in the order to mend them in.
    """
    del event, seconds
    found = [
        *await variables.check(parts),
        *await application.check(parts),
        *await database.check(parts),
    ]
    return {"findings": [each.as_json() for each in found]}
