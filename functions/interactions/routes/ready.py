"""`GET /ready`: whether commands can be answered, check by check.

The database and its schema alone decide between 200 and 503; the rest is told for whoever looks.
While the operator has paused Clip Saver, the status says so, whatever the checks say. The answer is
kept for some seconds, so that probes cannot become load.
"""

import logging
import time
from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from functions.interactions.parts import Parts
from functions.shared import errors, release

router = APIRouter()

_log = logging.getLogger("discord_clip_saver.interactions")

KEPT_SECONDS: Final = 5.0

_UNREADABLE: Final = "the secret of SECRET_ARN cannot be read; the log says why"

Age = Literal["never", "ok", "late", "unknown"]


class Readiness:
    """The last answer, and when it was made."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._answer: JSONResponse | None = None
        self._made_at = 0.0

    async def answer(self) -> JSONResponse:
        """The answer, at most `KEPT_SECONDS` old."""
        now = time.monotonic()
        if self._answer is None or now - self._made_at >= KEPT_SECONDS:
            self._answer = await self._make()
            self._made_at = now
        return self._answer

    async def _make(self) -> JSONResponse:
        parts = self._parts
        checks = {
            "variables": "unknown",
            "bot_token": await self._bot_token(),
            "settings": self._settings(),
            "database": "unknown",
            "schema": "unknown",
            "sync": "unknown",
            "purge": "unknown",
        }
        try:
            checks |= {**await self._ages(), "database": "ok", "schema": "ok"}
        except errors.SchemaMismatch as error:
            checks |= {"database": "ok", "schema": str(error)}
        except errors.DatabaseError:
            # The reason names hosts and users: it is for the log, not for the public.
            checks["database"] = "unreachable"
        except errors.ConfigurationError as error:
            checks["database"] = _told(error)
        # Only now: the secret may have been read for these checks.
        checks["variables"] = "; ".join(parts.environment.problems.values()) or "ok"
        ready = checks["database"] == checks["schema"] == "ok"
        document = {
            "status": _status(parts, ready=ready),
            "release": release.RELEASE,
            "checks": checks,
        }
        return JSONResponse(document, 200 if ready else 503)

    async def _bot_token(self) -> str:
        try:
            await self._parts.configuration.require("BOT_TOKEN")
        except errors.ConfigurationError as error:
            return _told(error)
        return "ok"

    def _settings(self) -> str:
        try:
            _ = self._parts.tunables
        except errors.ConfigurationError as error:
            return _told(error)
        return "ok"

    async def _ages(self) -> dict[str, Age]:
        # Only here: a PING must not load the database driver.
        from functions.shared.db import job_runs  # noqa: PLC0415

        tunables = self._parts.tunables_or_defaults
        async with self._parts.database.transaction() as transaction:
            ages = await job_runs.select_ages(transaction)
        return {
            "sync": _age(ages.get("sync"), tunables.sync.sync_late_after_seconds),
            "purge": _age(ages.get("purge"), tunables.database.purge_late_after_seconds),
        }


def _status(parts: Parts, *, ready: bool) -> str:
    if parts.environment.paused:
        return "paused"
    return "ok" if ready else "unavailable"


def _told(error: errors.ConfigurationError) -> str:
    """What is wrong, for the public: the reason why a secret was not read names an account."""
    if isinstance(error, errors.SecretUnavailable):
        _log.error("Not ready: %s", error)
        return _UNREADABLE
    return str(error)


def _age(seconds: float | None, late_after: int) -> Age:
    if seconds is None:
        return "never"
    return "late" if seconds > late_after else "ok"


@router.get("/ready")
async def ready(request: Request) -> JSONResponse:
    """Tell whether commands can be answered."""
    readiness: Readiness = request.app.state.readiness
    return await readiness.answer()
