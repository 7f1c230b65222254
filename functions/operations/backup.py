"""`backup`: the database with its settings file and its secret, into the stack's bucket."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, cast, get_args

from functions.operations.parts import Parts
from functions.operations.recovery import backup, places
from functions.operations.recovery.manifest import Kind
from functions.shared import errors, secret
from functions.shared.configuration import Configuration

_SEALED: Final = (
    "DISCORD_PUBLIC_KEY",
    "DISCORD_APPLICATION_ID",
    "BOT_TOKEN",
    "DISCORD_CLIENT_SECRET",
    "DATABASE_URL",
)
_PASSPHRASE: Final = "BACKUP_PASSPHRASE"  # noqa: S105 -- a variable's name
_UPLOAD_SHARE: Final = 0.2
"""What of the time is kept for putting the backup where it belongs."""


async def run(parts: Parts, event: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Back up into the place of the environment; nothing else is changed but the record of it.

    Args:
        parts: What is backed up.
        event: `{"kind": "full"}`, the default, or `tolerant` or `log`; `stack`, its parameters.
        seconds: The time for everything.

    Returns:
        `{"place", "rows": {table: rows}, "lost": [sentences], "is_secret_kept"}`. The secret is
        kept where `BACKUP_PASSPHRASE` is there to seal it with.

    Raises:
        InvalidEvent: there is no such kind.
        ConfigurationError: the place or the database is not named.
        RecoveryError, DatabaseError: it could not be made.
    """
    kind = event.get("kind", "full")
    if kind not in get_args(Kind):
        raise errors.InvalidEvent(f"kind is {kind!r}; it can be: {', '.join(get_args(Kind))}")
    url = await parts.configuration.require("DATABASE_URL")
    environment = parts.configuration.environment
    passphrase = environment.backup_passphrase or ""
    kept = variables_of(parts.configuration) if passphrase and kind != "log" else {}
    order = backup.Order(
        url=url,
        kind=cast("Kind", kind),
        settings_path=environment.settings_path,
        secret=kept,
        passphrase=passphrase,
        stack=event.get("stack"),
        seconds=seconds * (1 - _UPLOAD_SHARE),
    )
    place = places.open_place(place_of(parts.configuration))
    where, made = await asyncio.to_thread(backup.take, order, place)
    return {
        "place": where,
        "rows": made.rows,
        "lost": made.lost,
        "is_secret_kept": bool(kept),
    }


def place_of(configuration: Configuration) -> str:
    """Where a stack keeps its backups.

    Raises:
        ConfigurationError: it keeps none.
    """
    place = configuration.environment.backup_place
    if place is None:
        raise errors.ConfigurationError(
            "This stack has no bucket for backups: deploy it with the parameter BackupBucket"
            " (docs/operations.md, Backup)"
        )
    return place


def variables_of(configuration: Configuration) -> dict[str, str]:
    """The variables that a new stack would need, wherever they come from."""
    environment = configuration.environment
    found = {name: value for name in _SEALED if (value := environment.value(name))}
    if environment.secret_arn:
        found = secret.read(environment.secret_arn) | found
    return {name: value for name, value in found.items() if name != _PASSPHRASE}
