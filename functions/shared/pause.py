"""What a function answers while the operator has paused Clip Saver.

An error would count as one, and be repeated.
"""

import logging
from collections.abc import Mapping
from typing import Any

from functions.shared import errors

_log = logging.getLogger("discord_clip_saver.pause")


def refuse(event: Mapping[str, Any]) -> dict[str, Any]:
    """Do nothing, and say so.

    Args:
        event: What the function was to do.

    Returns:
        All messages of an SQS batch, so that they come again: `{"batchItemFailures": [...]}`; for
        anything else `{"complete": false, "paused": true}`.
    """
    _log.warning("Nothing was done: %s", errors.Paused())
    records = event.get("Records")
    if isinstance(records, list):
        return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in records]}
    return {"complete": False, "paused": True}
