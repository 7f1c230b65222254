"""`restore`: everything, or one guild, out of the stack's bucket."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Self, get_args

from functions.operations import backup
from functions.operations.parts import Parts
from functions.operations.recovery import guild, restore, source
from functions.shared import errors

_KEYS: Final = frozenset(
    {"operation", "name", "before", "decided_until", "replace", "guild_id", "only"}
)
_REST_SHARE: Final = 0.25
"""Of the time, kept for what comes after: counting rows, decisions, or putting all back."""


async def run(parts: Parts, event: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Restore from the place of the environment; the queues are left to the caller.

    Args:
        parts: Where to.
        event: All of it may be left out: `name`, a backup's; `before`, `decided_until`, instants in
            ISO 8601; `replace`, whether to move aside what is in the database; or instead of that
            `guild_id`, only this one, and `only`, a part of it.
        seconds: The time for everything.

    Returns:
        `{"name", "report"}`, what was restored and the fields of `recovery.restore.Report`; of a
        guild `{"name", "rows"}`.

    Raises:
        InvalidEvent: one of these makes no sense.
        ConfigurationError: the place or the database is not named.
        RecoveryError, DatabaseError: it could not be restored; the database is as it was.
    """
    asked = _Asked.read(event)
    stop_at = time.monotonic() + seconds * (1 - _REST_SHARE)
    url = await parts.configuration.require("DATABASE_URL")
    place = backup.place_of(parts.configuration)
    address = f"{place}/{asked.name}" if asked.name else place

    def work() -> dict[str, Any]:
        with source.fetched(address, asked.before) as found:
            name = found.manifest.name
            if asked.guild_id is not None:
                rows = guild.restore_guild(
                    url, found, asked.guild_id, asked.only, until=asked.decided_until
                )
                return {"name": name, "rows": dict(rows)}
            report = restore.restore(
                url,
                found.folder,
                replace=asked.replace,
                decided=found.decided,
                until=asked.decided_until,
                seconds=stop_at - time.monotonic(),
            )
            return {"name": name, "report": asdict(report)}

    return await asyncio.to_thread(work)


@dataclass(frozen=True, slots=True)
class _Asked:
    """An event, understood."""

    name: str
    before: datetime | None
    decided_until: datetime | None
    replace: bool
    guild_id: int | None
    only: guild.Part | None

    @classmethod
    def read(cls, event: Mapping[str, Any]) -> Self:
        if unknown := event.keys() - _KEYS:
            raise errors.InvalidEvent(
                f"a restore knows no {', '.join(sorted(unknown))}, only {', '.join(sorted(_KEYS))}"
            )
        replace, only, guild_id = (event.get(key) for key in ("replace", "only", "guild_id"))
        if not isinstance(replace, bool | None):
            raise errors.InvalidEvent(f"replace must be true or false, it is {replace!r}")
        if only is not None and only not in get_args(guild.Part):
            raise errors.InvalidEvent(f"only is none of {', '.join(get_args(guild.Part))}")
        if guild_id is not None and not str(guild_id).isdecimal():
            raise errors.InvalidEvent(f"guild_id is no id: {guild_id!r}")
        if only is not None and guild_id is None:
            raise errors.InvalidEvent("only is a part of one guild: name it with guild_id")
        if replace and guild_id is not None:
            raise errors.InvalidEvent(
                "replace moves the whole database aside: leave out replace, or guild_id"
            )
        return cls(
            # Whoever gives an address means a backup here all the same.
            name=str(event.get("name") or "").rstrip("/").rpartition("/")[2],
            before=_instant(event, "before"),
            decided_until=_instant(event, "decided_until"),
            replace=bool(replace),
            guild_id=None if guild_id is None else int(guild_id),
            only=only,
        )


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
