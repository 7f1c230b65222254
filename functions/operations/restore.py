"""`restore`: a full backup out of the stack's bucket, as the rows of today."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from functions.operations import backup
from functions.operations.parts import Parts
from functions.operations.recovery import restore, source
from functions.shared import errors

_REST_SHARE: Final = 0.1
"""Of the time, kept for what comes after the rows: decisions, or putting back what was there."""


async def run(parts: Parts, event: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Restore from the place of the environment; the queues are left to the caller.

    Args:
        parts: Where to.
        event: All of it may be left out: `name`, a backup's; `before`, `decided_until`, instants in
            ISO 8601; `replace`, whether to move aside what is in the database.
        seconds: The time for everything.

    Returns:
        `{"name", "report"}`, what was restored and the fields of `recovery.restore.Report`.

    Raises:
        InvalidEvent: an instant is none, or `replace` is not true or false.
        ConfigurationError: the place or the database is not named.
        RecoveryError, DatabaseError: it could not be restored; the database is as it was.
    """
    stop_at = time.monotonic() + seconds * (1 - _REST_SHARE)
    before, until = (_instant(event, key) for key in ("before", "decided_until"))
    replace = event.get("replace", False)
    if not isinstance(replace, bool):
        raise errors.InvalidEvent(f"replace must be true or false, it is {replace!r}")
    url = await parts.configuration.require("DATABASE_URL")
    place = backup.place_of(parts.configuration)
    name = str(event.get("name") or "").rstrip("/").rpartition("/")[2]

    def work() -> dict[str, Any]:
        with source.fetched(f"{place}/{name}" if name else place, before) as found:
            report = restore.restore(
                url,
                found.folder,
                replace=replace,
                decided=found.decided,
                until=until,
                seconds=stop_at - time.monotonic(),
            )
            return {"name": found.manifest.name, "report": asdict(report)}

    return await asyncio.to_thread(work)


def _instant(event: Mapping[str, Any], key: str) -> datetime | None:
    text = event.get(key)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise errors.InvalidEvent(f"{key} is no instant: {text!r}") from error
    if moment.tzinfo is None:
        raise errors.InvalidEvent(f"{key} needs an offset from UTC: {text}")
    return moment
